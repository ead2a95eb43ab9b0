"""The gate: what it lets through, what it refuses, and what it writes first."""

import uuid

import pytest
from sqlalchemy import select

from protect.access.errors import CompartmentLocked, Denied, SignInRequired
from protect.access.gate import Gate, Ref
from protect.audit.models import TrailEntry
from protect.cases.models import CaseCompartment
from protect.vault.errors import CiphertextRejected, Reason
from tests.world import Person, World


def _sealed(world: World, name: str = "identity", values: dict[str, str] | None = None) -> CaseCompartment:
    return _recorded(world.officer, name, values or {"surname": "Kabongo", "given_name": "Aline"})


def _recorded(person: Person, name: str, values: dict[str, str]) -> CaseCompartment:
    """A row that is in no table, and of which the trail says that it is the newest: what refuses it is its seal."""
    with person.gate() as gate:
        sealed = gate.seals.compartment(uuid.uuid4(), name, values)
        row = CaseCompartment(unit_id=uuid.uuid4(), **sealed.columns())
        gate.written.add(row)
    return row


def test_of_a_row_that_the_trail_does_not_know_nothing_is_read(world: World) -> None:
    with world.officer.gate() as gate:
        sealed = gate.seals.compartment(uuid.uuid4(), "identity", {"surname": "Kabongo"})
        row = CaseCompartment(unit_id=uuid.uuid4(), **sealed.columns())
        opening = gate.opening("case:open", [Ref("case", row.case_id)], fields=["surname"], purpose="assistance")
        with pytest.raises(CiphertextRejected) as refused:
            opening.fields(row)
    assert refused.value.reason is Reason.ROLLBACK


def test_what_an_officer_seals_a_colleague_opens(world: World) -> None:
    row = _sealed(world)
    with world.officer_same_unit.gate() as gate:
        opening = gate.opening("case:open", [Ref("case", row.case_id)], fields=["surname"], purpose="assistance")
        assert opening.fields(row) == {"surname": "Kabongo", "given_name": "Aline"}
        assert opening.fields(row, ["surname"]) == {"surname": "Kabongo"}


def test_who_has_no_key_cannot_open_whatever_the_policy_says(world: World) -> None:
    row = _sealed(world)
    for person in (world.registrar, world.auditor, world.shelter_intake):
        with person.gate() as gate:
            opening = gate.opening("case:open", [], fields=[], purpose="assistance")
            with pytest.raises(CompartmentLocked):
                opening.fields(row)


def test_another_agency_cannot_open_with_its_own_key(world: World) -> None:
    row = _sealed(world)
    with world.foreign_officer.gate() as gate:
        opening = gate.opening("case:open", [], fields=[], purpose="assistance")
        with pytest.raises(CiphertextRejected):
            opening.fields(row)


def test_what_is_dropped_in_by_whom_the_role_does_not_let_write_is_no_part_of_the_case(world: World) -> None:
    """Whose role does is tried in tests/security/test_forgery.py, where an agency has both writers and readers."""
    row = _recorded(world.clinic_intake, "health", {"pregnancy_status": "yes"})
    assert (row.wrap, row.part) == ("dropbox", 1)
    with world.clinic_intake.gate() as gate, pytest.raises(CompartmentLocked):
        gate.opening("case:open", [], fields=[], purpose="assistance").fields(row)
    with world.clinician.gate() as gate, pytest.raises(CiphertextRejected):
        gate.opening("case:open", [], fields=[], purpose="assistance").fields(row)


def test_the_entry_is_committed_before_the_keys_are_given(world: World) -> None:
    gate = world.officer.gate()
    gate.opening("case:open", [Ref("case", uuid.uuid4())], fields=["surname"], purpose="assistance")
    gate.__exit__(RuntimeError, RuntimeError(), None)
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(TrailEntry.purpose).where(TrailEntry.action == "case:open")).all() == ["assistance"]


def test_a_refusal_is_recorded_and_raised(world: World) -> None:
    with pytest.raises(Denied), world.reader.gate() as gate:
        gate.permit("case:open")
    with world.runtime.unit_of_work() as db:
        entry = db.scalars(select(TrailEntry).where(TrailEntry.result == "denied")).one()
    assert (entry.action, entry.role, entry.authorisation) == ("case:open", "reader", "case:open")


def test_a_visitor_is_asked_to_sign_in(world: World) -> None:
    with pytest.raises(SignInRequired), Gate(world.runtime, None) as gate:
        gate.permit("case:open")


def test_an_exception_undoes_everything(world: World) -> None:
    key = uuid.uuid4()
    gate = world.officer.gate()
    gate.done(key, "/somewhere")
    gate.__exit__(RuntimeError, RuntimeError(), None)
    with world.officer.gate() as gate:
        assert gate.once(key) is None


def test_the_same_post_is_done_once(world: World) -> None:
    from protect.access.errors import AlreadyDone

    key = uuid.uuid4()
    with world.officer.gate() as gate:
        gate.done(key, "/first")
    with world.officer.gate() as gate:
        assert gate.once(key) == "/first"
        with pytest.raises(AlreadyDone) as done:
            gate.done(key, "/second")
    assert done.value.outcome == "/first"
    with world.supervisor.gate() as gate:
        assert gate.once(key) is None
