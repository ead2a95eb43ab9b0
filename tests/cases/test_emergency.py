"""Break-glass: what two people open together, and everything that does not open."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from protect.access import emergency
from protect.access.errors import Conflict, Denied, NotFound, ReasonRequired, SignInRequired, StepUpRequired
from protect.access.models import EmergencyOpening
from protect.audit.models import TrailEntry
from protect.cases import actions_edit, actions_emergency
from protect.cases.actions import case_facts, list_cases, show_case
from protect.cases.actions_emergency import CaseInReach, CaseUnknown, ReviewOverdue
from protect.cases.actions_emergency_list import list_openings
from protect.cases.models import CaseFile
from tests.access.people import decide, second_registrar
from tests.cases import emergencies
from tests.cases.emergencies import approve, ask, change, entries, finish, new_case, opened, read, review
from tests.world import World

ASKER = emergencies.ASKER
LASTS = 8  # seconds


def test_two_people_open_one_case(world: World) -> None:
    case_id, opening = opened(world)
    found = read(world, opening)
    assert found.case.id == case_id
    assert found.case.name == "Kasongo Marie"
    assert not found.case.may_edit
    assert [part.name for part in found.case.compartments if part.locked] == ["health"]
    assert entries(world) == ["emergency:ask allowed", "emergency:approve allowed", "emergency:open allowed"]


def test_each_reading_is_an_entry_with_its_purpose(world: World) -> None:
    _case, opening = opened(world)
    for _ in range(2):
        read(world, opening)
    with world.runtime.unit_of_work() as db:
        entries = db.scalars(select(TrailEntry).where(TrailEntry.action == "emergency:open")).all()
    assert [(entry.purpose, entry.authorisation, entry.result) for entry in entries] == [
        ("emergency", "emergency:open", "allowed")
    ] * 2


def test_it_opens_this_page_and_no_other(world: World) -> None:
    """No list, no search, no change, no referral: only the reading of the one case."""
    case_id, opening = opened(world)
    read(world, opening)
    with world.people[ASKER].gate() as gate:
        assert list_cases(gate).total == 0
        with pytest.raises(NotFound):
            show_case(gate, case_id)
    with world.people[ASKER].gate() as gate, pytest.raises(NotFound):
        case_facts(gate, case_id, ("surname",))
    with world.people[ASKER].gate() as gate, pytest.raises(NotFound):
        actions_edit.edit_compartment(gate, case_id, "contact", {"phone": "+243812345678"}, 1)


def test_within_its_own_request_it_is_for_reading_alone(world: World) -> None:
    """The gate that was let in may not change the case either: by its policy, and by the database."""
    case_id, opening = opened(world)
    with world.people[ASKER].gate() as gate:
        actions_emergency.open_case(gate, opening)
        row = gate.db.get(CaseFile, case_id)
        assert row is not None
        assert not gate.allows("case:edit", row)
        row.urgent = not row.urgent
        with pytest.raises(Exception, match=r"expected to update 1 row|0 were matched"):
            gate.db.flush()
        gate.db.rollback()


@pytest.mark.parametrize("by", ["officer", "officer_same_unit", "supervisor", "auditor", "foreign_officer"])
def test_it_opens_for_nobody_else(world: World, by: str) -> None:
    _case, opening = opened(world)
    with pytest.raises((NotFound, Denied)):
        read(world, opening, by)


def test_it_does_not_open_another_case(world: World) -> None:
    _case, opening = opened(world)
    other, _code = new_case(world)
    with world.people[ASKER].gate() as gate:
        actions_emergency.open_case(gate, opening)
        with pytest.raises(NotFound):
            show_case(gate, other, by="emergency:open")


def test_before_the_second_person_nothing_opens(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    with pytest.raises(NotFound):
        read(world, opening)
    with world.supervisor.gate() as gate:
        actions_emergency.refuse(gate, opening)
    with pytest.raises(NotFound):
        read(world, opening)
    with pytest.raises(Conflict):
        approve(world, opening, "officer")


def test_the_same_person_is_not_two(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    with pytest.raises(Denied):
        approve(world, opening, ASKER)
    with pytest.raises(NotFound):
        read(world, opening)
    assert entries(world)[1] == "emergency:decide denied"


@pytest.mark.parametrize("by", ["auditor", "registrar", "foreign_officer", "foreign_supervisor", "shelter_intake"])
def test_who_may_not_agree(world: World, by: str) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    with pytest.raises((Denied, NotFound)):
        approve(world, opening, by)


@pytest.mark.parametrize("by", ["supervisor", "auditor", "registrar", "shelter_intake", "clinician", "analyst"])
def test_who_may_not_ask(world: World, by: str) -> None:
    _case, code = new_case(world)
    with pytest.raises(Denied):
        ask(world, code, by)


def test_a_case_of_another_organisation_is_not_found(world: World) -> None:
    _case, code = new_case(world)
    with pytest.raises(CaseUnknown):
        ask(world, code, "foreign_officer")
    assert entries(world) == ["emergency:ask denied"]


def test_one_s_own_office_needs_no_emergency(world: World) -> None:
    _case, code = new_case(world)
    with pytest.raises(CaseInReach):
        ask(world, code, "officer_same_unit")


def test_the_end_comes_by_the_database_s_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the program stands still; what was open a moment ago is not any more."""
    _case, code = new_case(world)
    opening = ask(world, code)
    monkeypatch.setattr(emergency, "LONGEST", timedelta(seconds=LASTS))
    emergencies.to_this_moment(world)
    approve(world, opening)
    read(world, opening)
    with world.people[ASKER].gate() as gate:
        actions_emergency.open_case(gate, opening)
        gate.db.rollback()
        time.sleep(LASTS + 0.1)
        gate.db.expire_all()
        assert gate.db.scalars(select(CaseFile)).all() == []  # in the middle of a request, too
    with pytest.raises(NotFound):
        read(world, opening)


