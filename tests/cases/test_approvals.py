"""Approvals: what one asks and another agrees to, and everything that approves nothing."""

from collections.abc import Callable
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from protect.access.approvals import ERASURE, EXPORT
from protect.access.errors import Conflict, Denied, NotFound, SignInRequired, StepUpRequired
from protect.cases import actions_approvals
from protect.cases.actions_approvals import AlreadyAsked
from protect.cases.actions_approvals_list import list_approvals, waiting_now
from tests.access.people import decide, join, second_registrar
from tests.cases.agreed import WHY, ask, asked, change, end, entries, give, given, row_of, used
from tests.cases.emergencies import new_case
from tests.world import World


def state(world: World, approval: UUID, by: str = "supervisor") -> str:
    with world.people[by].gate() as gate:
        return next(one.state for one in list_approvals(gate) if one.id == approval)


def move(world: World, **by: float) -> None:
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests


def test_one_asks_and_another_agrees(world: World) -> None:
    approval = asked(world)
    assert state(world, approval) == "waiting"
    with pytest.raises(NotFound):
        used(world, approval)
    give(world, approval)
    assert state(world, approval) == "usable"
    assert used(world, approval) == approval
    assert entries(world) == ["approval:ask allowed", "approval:give allowed"]


def test_what_is_said_in_words_is_for_the_auditors_alone(world: World) -> None:
    row = row_of(world, asked(world))
    assert WHY.encode() not in b"".join(str(value).encode() for value in vars(row).values()) + row.request


def test_the_same_person_is_not_two(world: World) -> None:
    approval = asked(world, by="supervisor")
    with pytest.raises(Denied):
        give(world, approval)
    assert entries(world)[-1] == "approval:decide denied"
    assert state(world, approval) == "waiting"


def test_the_table_refuses_one_person_for_two(world: World) -> None:
    approval = asked(world)
    with pytest.raises(IntegrityError):
        change(world, "update approval set decided_by = asked_by where id = :id", id=approval)


@pytest.mark.parametrize(
    "by",
    ["officer", "officer_same_unit", "officer_other_unit", "auditor", "registrar", "foreign_supervisor", "analyst"],
)
def test_who_may_not_agree(world: World, by: str) -> None:
    approval = asked(world)
    with pytest.raises((Denied, NotFound)):
        give(world, approval, by)
    assert state(world, approval) == "waiting"


@pytest.mark.parametrize("by", ["officer_other_unit", "auditor", "registrar", "shelter_intake", "clinician"])
def test_who_may_not_ask(world: World, by: str) -> None:
    case_id, _code = new_case(world)
    with pytest.raises(Denied):
        ask(world, case_id, by)
    assert entries(world) == []


def test_an_officer_asks_for_the_own_office_only(world: World) -> None:
    with pytest.raises(Denied):
        ask(world, None, unit_id=None)
    ask(world, None, "supervisor", unit_id=None, covers=2)


def test_a_reason_that_is_not_listed_is_none(world: World) -> None:
    with pytest.raises(ValueError, match="curiosity"):
        asked(world, reason="curiosity")


def test_both_have_proved_a_second_factor_a_moment_ago(world: World) -> None:
    approval = asked(world)
    move(world, minutes=11)
    with pytest.raises(StepUpRequired):
        give(world, approval)
    case_id = row_of(world, approval).case_id
    with pytest.raises(StepUpRequired):
        ask(world, case_id)


def test_the_same_is_asked_once(world: World) -> None:
    approval = asked(world)
    case_id = row_of(world, approval).case_id
    for by in ("officer", "officer_same_unit", "supervisor"):
        with pytest.raises(AlreadyAsked) as problem:
            ask(world, case_id, by)
        assert problem.value.approval_id == approval
    end(world, approval, "officer")
    assert ask(world, case_id) != approval


def test_a_second_press_asks_once(world: World) -> None:
    case_id, once = new_case(world)[0], uuid4()
    found = []
    for _ in range(2):
        with world.officer.gate() as gate:
            wanted = actions_approvals.Wanted(EXPORT, case_id, gate.member.unit_id, 1, "wish")
            found.append(actions_approvals.ask(gate, wanted, WHY, once))
    assert found[0] == found[1]


@pytest.mark.parametrize("by", ["officer", "supervisor", "registrar", "auditor"])
@pytest.mark.parametrize("made", [asked, given])
def test_who_may_stop_it(world: World, made: Callable[[World], UUID], by: str) -> None:
    approval = made(world)
    end(world, approval, by)
    with pytest.raises(NotFound):
        used(world, approval)
    with pytest.raises(Conflict):
        give(world, approval)
    with pytest.raises(Conflict):
        end(world, approval, by)


