"""Break-glass with its lines of defence taken away one by one, and with several at it at one time."""

import threading
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from protect.access import policy
from protect.access.checkup import unreviewed
from protect.access.emergency import whole_agency
from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate
from protect.app import connect_slices
from protect.cases import actions_emergency
from protect.cases.actions import show_case
from protect.cases.models import CaseCompartment, CaseFile, Consent
from protect.store.scope import Scope
from protect.vault.errors import CiphertextRejected
from tests.access import turning
from tests.cases import emergencies
from tests.cases.emergencies import approve, ask, change, entries, finish, new_case, opened, read, review
from tests.world import World

ASKER = emergencies.ASKER


FORGED = {
    "another case": "update emergency_opening set case_id = :other",
    "another asker": "update emergency_opening set asked_by = (select id from member where sign_in_name = 'officer')",
    "another second person": "update emergency_opening set decided_by = (select id from member where sign_in_name = 'officer')",
    "a later end": "update emergency_opening set until = until + interval '1 hour', decided_at = decided_at + interval '1 hour'",
    "another reason": "update emergency_opening set reason = 'health'",
    "another approval": "update emergency_opening set approval = request",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_what_nobody_signed_opens_nothing(world: World, forgery: str) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    approve(world, opening, hours=1)
    other, _code = new_case(world)
    change(world, FORGED[forgery], **({"other": other} if ":other" in FORGED[forgery] else {}))
    by = "officer" if forgery == "another asker" else ASKER
    with pytest.raises(CiphertextRejected):
        read(world, opening, by)


@pytest.mark.parametrize(
    "statement",
    [
        "update emergency_opening set decided_by = asked_by",
        "update emergency_opening set until = decided_at + interval '5 hours'",
        "update emergency_opening set decided_at = null",
        "update emergency_opening set reviewed_by = asked_by",
        "update emergency_opening set approval = null",
    ],
)
def test_the_table_itself_refuses(world: World, statement: str) -> None:
    opened(world)
    with pytest.raises(IntegrityError):
        change(world, statement)


def put_into_reach(gate: Gate, case_id: UUID) -> None:
    """What `enter` does, without looking at anything."""
    gate.actor = replace(gate.member, emergency=case_id)
    gate.db.info["scope"] = replace(gate.db.info["scope"], emergency=case_id)


def test_without_the_predicate_the_scope_still_refuses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id, _code = new_case(world)
    monkeypatch.setitem(policy.PARTS, "emergency", lambda _actor, _subject: True)  # type: ignore[arg-type]  # a dict
    with world.people[ASKER].gate() as gate, pytest.raises(NotFound):
        show_case(gate, case_id, by="emergency:open")


@pytest.mark.parametrize("scope", ["emergency", "whole agency"])
def test_without_predicate_and_scope_the_database_still_refuses(
    world: World, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    case_id, code = new_case(world)
    ask(world, code)
    monkeypatch.setitem(policy.PARTS, "emergency", lambda _actor, _subject: True)  # type: ignore[arg-type]  # a dict
    with world.people[ASKER].gate() as gate:
        put_into_reach(gate, case_id)
        if scope == "whole agency":
            gate.db.info["scope"] = Scope(gate.member.agency_id)
        for table in (CaseFile, CaseCompartment, Consent):
            assert gate.db.scalars(select(table)).all() == []
        with pytest.raises(NotFound):
            show_case(gate, case_id, by="emergency:open")


def test_the_database_opens_this_case_and_no_other(world: World) -> None:
    case_id, _opening = opened(world)
    new_case(world)
    with world.people[ASKER].gate() as gate:
        gate.db.info["scope"] = Scope(gate.member.agency_id)
        assert [row.id for row in gate.db.scalars(select(CaseFile))] == [case_id]


def test_looking_for_an_office_reaches_the_own_agency_only(world: World) -> None:
    case_id, _code = new_case(world)
    with world.people[ASKER].gate() as gate, whole_agency(gate) as db:
        assert db.scalars(select(CaseFile.id)).all() == [case_id]
    with world.foreign_officer.gate() as gate, whole_agency(gate) as db:
        assert db.scalars(select(CaseFile.id)).all() == []


def test_two_who_decide_at_one_time_decide_once(world: World) -> None:
    _case, code = new_case(world)
    opening = ask(world, code)
    ends: list[str] = []

    def one(name: str) -> None:
        try:
            approve(world, opening, name)
        except Conflict:
            ends.append("late")
        else:
            ends.append("agreed")

    threads = [threading.Thread(target=one, args=(name,)) for name in ("supervisor", "officer", "officer_same_unit")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["agreed", "late", "late"]
    assert entries(world).count("emergency:approve allowed") == 1


def test_ending_while_it_is_read_ends_it(world: World) -> None:
    """The rows vanish for a request that is under way, at its next question."""
    case_id, opening = opened(world)
    with world.people[ASKER].gate() as gate:
        actions_emergency.open_case(gate, opening)
        finish(world, opening, "supervisor")
        gate.db.expire_all()
        assert gate.db.scalars(select(CaseFile.id).where(CaseFile.id == case_id)).all() == []


def test_it_goes_on_while_a_key_is_renewed_by_another_office(world: World) -> None:
    connect_slices()
    _case, opening = opened(world)
    other, code = new_case(world)
    asked = ask(world, code)
    turning.rotate(world.people[ASKER], "protection")
    for name in (ASKER, "supervisor"):
        world.people[name].confirm()
    assert read(world, opening).case.name == "Kasongo Marie"
    with world.supervisor.gate() as gate:
        assert actions_emergency.show(gate, asked).why == emergencies.WHY
    assert {row.key_version for row in turning.rows(world.officer, other, "protection")} <= {2}


def test_the_operator_counts_what_nobody_reviewed_without_a_session(world: World) -> None:
    _case, opening = opened(world)
    finish(world, opening)
    with world.runtime.unit_of_work() as db:
        assert unreviewed(db) == 1
    review(world, opening)
    with world.runtime.unit_of_work() as db:
        assert unreviewed(db) == 0
