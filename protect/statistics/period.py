"""Quarters of the calendar, and the whole quarters that a release covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

MONTHS = 3
LONGEST = 8  # quarters of one release


class PeriodUnfit(ValueError):
    """A period is not made of whole, past quarters, or is too long."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year, written `2026-Q1`."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter a day lies in."""
        return cls(day.year, (day.month - 1) // MONTHS + 1)

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """The quarter written `2026-Q1`. Raises PeriodUnfit."""
        year, _, number = text.partition("-Q")
        known = len(year) == 4 and year.isdecimal() and 0 < int(year) < MAXYEAR  # noqa: PLR2004 -- of a year
        if not (known and number in {"1", "2", "3", "4"}):
            raise PeriodUnfit(f"{text!r} is no quarter")
        return cls(int(year), int(number))

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * MONTHS + 1, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.following.first_day - timedelta(days=1)

    @property
    def following(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def preceding(self) -> "Quarter":
        """The quarter before it."""
        return Quarter.of(self.first_day - timedelta(days=1))


@dataclass(frozen=True)
class Period:
    """Whole quarters from the first day to the last."""

    start: date
    end: date

    def __post_init__(self) -> None:
        whole = Quarter.of(self.start).first_day == self.start and Quarter.of(self.end).last_day == self.end
        if not whole or self.end < self.start or len(tuple(self._walk())) > LONGEST:
            raise PeriodUnfit(f"{self.start} to {self.end} are not one to {LONGEST} whole quarters")

    def _walk(self) -> Iterator[Quarter]:
        quarter = Quarter.of(self.start)
        while quarter.first_day <= self.end:
            yield quarter
            quarter = quarter.following

    @property
    def quarters(self) -> tuple[str, ...]:
        """Its quarters, oldest first."""
        return tuple(str(quarter) for quarter in self._walk())

    def holds(self, day: date | None) -> bool:
        """Tell whether a day lies in it; no day lies in none."""
        return day is not None and self.start <= day <= self.end

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two share a day."""
        return self.start <= other.end and other.start <= self.end
