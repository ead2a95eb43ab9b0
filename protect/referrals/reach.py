"""Until when a service can open what was transmitted to it, decided purely."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Reach:
    """The end of a consent and the end of the package, as far as they are known, seen at a moment."""

    valid_until: datetime | None
    closes_at: datetime | None
    consent_over: bool
    over: bool


def read(valid_until: datetime | None, closes_at: datetime | None, now: datetime) -> Reach:
    """What both ends mean at `now`. The moment of an end is over already."""
    consent_over, closed = _passed(valid_until, now), _passed(closes_at, now)
    return Reach(valid_until, closes_at, consent_over, consent_over or closed)


def closes_at(valid_until: datetime | None, ended_at: datetime, days: int) -> datetime:
    """The end of a package whose service ended: so many days later, never beyond the consent."""
    kept = ended_at + timedelta(days=days)
    return kept if valid_until is None else min(kept, valid_until)


def as_text(valid_until: datetime | None) -> str:
    """The end of a consent as a package is bound to it: the same moment always reads the same."""
    return "" if valid_until is None else valid_until.astimezone(UTC).isoformat(timespec="microseconds")


def _passed(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
