"""Opening many cases of a file at once: one piece, one transaction, one entry that names them all."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.cases.actions_compartments import OpenCase, save, tell_saved
from protect.cases.actions_consent import put_consent
from protect.cases.actions_intake import ATTEMPTS, CODE_TAKEN, NOWHERE, CodesExhausted, IntakeAnswers
from protect.cases.actions_search import add_all_to_search
from protect.cases.code import new_code
from protect.cases.consents import STATISTICS, stands
from protect.cases.facts import is_urgent
from protect.cases.models import CaseFile
from protect.directory.actions import province_of_unit

PURPOSE: Final = "import"


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
    default = {"registration_province": province_of_unit(gate, gate.member.unit_id)}
    files = _begin(gate, gate.member.unit_id, fresh, default["registration_province"])
    refs = [Ref("case", file.id) for file in files]
    fields = sorted({name for intake in fresh.values() for name in intake.values})
    opening = gate.opening("case:import", refs, fields=fields, purpose=PURPOSE)
    cases = [OpenCase(file, [], {}, opening) for file in files]
    for case, intake in zip(cases, fresh.values(), strict=True):
        save(gate, case, {**default, **intake.values}, registered=intake.registered_on or gate.now().date())
        for consent in intake.consents:
            put_consent(gate, case, consent)
    add_all_to_search(gate, opening, cases)
    gate.db.flush()
    with gate.db.no_autoflush:  # one insert for all instead of one for each
        for case, intake in zip(cases, fresh.values(), strict=True):
            tell_saved(gate, case, agreed=_agreed(intake))
    gate.record("case:import", Ref("unit", gate.member.unit_id), fields=fields, purpose=PURPOSE)
    return len(cases)


def _key(gate: Gate, unit_id: uuid.UUID, row: NamedRow) -> bytes:
    """What the row is known by, to those alone who hold the agency's identity key."""
    return gate.seals.import_key(unit_id.bytes + row.ordinal.to_bytes(8, "big") + hashlib.sha256(row.content).digest())


def _unknown(gate: Gate, rows: Mapping[bytes, IntakeAnswers]) -> dict[bytes, IntakeAnswers]:
    known = set(gate.db.scalars(select(CaseFile.import_key).where(CaseFile.import_key.in_(list(rows)))))
    return {key: intake for key, intake in rows.items() if key not in known}


def _begin(gate: Gate, unit_id: uuid.UUID, fresh: Mapping[bytes, IntakeAnswers], province: str) -> list[CaseFile]:
    """The rows of the cases with codes that nobody else of the agency has, whatever unit it is in."""
    for _ in range(ATTEMPTS):
        files = [_file(gate, unit_id, key, intake, province) for key, intake in fresh.items()]
        try:
            with gate.db.begin_nested():
                gate.db.add_all(files)
        except IntegrityError as error:
            if CODE_TAKEN not in str(error.orig):
                raise
            continue
        return files
    raise CodesExhausted(province)


def _file(gate: Gate, unit_id: uuid.UUID, key: bytes, intake: IntakeAnswers, province: str) -> CaseFile:
    member, now = gate.member, gate.now()
    where = intake.values.get("registration_province") or province or f"{gate.settings.country}-{NOWHERE}"
    return CaseFile(
        id=uuid.uuid4(), agency_id=member.agency_id, unit_id=unit_id, owner_id=member.member_id,
        code=new_code(where, intake.registered_on or now.date()), person_code=uuid.uuid4(), coded_ref=uuid.uuid4(),
        status=intake.status, urgent=is_urgent(intake.values), administrative={}, import_key=key,
        opened_at=now, updated_at=now, version=0,
    )  # fmt: skip


def _agreed(intake: IntakeAnswers) -> bool:
    """Whether the person agreed to be counted, or a legal ground stands for it."""
    return any(one.scope == STATISTICS and stands(one.status, one.legal_basis) for one in intake.consents)