def test_a_request_lapses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    monkeypatch.setattr(emergency, "WAITS", timedelta(0))
    with pytest.raises(Conflict):
        approve(world, opening)


@pytest.mark.parametrize("by", [ASKER, "supervisor", "auditor"])
def test_it_can_be_ended_early(world: World, by: str) -> None:
    _case, opening = opened(world)
    read(world, opening)
    finish(world, opening, by)
    with pytest.raises(NotFound):
        read(world, opening)


@pytest.mark.parametrize("by", ["officer", "registrar", "foreign_supervisor"])
def test_who_may_not_end_it(world: World, by: str) -> None:
    _case, opening = opened(world)
    with pytest.raises((Denied, NotFound)):
        finish(world, opening, by)
    read(world, opening)


@pytest.mark.parametrize("by", ["supervisor", "officer", "auditor"])
def test_a_request_is_its_asker_s_to_withdraw(world: World, by: str) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    with pytest.raises(Denied):
        finish(world, opening, by)
    approve(world, opening)


def test_who_tries_codes_meets_the_limit(world: World) -> None:
    settings = world.runtime.settings.model_copy(update={"opening_limits": {"officer": (3, 5)}})
    strict = world.copied(replace(world.runtime, settings=settings))
    for code in ("CD-KN-26-2222", "CD-KN-26-2223", "CD-KN-26-2224"):
        with pytest.raises(CaseUnknown):
            ask(strict, code)
    with pytest.raises(ReasonRequired):
        ask(strict, "CD-KN-26-2225")


def test_a_withdrawn_request_is_not_approved(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    finish(world, opening)
    with pytest.raises(Conflict):
        approve(world, opening)


def test_the_approval_ends_with_the_access_of_who_gave_it(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    approve(world, opening, "officer_same_unit")
    read(world, opening)
    second_registrar(world)
    decide(world, "officer_same_unit", "suspend")
    with pytest.raises(NotFound):
        read(world, opening)


def test_the_session_of_who_was_suspended_ends(world: World) -> None:
    _case, opening = opened(world)
    decide(world, ASKER, "suspend")
    with pytest.raises(SignInRequired):
        read(world, opening)


def test_both_have_proved_a_second_factor_a_moment_ago(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    with pytest.raises(StepUpRequired):
        approve(world, opening)
    with pytest.raises(StepUpRequired):
        ask(world, code)


@pytest.mark.parametrize("by", [ASKER, "supervisor"])
def test_who_took_part_does_not_review(world: World, by: str) -> None:
    _case, opening = opened(world)
    finish(world, opening)
    with pytest.raises(Denied):
        review(world, opening, by)


def test_it_is_reviewed_once_and_when_it_is_over(world: World) -> None:
    _case, opening = opened(world)
    with pytest.raises(Conflict):
        review(world, opening)
    finish(world, opening)
    review(world, opening)
    with pytest.raises(Conflict):
        review(world, opening)
    with world.auditor.gate() as gate:
        (view,) = list_openings(gate)
        (row,) = gate.db.scalars(select(EmergencyOpening)).all()
    assert (view.state, view.finding, view.reviewed_by) == ("reviewed", "justified", "Emma Auditrice")
    assert row.why is None


def test_who_was_not_reviewed_in_time_asks_no_more(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    approve(world, opening)
    change(
        world,
        "update emergency_opening set until = now() - interval '8 days', decided_at = now() - interval '8 days 1 hour'",
    )
    with pytest.raises(ReviewOverdue):
        ask(world, code)
    review(world, opening)
    ask(world, code)


def test_three_at_once_and_no_more(world: World) -> None:
    _case, code = new_case(world)
    for _ in range(3):
        last = ask(world, code)
    with pytest.raises(ReviewOverdue):
        ask(world, code)
    finish(world, last)
    ask(world, code)


def test_the_reason_is_sealed_where_it_lies(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    with world.supervisor.gate() as gate:
        row = gate.db.get(EmergencyOpening, opening)
        assert row is not None
        kept = b"".join(part for part in (row.why.blob, row.request) if part)  # type: ignore[union-attr]  # it is there
        assert emergencies.WHY.encode() not in kept
        assert actions_emergency.show(gate, opening).why == emergencies.WHY
    with world.auditor.gate() as gate:
        assert actions_emergency.show(gate, opening).why == ""
