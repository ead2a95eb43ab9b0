"""Opening many cases of a file at once: one piece, one transaction, one entry that names them all."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.cases.actions_compartments import OpenCase, keep, tell_saved
from protect.cases.actions_consent import put_consent
from protect.cases.actions_intake import ATTEMPTS, NOWHERE, CodesExhausted, IntakeAnswers
from protect.cases.actions_search import add_all_to_search
from protect.cases.code import new_code
from protect.cases.consents import STATISTICS, stands
from protect.cases.facts import is_urgent
from protect.cases.models import CaseFile
from protect.directory.actions import province_of_unit

PURPOSE: Final = "import"
COLUMNS: Final = (
    "id", "agency_id", "unit_id", "owner_id", "code", "person_code", "coded_ref", "status", "urgent", "administrative",
    "import_key", "opened_at", "updated_at", "version",
)  # fmt: skip


@dataclass(frozen=True)
class NamedRow:
    """A row of a file as a case, and what it is known by: its content, and which of several equal rows it is."""

    intake: IntakeAnswers
    content: bytes
    ordinal: int


def import_cases(gate: Gate, rows: Sequence[NamedRow]) -> int:
    """Open the cases of these rows in one's own unit, all or none, and say how many were new.

    A row that was imported before, from this file or another, is left alone.
    """
    gate.permit("case:import")
    if gate.member.unit_id is None:
        raise Conflict("unit")
    fresh = _unknown(gate, {_key(gate, gate.member.unit_id, row): row.intake for row in rows})
    if not fresh:
        return 0
    cases = [_new_case(gate, key, intake) for key, intake in fresh.items()]
    fields = sorted({name for intake in fresh.values() for name in intake.values})
    refs = [Ref("case", case.row.id) for case in cases]
    default = {"registration_province": province_of_unit(gate, gate.member.unit_id)}
    gate.opening("case:import", refs, fields=fields, purpose=PURPOSE)
    with gate.db.no_autoflush:  # everything is sealed before anything is written, and then in a few statements
        for case, intake in zip(cases, fresh.values(), strict=True):
            _fill(gate, case, intake, default)
        _insert(gate, cases)
    gate.db.flush()
    add_all_to_search(gate, cases)
    with gate.db.no_autoflush:
        for case, intake in zip(cases, fresh.values(), strict=True):
            tell_saved(gate, case, agreed=_agreed(intake))
    gate.record("case:import", Ref("unit", gate.member.unit_id), fields=fields, purpose=PURPOSE)
    return len(cases)


def _key(gate: Gate, unit_id: uuid.UUID, row: NamedRow) -> bytes:
    """What the row is known by, to those alone who hold the agency's identity key."""
    return gate.seals.import_key(unit_id.bytes + row.ordinal.to_bytes(8, "big") + hashlib.sha256(row.content).digest())


def take_turn(gate: Gate, unit_id: uuid.UUID | None) -> None:
    """Wait until no other import writes into the unit, and let none until the transaction ends."""
    turn = int.from_bytes(unit_id.bytes[:8], "big", signed=True) if unit_id else 0
    gate.db.execute(select(func.pg_advisory_xact_lock(turn)))


def _unknown(gate: Gate, rows: Mapping[bytes, IntakeAnswers]) -> dict[bytes, IntakeAnswers]:
    """The rows that are not there yet. Two imports into one unit take turns, piece by piece."""
    take_turn(gate, gate.member.unit_id)
    gate.seals.require_newest("identity")  # else these names were made with a key that was renewed meanwhile
    known = set(gate.db.scalars(select(CaseFile.import_key).where(CaseFile.import_key.in_(list(rows)))))
    return {key: intake for key, intake in rows.items() if key not in known}


def _new_case(gate: Gate, key: bytes, intake: IntakeAnswers) -> OpenCase:
    """A case that no session knows yet: its row is inserted with all others."""
    member, now = gate.member, gate.now()
    row = CaseFile(
        id=uuid.uuid4(), agency_id=member.agency_id, unit_id=member.unit_id, owner_id=member.member_id,
        person_code=uuid.uuid4(), coded_ref=uuid.uuid4(), status=intake.status, urgent=is_urgent(intake.values),
        administrative={}, import_key=key, opened_at=now, updated_at=now, version=1,
    )  # fmt: skip
    return OpenCase(row, [], {})


def _fill(gate: Gate, case: OpenCase, intake: IntakeAnswers, default: Mapping[str, str]) -> None:
    keep(gate, case, {**default, **intake.values}, intake.registered_on or gate.now().date())
    for consent in intake.consents:
        put_consent(gate, case, consent)
    case.row.code = _draw(gate, case)


def _draw(gate: Gate, case: OpenCase) -> str:
    province = case.values["registration_province"] or f"{gate.settings.country}-{NOWHERE}"
    return new_code(province, date.fromisoformat(case.values["registration_date"]))


def _insert(gate: Gate, cases: Sequence[OpenCase]) -> None:
    """Insert the rows of the cases; a code that somebody else of the agency has, in whatever unit, is drawn anew."""
    statement = insert(CaseFile).on_conflict_do_nothing(index_elements=["agency_id", "code"]).returning(CaseFile.id)
    waiting = list(cases)
    for _ in range(ATTEMPTS):
        done = set(gate.db.scalars(statement, [_columns(case.row) for case in waiting]))
        waiting = [case for case in waiting if case.row.id not in done]
        if not waiting:
            return
        for case in waiting:
            case.row.code = _draw(gate, case)
    raise CodesExhausted(waiting[0].row.code)


def _columns(row: CaseFile) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}


def _agreed(intake: IntakeAnswers) -> bool:
    """Whether the person agreed to be counted, or a legal ground stands for it."""
    return any(one.scope == STATISTICS and stands(one.status, one.legal_basis) for one in intake.consents)
