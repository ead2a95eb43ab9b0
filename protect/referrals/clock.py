"""When an answer is due, and how late it is, as pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SOON: Final = 0.25  # of the whole delay left: the clock turns to "soon"


class Pace(StrEnum):
    """The state of the clock of one referral."""

    IN_TIME = "in_time"
    SOON = "soon"
    LATE = "late"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Clock:
    """The due moment, and the whole hours that are left or overdrawn."""

    due_at: datetime
    pace: Pace
    hours: int


class UrgencyUnknown(Exception):
    """The settings give no response delay for this urgency."""


def due_at(urgency: str, sent_at: datetime, response_hours: Mapping[str, int]) -> datetime:
    """The moment by which the service is expected to answer. Raises UrgencyUnknown."""
    if urgency not in response_hours:
        raise UrgencyUnknown(urgency)
    return sent_at + timedelta(hours=response_hours[urgency])


def read(sent_at: datetime, due: datetime, decided_at: datetime | None, now: datetime) -> Clock:
    """What the clock shows at `now`; it stops at the answer, and a late answer stays late by its own hours."""
    until = decided_at or now
    left = due - until
    return Clock(due, _pace(left, due - sent_at, answered=decided_at is not None), abs(int(left / timedelta(hours=1))))


def _pace(left: timedelta, delay: timedelta, *, answered: bool) -> Pace:
    if answered:
        return Pace.ANSWERED
    if left <= timedelta(0):
        return Pace.LATE
    return Pace.SOON if left <= delay * SOON else Pace.IN_TIME
