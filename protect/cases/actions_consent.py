"""Recording and withdrawing a consent: append-only rows, one for each purpose and recipient."""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.access.opening import Opening
from protect.cases.actions_compartments import OpenCase, open_to_change, tell_saved
from protect.cases.consents import (
    STATISTICS,
    ConsentAnswers,
    ConsentRecord,
    check,
    granted,
    shared_fields,
    stands,
    status_at,
)
from protect.cases.facts import is_child
from protect.cases.models import CaseFile, Consent
from protect.directory.actions import all_services, open_service
from protect.vocab import load

KEPT_IN: Final = "protection"  # the compartment of what the person asked not to happen


def record_consent(gate: Gate, case_id: uuid.UUID, answers: ConsentAnswers, once: uuid.UUID | None = None) -> uuid.UUID:
    """Keep what the person said about one purpose and one recipient. Raises ConsentRefused if it cannot stand."""
    earlier = gate.once(once) if once else None
    if earlier:
        return uuid.UUID(earlier.rpartition("#")[2])
    row = gate.find(CaseFile, case_id, "consent:record", lock=True)
    case = open_to_change(gate, "consent:record", row, ())
    consent = add_consent(gate, case, answers)
    if answers.scope == STATISTICS:
        tell_saved(gate, case, agreed=statistics_agreed(gate, case_id))
    if once:
        gate.done(once, f"/dossiers/{case_id}#{consent.id}")
    return consent.id


def may_stand(answers: ConsentAnswers, case: OpenCase) -> bool:
    """Check a consent against who the person is; whether it allows anything. Raises ConsentRefused."""
    if is_child(case.values):
        case.require_open(KEPT_IN)  # says whether the guardian's interest is against the child's
    check(answers, child=is_child(case.values), guardian_conflict=case.values.get("guardian_conflict") == "yes")
    return stands(answers.status, answers.legal_basis)


def add_consent(gate: Gate, case: OpenCase, answers: ConsentAnswers) -> Consent:
    """Append a consent that may stand, and say so in the trail."""
    consent = put_consent(gate, case, answers)
    gate.record("consent:record", Ref("case", case.row.id), consent_id=consent.id)
    return consent


def put_consent(gate: Gate, case: OpenCase, answers: ConsentAnswers) -> Consent:
    """Append a consent that may stand; the caller's entry in the trail tells of it."""
    may_stand(answers, case)
    service = open_service(gate, answers.recipient_service_id) if answers.recipient_service_id else None
    consent = Consent(
        id=uuid.uuid4(), agency_id=case.row.agency_id, case_id=case.row.id, unit_id=case.row.unit_id,
        scope=answers.scope, status=answers.status, given_by=answers.given_by, mode=answers.mode,
        child_assent=answers.child_assent or None, language=answers.language, legal_basis=answers.legal_basis,
        recipient_agency_id=service.agency_id if service else None,
        recipient_service_id=service.id if service else None,
        classes=list(answers.classes), fields=list(shared_fields(_may_travel(), answers.classes, answers.withheld)),
        information=list(answers.information), valid_until=answers.valid_until,
        recorded_by=gate.member.member_id, recorded_at=gate.now(),
    )  # fmt: skip
    if answers.restrictions:
        owner = case.row.agency_id
        consent.restrictions = gate.seals.drop(
            owner, KEPT_IN, restrictions_context(consent.id), answers.restrictions.encode()
        )
    gate.db.add(consent)
    return consent


def withdraw_consent(gate: Gate, case_id: uuid.UUID, consent_id: uuid.UUID) -> ConsentRecord:
    """Append the withdrawal of a consent and say how it stands now. A second one changes nothing."""
    case = gate.find(CaseFile, case_id, "consent:withdraw", lock=True)
    given = gate.db.get(Consent, consent_id)
    if given is None or given.case_id != case_id or given.withdraws is not None:
        raise NotFound("Consent")
    known = next(consent for consent in consents_of(gate, case_id) if consent.id == consent_id)
    if known.status == "withdrawn":
        return known
    gate.db.add(_withdrawal(gate, given))
    gate.db.flush()
    gate.record("consent:withdraw", Ref("case", case_id), consent_id=consent_id)
    if given.scope == STATISTICS:
        tell_saved(gate, open_to_change(gate, "consent:withdraw", case, ()), agreed=False)
    return next(consent for consent in consents_of(gate, case_id) if consent.id == consent_id)


def consents_of(gate: Gate, case_id: uuid.UUID, opening: Opening | None = None) -> tuple[ConsentRecord, ...]:
    """Every consent of a case as it stands now, oldest first; restrictions only with an opening."""
    statement = select(Consent).where(Consent.case_id == case_id).order_by(Consent.recorded_at, Consent.id)
    rows = gate.db.scalars(statement).all()
    withdrawn = {row.withdraws: row for row in reversed(rows) if row.withdraws}
    return tuple(_record(gate, row, withdrawn.get(row.id), opening) for row in rows if row.withdraws is None)


def recipients(gate: Gate) -> tuple[tuple[str, str], ...]:
    """Id and name of every service of another agency that data can be shared with."""
    services = (match.service for match in all_services(gate))
    own = gate.member.agency_id
    return tuple((str(one.id), f"{one.name} ({one.agency})") for one in services if one.agency_id != own)


def statistics_agreed(gate: Gate, case_id: uuid.UUID) -> bool:
    """Whether the person agreed that coded, nameless facts are counted."""
    return granted(consents_of(gate, case_id), STATISTICS)


def _withdrawal(gate: Gate, given: Consent) -> Consent:
    kept = ("agency_id", "case_id", "unit_id", "scope", "given_by", "child_assent", "mode", "language", "legal_basis")
    recipient = ("recipient_agency_id", "recipient_service_id", "classes", "fields", "information")
    columns = {name: getattr(given, name) for name in (*kept, *recipient)}
    return Consent(
        id=uuid.uuid4(), status="withdrawn", withdraws=given.id,
        recorded_by=gate.member.member_id, recorded_at=gate.now(), **columns,
    )  # fmt: skip


def _record(gate: Gate, row: Consent, withdrawal: Consent | None, opening: Opening | None) -> ConsentRecord:
    restrictions = None
    if row.restrictions is not None and opening is not None and opening.holds(KEPT_IN):
        restrictions = opening.dropped(KEPT_IN, restrictions_context(row.id), row.restrictions.blob).decode()
    withdrawn_at = withdrawal.recorded_at if withdrawal else None
    return ConsentRecord(
        id=row.id, scope=row.scope, status=status_at(gate.now(), row.status, row.valid_until, withdrawn_at),
        given_by=row.given_by, child_assent=row.child_assent or "", mode=row.mode, language=row.language,
        legal_basis=row.legal_basis, recipient_agency_id=row.recipient_agency_id,
        recipient_service_id=row.recipient_service_id, classes=tuple(row.classes), fields=tuple(row.fields),
        information=tuple(row.information), valid_until=row.valid_until, recorded_at=row.recorded_at,
        withdrawn_at=withdrawn_at, restrictions=restrictions,
    )  # fmt: skip


def restrictions_context(consent_id: uuid.UUID) -> bytes:
    """What the restrictions of a consent are bound to."""
    return b"consent.v1" + consent_id.bytes


def _may_travel() -> Sequence[tuple[str, str]]:
    """Name and compartment of every field that may be part of a referral at all."""
    fields = load().fields.values()
    return [(field.name, field.compartment) for field in fields if any(tag.startswith("REF") for tag in field.tags)]
