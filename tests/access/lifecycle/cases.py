"""Real cases of the agency: written by the real actions, read as they lie in the database, with nothing but a key."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.orm import Session

from protect.access import rows
from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.cases.actions_edit import edit_compartment
from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.models import CaseCompartment
from protect.store.roles import BACKUP
from protect.vault.errors import CiphertextRejected
from protect.vault.tree import CompartmentKey, DataKey, Wrapped
from tests.access.lifecycle.small import Small

ANSWERS = {
    "surname": "Mbuyi", "given_name": "Béatrice", "sex": "F", "age_at_registration": "24", "phone": "+243812345678",
    "safe_contact_channel": "in_person", "risk_level": "high", "immediate_danger": "no",
    "exploitation_narrative": "Promesse d’emploi.", "complaint_status": "not_wanted", "tip_act": "recruitment",
}  # fmt: skip
EDITED = {"identity": "surname", "narrative": "exploitation_narrative"}

Contents = dict[str, dict[str, str]]


def write(small: Small, officer: Gate) -> UUID:
    """An officer opens a case; what was typed is in it, and what it says is remembered."""
    with officer as gate:
        case = open_case(gate, IntakeAnswers(ANSWERS, status="active"))
        keys = gate.keyring.keys
    _remember(small, case, keys, ANSWERS)
    return case


def edit(small: Small, officer: Gate, case: UUID, compartment: str, text: str) -> UUID:
    """An officer changes one answer of it."""
    field = EDITED[compartment]
    before = next(row for row in kept(small.runtime, case) if row.name == compartment)
    with officer as gate:
        edit_compartment(gate, case, compartment, {field: text}, before.generation)
        keys = gate.keyring.keys
    _remember(small, case, keys, {field: text})
    return case


def _remember(small: Small, case: UUID, keys: Iterable[CompartmentKey], typed: dict[str, str]) -> None:
    by_name = {(key.name, key.version): key for key in keys}
    found = {row.name: opened(by_name[row.name, row.key_version], row) for row in kept(small.runtime, case)}
    everything = {field: value for values in found.values() for field, value in values.items()}
    assert {field: everything[field] for field in typed if field in everything} == {
        field: value for field, value in typed.items() if field in everything
    }
    assert "surname" in found["identity"]
    small.written[case] = found


def kept(runtime: Runtime, *cases: UUID) -> Sequence[CaseCompartment]:
    """The sealed rows of cases as whoever copies the database has them."""
    copy = create_engine(runtime.engine.url.set(username=BACKUP), poolclass=NullPool)
    with Session(copy, expire_on_commit=False) as db:
        named = select(CaseCompartment).where(CaseCompartment.case_id.in_(cases), CaseCompartment.part == 0)
        return db.scalars(named.order_by(CaseCompartment.case_id, CaseCompartment.name)).all()


def data_key(key: CompartmentKey, row: CaseCompartment) -> DataKey:
    """The data key of a row, with nothing but a compartment key."""
    return key.unwrap(str(row.case_id), Wrapped(row.wrapped_key.blob, row.commitment))


def opened(key: CompartmentKey, row: CaseCompartment) -> dict[str, str]:
    """What a row says."""
    return read(data_key(key, row), row)


def read(key: DataKey, row: CaseCompartment) -> dict[str, str]:
    """What a row says, by its data key."""
    values, sealer = rows.verified(key, row), rows.sealer(key, row)
    return {name: sealer.open(name, rows.shape_of(name).kind, blob).decode() for name, blob in values.items()}


def refuses(key: CompartmentKey, row: CaseCompartment) -> bool:
    """Whether a compartment key opens nothing of a row."""
    try:
        data_key(key, row)
    except CiphertextRejected:
        return True
    return False


def refuses_data(key: DataKey, row: CaseCompartment) -> bool:
    """Whether a data key opens nothing of a row."""
    try:
        rows.verified(key, row)
    except CiphertextRejected:
        return True
    return False
