"""Entries of the trail as an auditor reads them: names of fields, never values."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from protect.audit.entry import Detail


@dataclass(frozen=True)
class Wanted:
    """What to look for; whatever is empty lets everything through."""

    zone: tzinfo
    actor_id: uuid.UUID | None = None
    action: str | None = None
    result: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    object_id: str = ""
    out_of_hours: bool = False
    entry: int | None = None  # this one alone


@dataclass(frozen=True)
class JournalLine:
    """One entry. `detail` is None where there is none, or where it was sealed to other auditors."""

    id: int
    sequence: int | None
    at: datetime
    who: str
    role: str
    action: str
    result: str
    purpose: str | None
    detail: Detail | None
    closed: bool
    out_of_hours: bool = False

    @property
    def objects(self) -> tuple[str, ...]:
        """The ids of everything that was touched."""
        return tuple(self.detail.object_id.split()) if self.detail else ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that were opened or changed."""
        return self.detail.fields if self.detail else ()

    def fits(self, wanted: Wanted) -> bool:
        """Tell whether the entry is one that is looked for, as far as only its reader can tell."""
        return self.touches(wanted.object_id) and (self.out_of_hours or not wanted.out_of_hours)

    def touches(self, object_id: str) -> bool:
        """Tell whether the entry is about the object; nothing asked for is about everything."""
        return not object_id or object_id in self.objects


@dataclass(frozen=True)
class JournalPage:
    """Up to 50 entries, newest first; `older` leads on to the next, and is empty at the end."""

    lines: tuple[JournalLine, ...]
    older: int | None
