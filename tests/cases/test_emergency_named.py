"""What of an emergency nobody signed: its code and office are the case's own, and its end holds by two clocks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from protect.access import emergency
from protect.access.errors import NotFound
from protect.cases import actions_emergency
from protect.cases.actions_emergency_list import list_openings, waiting_now
from protect.cases.emergency import EmergencyView
from protect.vault.errors import CiphertextRejected
from tests.access.people import unit_id
from tests.cases.emergencies import ASKER, approve, ask, change, entries, new_case, opened, read
from tests.world import World

RENAMED = {
    "another code": "update emergency_opening set case_code = 'ANY-CODE'",
    "another office": "update emergency_opening set unit_id = (select id from unit where name = 'Goma')",
}


def clock(world: World, now: datetime) -> None:
    world.runtime.clock.now = now  # type: ignore[attr-defined]  # the clock of the tests


def seen(world: World, opening: UUID, by: str) -> EmergencyView:
    with world.people[by].gate() as gate:
        return actions_emergency.show(gate, opening)


@pytest.mark.parametrize("how", RENAMED)
def test_another_case_than_is_named_is_not_agreed_to(world: World, how: str) -> None:
    """Whoever writes to the database lets a request name a harmless case: the second person sees which it is."""
    _case, code = new_case(world)
    opening = ask(world, code)
    change(world, RENAMED[how])
    found = seen(world, opening, "supervisor")
    assert (found.code, found.office) == (code, "Kinshasa")
    with pytest.raises(CiphertextRejected):
        approve(world, opening)
    assert "emergency:approve allowed" not in entries(world)


@pytest.mark.parametrize("how", RENAMED)
def test_what_is_named_otherwise_afterwards_opens_no_more(world: World, how: str) -> None:
    _case, opening = opened(world)
    change(world, RENAMED[how])
    with pytest.raises(CiphertextRejected):
        read(world, opening)


def test_the_office_of_the_case_is_told_and_not_one_that_somebody_wrote(world: World) -> None:
    _case, opening = opened(world)
    change(world, RENAMED["another office"])
    with world.people["officer"].gate() as gate:
        assert waiting_now(gate) == (("told", 1),)
        assert [(one.id, one.office) for one in list_openings(gate)] == [(opening, "Kinshasa")]
    with world.auditor.gate() as gate:
        assert [one.office for one in list_openings(gate)] == ["Kinshasa"]


def test_another_office_is_told_nothing(world: World) -> None:
    """The officer of Goma asks no more: what concerns Kinshasa is written into Goma's rows and told there to nobody."""
    _case, code = new_case(world, ASKER)
    opening = ask(world, code, "officer")
    approve(world, opening)
    change(world, "update emergency_opening set unit_id = :kinshasa", kinshasa=unit_id(world, "Kinshasa"))
    with world.people["officer_same_unit"].gate() as gate:
        assert waiting_now(gate) == ()
        assert list_openings(gate) == ()
        with pytest.raises(NotFound):
            actions_emergency.show(gate, opening)


def test_a_database_whose_clock_runs_ahead_gives_no_more_hours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _case, code = new_case(world)
    opening, now = ask(world, code), datetime.now(UTC)
    clock(world, now)
    world.supervisor.sign_in()  # the sessions of the world are as old as the world
    monkeypatch.setattr(emergency, "database_now", lambda _gate: now + timedelta(hours=20))
    monkeypatch.setattr(emergency, "WAITS", timedelta(days=1))
    approve(world, opening)
    with world.supervisor.gate() as gate:
        until = actions_emergency.show(gate, opening).until
    assert until is not None
    assert until <= now + emergency.LONGEST


def test_a_database_whose_clock_was_set_back_keeps_nothing_open(world: World) -> None:
    """It still says that the case is open; the clock of the instance says that the hours are over."""
    _case, opening = opened(world)
    clock(world, datetime.now(UTC) + timedelta(hours=4, seconds=1))
    world.people[ASKER].sign_in()
    with pytest.raises(NotFound):
        read(world, opening)


def test_an_end_that_lies_too_far_ahead_is_none(world: World) -> None:
    """It was agreed to under two clocks that ran ahead, and one of them was put right."""
    _case, opening = opened(world)
    clock(world, world.runtime.clock() - timedelta(minutes=5))
    with pytest.raises(NotFound):
        read(world, opening)
