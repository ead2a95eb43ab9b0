"""Opening a case and answering its first questions; each page is kept sealed, so that a lost line loses nothing."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.cases.actions_compartments import OpenCase, keep, open_to_change, tell_saved
from protect.cases.actions_consent import add_consent, consents_of, may_stand, statistics_agreed
from protect.cases.actions_edit import keep_answers
from protect.cases.actions_search import add_to_search
from protect.cases.code import new_code
from protect.cases.consents import RECORDING, ConsentAnswers, ConsentRefused, granted
from protect.cases.facts import is_child, is_urgent
from protect.cases.models import CaseFile
from protect.directory.actions import province_of_unit

ATTEMPTS: Final = 10  # a code that is taken is drawn anew
CODE_TAKEN: Final = "uq_case_file_agency_id_code"
NOWHERE: Final = "XX"
DRAFT: Final = "draft"


class CodesExhausted(Exception):
    """No free code was found for this province and year."""


@dataclass(frozen=True)
class IntakeAnswers:
    """What is known when a case is opened: canonical values by field, and for older records the day of registration."""

    values: Mapping[str, str]
    registered_on: date | None = None
    import_key: bytes | None = None
    status: str = DRAFT
    consents: tuple[ConsentAnswers, ...] = ()


@dataclass(frozen=True)
class IntakeDraft:
    """A page of the intake as it stands: what was answered before, and what decides about the next questions."""

    case_id: uuid.UUID
    code: str
    status: str
    version: int
    values: Mapping[str, str]
    child: bool
    assessment: str

    @property
    def consent_defaults(self) -> dict[str, str]:
        """What a consent most often says of such a person; nothing that would make a child consent alone."""
        giver = {} if self.child else {"consent_given_by": "person"}
        return {"legal_basis": "consent", "primary_language": self.values.get("primary_language", ""), **giver}


def open_case(gate: Gate, intake: IntakeAnswers, once: uuid.UUID | None = None) -> uuid.UUID:
    """Open a case in one's own unit and say its id; the same post, or the same imported row, opens it once."""
    gate.permit("case:create")
    known = _opened_before(gate, intake, once)
    if known:
        return known
    default = {"registration_province": province_of_unit(gate, gate.member.unit_id)}
    case = OpenCase(_new_row(gate, intake, default["registration_province"]), [], {})
    keep(gate, case, {**default, **intake.values}, intake.registered_on or gate.now().date())
    add_to_search(gate, case)
    for consent in intake.consents:
        add_consent(gate, case, consent)
    gate.record("case:create", Ref("case", case.row.id), fields=sorted(intake.values), generation=case.row.version)
    gate.db.flush()
    tell_saved(gate, case, agreed=bool(intake.consents) and statistics_agreed(gate, case.row.id))
    if once:
        gate.done(once, f"/dossiers/{case.row.id}")
    return case.row.id


def intake_step(gate: Gate, case_id: uuid.UUID, fields: tuple[str, ...]) -> IntakeDraft:
    """What was answered so far to the questions of one page."""
    row = gate.find(CaseFile, case_id, "case:edit")
    return _step(open_to_change(gate, "case:intake", row, fields))


def answer_step(
    gate: Gate, case_id: uuid.UUID, answers: Mapping[str, str], expected_version: int | None, once: uuid.UUID
) -> IntakeDraft:
    """Keep the answers of one page. Raises EditConflict when somebody else answered meanwhile, and otherwise."""
    row = gate.find(CaseFile, case_id, "case:edit", lock=True)
    case = open_to_change(gate, "case:intake", row, answers)
    if gate.once(once) is None:
        keep_answers(gate, case, answers, stale=expected_version != row.version)
        gate.done(once, f"/dossiers/{case_id}")
    return _step(case)


def finish_intake(gate: Gate, case_id: uuid.UUID, consents: tuple[ConsentAnswers, ...], once: uuid.UUID) -> None:
    """Record the consents and make the draft an active case. Raises ConsentRefused if nothing allows to keep it."""
    row = gate.find(CaseFile, case_id, "case:edit", lock=True)
    if gate.once(once):
        return
    case = open_to_change(gate, "case:intake", row, ())
    agreed = [consent.scope for consent in consents if may_stand(consent, case)]
    if RECORDING not in agreed and not granted(consents_of(gate, case_id), RECORDING):
        raise ConsentRefused("consent_status", "recording")
    for consent in consents:
        add_consent(gate, case, consent)
    gate.db.flush()
    if row.status == DRAFT:
        row.status = "active"
    row.version += 1
    row.updated_at = gate.now()
    gate.record("case:activate", Ref("case", row.id), generation=row.version)
    tell_saved(gate, case, agreed=statistics_agreed(gate, case_id))
    gate.done(once, f"/dossiers/{case_id}")


def _opened_before(gate: Gate, intake: IntakeAnswers, once: uuid.UUID | None) -> uuid.UUID | None:
    outcome = gate.once(once) if once else None
    if outcome:
        return uuid.UUID(outcome.rpartition("/")[2])
    if intake.import_key is None:
        return None
    return gate.db.scalar(select(CaseFile.id).where(CaseFile.import_key == intake.import_key))


def _new_row(gate: Gate, intake: IntakeAnswers, home: str) -> CaseFile:
    """A row with a code that nobody else of the agency has, whatever unit it is in."""
    member = gate.member
    unit_id = member.unit_id
    if unit_id is None:
        raise Conflict("unit")
    opened = intake.registered_on or gate.now().date()
    province = intake.values.get("registration_province") or home
    for _ in range(ATTEMPTS):
        row = CaseFile(
            id=uuid.uuid4(), agency_id=member.agency_id, unit_id=unit_id, owner_id=member.member_id,
            code=new_code(province or f"{gate.settings.country}-{NOWHERE}", opened),
            person_code=uuid.uuid4(), coded_ref=uuid.uuid4(), status=intake.status, urgent=is_urgent(intake.values),
            administrative={}, import_key=intake.import_key, opened_at=gate.now(), updated_at=gate.now(), version=1,
        )  # fmt: skip
        try:
            with gate.db.begin_nested():
                gate.db.add(row)
        except IntegrityError as error:
            if CODE_TAKEN not in str(error.orig):
                raise
            continue
        return row
    raise CodesExhausted(province)


def _step(case: OpenCase) -> IntakeDraft:
    row, known = case.row, case.values
    assessment = known.get("amp_assessment", "")
    return IntakeDraft(row.id, row.code, row.status, row.version, known, is_child(known), assessment)
