"""Many exports of one case each: beyond a few they wait like one of several cases, and are told."""

import time
from threading import Barrier, Thread
from uuid import UUID

import pytest

from protect.access.approvals import FEW
from protect.access.errors import NotFound
from protect.cases import actions_approvals
from protect.cases.actions_approvals_list import waiting_now
from tests.access.people import join, second_registrar
from tests.cases.agreed import asked, end, give, given, row_of, used
from tests.cases.emergencies import new_case
from tests.world import World


def move(world: World, **by: float) -> None:
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests


def waits(world: World, approval: UUID) -> bool:
    row = row_of(world, approval)
    assert row.not_before is not None
    assert row.decided_at is not None
    return row.not_before > row.decided_at


def test_a_few_leave_at_once_and_the_next_waits_and_is_told(world: World) -> None:
    for _ in range(FEW):
        used(world, given(world))
    late = given(world)
    with pytest.raises(NotFound):
        used(world, late)
    for name in ("registrar", "auditor"):
        with world.people[name].gate() as gate:
            assert waiting_now(gate) == (("cooling", 1),)
    end(world, late, "auditor")
    move(world, hours=world.runtime.settings.cooling_off_hours, seconds=1)
    world.officer.sign_in()
    with pytest.raises(NotFound):
        used(world, late)


def test_what_waited_can_be_used_after_the_time_and_few_leave_at_once_again(world: World) -> None:
    late = [given(world) for _ in range(FEW + 1)][-1]
    move(world, hours=world.runtime.settings.cooling_off_hours, seconds=1)
    for name in ("officer", "supervisor"):
        world.people[name].sign_in()
    used(world, late)
    assert not waits(world, given(world))


def test_stopping_one_makes_no_room(world: World) -> None:
    for _ in range(FEW):
        end(world, given(world), "officer")
    assert waits(world, given(world))


def test_what_was_asked_or_refused_takes_no_room(world: World) -> None:
    for _ in range(FEW):
        approval = asked(world)
        with world.supervisor.gate() as gate:
            actions_approvals.refuse(gate, approval)
    assert not waits(world, given(world))


def test_another_agency_has_its_own_few(world: World) -> None:
    for _ in range(FEW):
        given(world)
    with world.people["foreign_officer"].gate() as gate:
        unit_id = gate.member.unit_id
    approval = asked_elsewhere(world, unit_id)
    give(world, approval, "foreign_supervisor")
    row = row_of(world, approval, "foreign_supervisor")
    assert row.not_before == row.decided_at


def asked_elsewhere(world: World, unit_id: UUID | None) -> UUID:
    case_id, _code = new_case(world, "foreign_officer")
    with world.people["foreign_officer"].gate() as gate:
        wanted = actions_approvals.Wanted("export", case_id, unit_id, 1, "court")
        return actions_approvals.ask(gate, wanted, "Le tribunal le demande")


def test_two_who_agree_at_one_time_are_counted_one_after_the_other(world: World) -> None:
    second_registrar(world)
    join(world, "second_supervisor", "supervisor", by=("registrar", "second"))
    for _ in range(FEW - 1):
        given(world)
    approvals, barrier = [asked(world), asked(world)], Barrier(2)

    def agree(approval: UUID, by: str) -> None:
        with world.people[by].gate() as gate:
            barrier.wait()
            actions_approvals.give(gate, approval)
            time.sleep(1)  # what is not committed yet is not seen by the other

    threads = [
        Thread(target=agree, args=pair) for pair in zip(approvals, ("supervisor", "second_supervisor"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits(world, one) for one in approvals) == [False, True]
