"""Pages of the trail: newest first, so many at a time, only what matches."""

from datetime import date, timedelta, timezone

import pytest

from protect.audit.append import append
from protect.audit.entry import open_detail
from protect.audit.read import PAGE_SIZE, Filter, Page, page
from tests.audit.hands import AGENCY, OTHER_AGENCY, START, Trail, auditor_of, entry


def read(trail: Trail, before: int | None = None, **conditions: object) -> Page:
    with trail.work() as session:
        return page(session, Filter(**conditions), before=before)


def numbers(found: Page) -> list[int | None]:
    return [line.case_generation for line in found.lines]


def test_pages_run_from_the_newest_to_the_oldest(trail: Trail) -> None:
    with trail.work() as session:
        for number in range(2 * PAGE_SIZE + 1):
            append(session, entry(number, detail=None))
    first = read(trail)
    assert numbers(first) == list(range(2 * PAGE_SIZE, PAGE_SIZE, -1))
    second = read(trail, before=first.older)
    assert numbers(second) == list(range(PAGE_SIZE, 0, -1))
    third = read(trail, before=second.older)
    assert (numbers(third), third.older) == ([0], None)


def test_a_last_page_of_exactly_one_page_has_no_next(trail: Trail) -> None:
    with trail.work() as session:
        for number in range(PAGE_SIZE):
            append(session, entry(number, detail=None))
    assert read(trail).older is None


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [2, 1, 0]),
        ({"agencies": frozenset({AGENCY})}, [1, 0]),
        ({"agencies": frozenset({OTHER_AGENCY})}, [2]),
        ({"actor_id": entry(1).actor_id}, [1]),
        ({"action": "case:list"}, [1]),
        ({"result": "denied"}, [2]),
        ({"sequence": 2}, [1]),
        ({"first_day": date(2026, 3, 2)}, [2]),
        ({"last_day": date(2026, 3, 1)}, [1, 0]),
        ({"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 2)}, [2]),
        ({"first_day": date(2026, 3, 2), "zone": timezone(timedelta(hours=16))}, [2, 1, 0]),
        ({"agencies": frozenset({AGENCY}), "result": "denied"}, []),
    ],
)
def test_every_condition_narrows(trail: Trail, conditions: dict[str, object], expected: list[int]) -> None:
    with trail.work() as session:
        append(session, entry(0))
        append(session, entry(1, action="case:list"))
        append(session, entry(2, agency_id=OTHER_AGENCY, result="denied", at=START + timedelta(days=1)))
    trail.seal()
    assert numbers(read(trail, **conditions)) == expected


def test_a_line_carries_the_detail_sealed(trail: Trail) -> None:
    trail.write(1, first=5)
    (line,) = read(trail).lines
    assert (line.sequence, line.epoch) == (None, None)
    assert line.detail is not None
    assert open_detail(auditor_of(AGENCY), AGENCY, line.detail).object_id == "case-5"
