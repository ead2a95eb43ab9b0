"""What happens to the invented people: the referrals of some of them, each with its steps and their moments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from protect.demonstration.people import Invented


class Deed(StrEnum):
    """One thing that somebody does with a referral."""

    REQUEST = "request"
    SEE = "see"
    ACCEPT = "accept"
    DECLINE = "decline"
    OPEN = "open"
    START = "start"
    COMPLETE = "complete"
    MISS = "miss"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Referred:
    """A referral of one person for one need, with its deeds and how long after the request each is done."""

    person: int
    need: str
    urgency: str
    requested_at: datetime
    deeds: tuple[tuple[timedelta, Deed], ...]


@dataclass(frozen=True)
class Course:
    """A typical course of a referral: how often it is met, and the hours between its deeds."""

    weight: int
    deeds: tuple[tuple[int, Deed], ...]


_AGREED: Final = ((3, Deed.SEE), (9, Deed.ACCEPT), (10, Deed.OPEN))
OLD: Final = (
    Course(40, (*_AGREED, (30, Deed.START), (700, Deed.COMPLETE))),
    Course(12, (*_AGREED, (26, Deed.START))),
    Course(16, ((5, Deed.SEE), (40, Deed.DECLINE))),
    Course(7, (*_AGREED, (90, Deed.MISS))),
    Course(5, ((4, Deed.SEE), (50, Deed.CANCEL))),
    Course(6, (*_AGREED, (120, Deed.WITHDRAW))),
)
FRESH: Final = (
    Course(4, ()),
    Course(3, ((3, Deed.SEE),)),
    Course(3, (*_AGREED,)),
    Course(2, (*_AGREED, (20, Deed.START))),
)
LATE: Final = (Course(1, ()), Course(1, ((6, Deed.SEE),)))

OLD_REFERRALS: Final = 44
FRESH_REFERRALS: Final = 10
LATE_REFERRALS: Final = 4
SETTLED: Final = timedelta(days=45)


def met_at(person: Invented, number: int) -> datetime:
    """The moment of the working day at which a person's case is opened."""
    minute = 8 * 60 + (number * 37) % 420
    return datetime.combine(person.registered_on, time(minute // 60, minute % 60), UTC)


def referrals(people: Sequence[Invented], now: datetime, seed: int = 2026) -> tuple[Referred, ...]:
    """The referrals of the invented people: settled ones, some that wait in time, and a few that are late."""
    random = Random(seed)  # noqa: S311 -- the same story each time, nothing secret
    open_cases = [number for number, one in enumerate(people) if one.status in {"active", "follow_up"}]
    old = [number for number in open_cases if met_at(people[number], number) < now - SETTLED]
    recent = [number for number in open_cases if met_at(people[number], number) < now - timedelta(days=9)][-40:]
    random.shuffle(old)
    random.shuffle(recent)
    chosen = [number for number in recent if number not in old[:OLD_REFERRALS]]
    return (
        *_after_meeting(random, people, old[:OLD_REFERRALS]),
        *_lately(random, people, chosen[:FRESH_REFERRALS], now - timedelta(hours=22), FRESH),
        *_lately(random, people, chosen[FRESH_REFERRALS:][:LATE_REFERRALS], now - timedelta(days=6), LATE),
    )


def _after_meeting(random: Random, people: Sequence[Invented], numbers: Sequence[int]) -> Iterator[Referred]:
    for number in numbers:
        asked = met_at(people[number], number) + timedelta(hours=random.randint(2, 70))
        yield _referred(random, people, number, asked, OLD)


def _lately(
    random: Random, people: Sequence[Invented], numbers: Sequence[int], since: datetime, courses: Sequence[Course]
) -> Iterator[Referred]:
    for number in numbers:
        yield _referred(random, people, number, since + timedelta(minutes=random.randint(0, 90)), courses)


def _referred(
    random: Random, people: Sequence[Invented], number: int, asked: datetime, courses: Sequence[Course]
) -> Referred:
    course = random.choices(courses, [one.weight for one in courses])[0]
    need = random.choice(people[number].values["needs"].split())
    urgency = "urgent" if courses is LATE else random.choice(("urgent", "routine", "routine"))
    return Referred(number, need, urgency, asked, tuple((timedelta(hours=at), deed) for at, deed in course.deeds))