@pytest.mark.parametrize("by", ["officer_same_unit", "officer_other_unit", "foreign_supervisor", "foreign_auditor"])
def test_who_may_not_stop_it(world: World, by: str) -> None:
    approval = given(world)
    with pytest.raises((Denied, NotFound)):
        end(world, approval, by)
    used(world, approval)


def test_a_refused_one_is_none(world: World) -> None:
    approval = asked(world)
    with world.supervisor.gate() as gate:
        actions_approvals.refuse(gate, approval)
    assert state(world, approval) == "refused"
    with pytest.raises(NotFound):
        used(world, approval)
    with pytest.raises(Conflict):
        give(world, approval)


@pytest.mark.parametrize("by", ["officer_same_unit", "officer_other_unit", "supervisor", "foreign_officer"])
def test_nobody_else_uses_it(world: World, by: str) -> None:
    approval = given(world)
    with pytest.raises((Denied, NotFound)):
        used(world, approval, by)


def test_it_is_for_what_was_asked(world: World) -> None:
    approval = given(world)
    with pytest.raises(NotFound):
        used(world, approval, kind=ERASURE)


def test_one_case_can_be_fetched_at_once_and_for_a_day(world: World) -> None:
    approval = given(world)
    move(world, hours=10)
    world.officer.sign_in()
    used(world, approval)
    move(world, hours=15)
    world.officer.sign_in()
    with pytest.raises(NotFound):
        used(world, approval)


def test_several_cases_wait_and_are_announced(world: World) -> None:
    approval = ask(world, None, covers=12)
    give(world, approval)
    assert state(world, approval) == "cooling"
    with pytest.raises(NotFound):
        used(world, approval)
    for name in ("registrar", "auditor"):
        with world.people[name].gate() as gate:
            assert waiting_now(gate) == (("cooling", 1),)
    move(world, hours=world.runtime.settings.cooling_off_hours, seconds=1)
    world.officer.sign_in()
    used(world, approval)
    move(world, hours=24)
    world.officer.sign_in()
    with pytest.raises(NotFound):
        used(world, approval)


def test_a_request_lapses_after_a_week(world: World) -> None:
    approval = asked(world)
    move(world, days=7, seconds=1)
    world.supervisor.sign_in()
    assert state(world, approval) == "lapsed"
    with pytest.raises(Conflict):
        give(world, approval)


def test_it_ends_with_the_access_of_who_agreed(world: World) -> None:
    second_registrar(world)
    join(world, "second_supervisor", "supervisor", by=("registrar", "second"))
    approval = asked(world)
    give(world, approval, "second_supervisor")
    used(world, approval)
    decide(world, "second_supervisor", "suspend")
    with pytest.raises(NotFound):
        used(world, approval)


def test_it_ends_with_the_session_of_who_asked(world: World) -> None:
    approval = given(world)
    decide(world, "officer", "suspend")
    with pytest.raises(SignInRequired):
        used(world, approval)


def test_who_was_suspended_meanwhile_asked_for_nothing(world: World) -> None:
    approval = asked(world)
    decide(world, "officer", "suspend")
    with pytest.raises(Conflict):
        give(world, approval)


def test_two_who_decide_at_once_decide_once(world: World) -> None:
    second_registrar(world)
    join(world, "second_supervisor", "supervisor", by=("registrar", "second"))
    approval, barrier, ends = asked(world), Barrier(2), []

    def decide_it(by: str) -> None:
        barrier.wait()
        try:
            give(world, approval, by)
            ends.append("given")
        except Conflict:
            ends.append("conflict")

    threads = [Thread(target=decide_it, args=(by,)) for by in ("supervisor", "second_supervisor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["conflict", "given"]
    used(world, approval)


def test_who_is_told(world: World) -> None:
    approval = asked(world)
    told = {name: len(_list(world, name)) for name in ("officer", "officer_same_unit", "supervisor", "auditor")}
    assert set(told.values()) == {1}
    assert {len(_list(world, name)) for name in ("officer_other_unit", "foreign_supervisor", "foreign_auditor")} == {0}
    for name, code in (("officer", True), ("supervisor", True), ("auditor", False), ("registrar", False)):
        (one,) = _list(world, name)
        assert (one.id, bool(one.code), bool(one.case_id)) == (approval, code, code)
    with world.supervisor.gate() as gate:
        assert waiting_now(gate) == (("decide", 1),)
    with world.officer_same_unit.gate() as gate:
        assert waiting_now(gate) == ()


def _list(world: World, name: str):
    with world.people[name].gate() as gate:
        return list_approvals(gate)
