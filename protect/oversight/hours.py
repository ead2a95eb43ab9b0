"""When people usually work: what happens at other times is marked for the auditors."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from zoneinfo import ZoneInfo

from protect.config import Settings


@dataclass(frozen=True)
class WorkingHours:
    """Days of the week, 1 for Monday, and the hours of each on the clock of the screens."""

    zone: tzinfo
    days: Collection[int]
    first: time
    last: time

    @classmethod
    def of(cls, settings: Settings) -> "WorkingHours":
        """As the operator set them."""
        first, last = (time.fromisoformat(part) for part in settings.working_hours.split("-"))
        return cls(ZoneInfo(settings.timezone), frozenset(settings.working_days), first, last)

    def hold(self, at: datetime) -> bool:
        """Whether this is a moment at which people work; hours may go on over midnight."""
        local = at.astimezone(self.zone)
        moment, day = local.time(), local.isoweekday()
        if self.first <= self.last:
            return day in self.days and self.first <= moment < self.last
        before = 7 if day == 1 else day - 1
        return (day in self.days and moment >= self.first) or (before in self.days and moment < self.last)
