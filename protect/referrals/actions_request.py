"""The sender's way to a request: services for the needs of a case, what exactly will be sent, and the sending."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from protect import vocab
from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.cases.actions import case_facts
from protect.cases.actions_consent import record_consent
from protect.cases.code import ALPHABET
from protect.cases.consents import CONSENT, ConsentAnswers, ConsentRefused, check, shared_fields, stands
from protect.directory import actions as directory
from protect.directory.matching import Match, ServiceView, Wanted
from protect.referrals import clock, disclosure, facts, lifecycle
from protect.referrals.actions_rows import package_context
from protect.referrals.disclosure import SHAREABLE, Disclosure
from protect.referrals.facts import RequestFacts
from protect.referrals.models import DisclosurePackage, Referral

SCOPE: Final = "share_referral"
FACTS: Final = (
    "sex", "majority_status", "age_group", "primary_language", "current_province", "needs", "immediate_danger",
)  # fmt: skip
CONSENT_FACTS: Final = ("majority_status", "guardian_conflict")
CODE_PART: Final = 4


@dataclass(frozen=True)
class NeedGroup:
    """The services for one need, best fit first; `stated` if the person's file names the need."""

    need: str
    stated: bool
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class ServiceChoice:
    """Where a case could be referred to."""

    case_id: UUID
    case_code: str
    groups: tuple[NeedGroup, ...]


@dataclass(frozen=True)
class ConsentNeeded:
    """What must be asked before a request to this service can leave."""

    case_id: UUID
    case_code: str
    service: ServiceView
    classes: tuple[str, ...]
    fields: tuple[str, ...]
    locked: tuple[str, ...]
    child: bool
    guardian_conflict: bool
    urgency: str


@dataclass(frozen=True)
class Preview:
    """Exactly what will be sent: the request at once, the fields on acceptance."""

    case_id: UUID
    case_code: str
    service: ServiceView
    facts: RequestFacts
    disclosure: Disclosure
    due_at: datetime
    valid_until: datetime | None


def choose_service(gate: Gate, case_id: UUID) -> ServiceChoice:
    """The services of other agencies, ranked for each need; the stated needs come first."""
    values = _values(gate, case_id, FACTS, "referral:choose")
    stated = values.get("needs", "").split()
    groups = (_group(gate, values, need, stated) for need in _needs_in_order(stated))
    return ServiceChoice(case_id, values["case_code"], tuple(g for g in groups if g.matches or g.stated))


def ask_consent(gate: Gate, case_id: UUID, service_id: UUID) -> ConsentNeeded:
    """The classes that this service could receive, and what the consent of this person needs."""
    service = _other_service(gate, service_id)
    values = _values(gate, case_id, (*CONSENT_FACTS, "immediate_danger"), "referral:ask")
    every = vocab.load().fields.values()
    allowed = disclosure.candidates(every, service.service_type)
    return ConsentNeeded(
        case_id=case_id, case_code=values["case_code"], service=service, locked=_locked(gate),
        classes=disclosure.classes(every, service.service_type), fields=tuple(field.name for field in allowed),
        child=_is_child(values), guardian_conflict=_has_conflict(values),
        urgency="immediate" if values.get("immediate_danger") == "yes" else "",
    )  # fmt: skip


def preview(gate: Gate, case_id: UUID, service_id: UUID, urgency: str, answers: ConsentAnswers) -> Preview:
    """What a request on the strength of this consent would say. Raises ConsentRefused. Nothing is kept or sent."""
    return _compose(gate, case_id, _other_service(gate, service_id), urgency, answers)


def request(
    gate: Gate, case_id: UUID, service_id: UUID, urgency: str, answers: ConsentAnswers, once: UUID
) -> UUID:  # fmt: skip
    """Record the consent and send the request with its package, all or nothing. Raises ConsentRefused, NotReady.

    The same `once` again gives the referral that was made the first time.
    """
    earlier = gate.once(once)
    if earlier:
        return UUID(earlier.rpartition("/")[2])
    composed = _compose(gate, case_id, _other_service(gate, service_id), urgency, answers)
    consent_id = record_consent(gate, case_id, answers)
    gate.db.flush()
    row = _referral(gate, composed, consent_id)
    gate.db.add(row)
    gate.db.flush()
    gate.db.add(_package(gate, row, composed))
    gate.permit("referral:request", row)
    fields = tuple(composed.disclosure.sent)
    gate.record("referral:request", Ref("referral", row.id), fields=fields, purpose="referral", consent_id=consent_id)
    gate.done(once, f"/referencements/{row.id}")
    return row.id


def _values(gate: Gate, case_id: UUID, fields: Iterable[str], action: str) -> dict[str, str]:
    gate.permit("referral:request")
    return case_facts(gate, case_id, {*fields, "case_code"}, action=action, purpose="referral")


def _compose(gate: Gate, case_id: UUID, service: ServiceView, urgency: str, answers: ConsentAnswers) -> Preview:
    allowed = disclosure.candidates(vocab.load().fields.values(), service.service_type)
    wanted = {*FACTS, *CONSENT_FACTS, *(field.name for field in allowed)}
    values = _values(gate, case_id, wanted, "referral:compose")
    _judge(answers, values, gate.now())
    named = [(field.name, field.compartment) for field in allowed]
    agreed = shared_fields(named, answers.classes, answers.withheld) if _may_share(answers) else ()
    return Preview(
        case_id=case_id, case_code=values["case_code"], service=service, facts=_facts(values, service, urgency),
        disclosure=disclosure.select(allowed, agreed, values, _locked(gate)),
        due_at=clock.due_at(urgency, gate.now(), gate.settings.response_hours), valid_until=answers.valid_until,
    )  # fmt: skip


def _referral(gate: Gate, composed: Preview, consent_id: UUID) -> Referral:
    row_id, now, said = uuid4(), gate.now(), composed.facts.to_bytes()
    owner, receiver = gate.member.agency_id, composed.service.agency_id
    unit_id = gate.member.unit_id
    if unit_id is None:
        raise NotFound("unit")
    return Referral(
        id=row_id, agency_id=owner, to_agency_id=receiver, unit_id=unit_id, case_id=composed.case_id,
        code=_new_code(), service_id=composed.service.id, consent_id=consent_id,
        urgency=composed.facts.urgency, status=lifecycle.SENT,
        request=gate.seals.drop(receiver, "inbox", facts.context(row_id, "inbox"), said),
        sender_copy=gate.seals.drop(owner, "coded", facts.context(row_id, "sender"), said),
        due_at=composed.due_at, sent_at=now, created_by=gate.member.member_id, version=1,
    )  # fmt: skip


def _package(gate: Gate, row: Referral, composed: Preview) -> DisclosurePackage:
    sent, ends = composed.disclosure.sent, composed.valid_until
    sealed = gate.seals.package(sent, package_context(row, ends), ends)
    return DisclosurePackage(
        agency_id=row.agency_id, to_agency_id=row.to_agency_id, referral_id=row.id,
        wrapped_key=sealed.wrapped_key, content=sealed.content, fields=list(sent),
        valid_until=ends, closes_at=ends,
    )  # fmt: skip


def _facts(values: Mapping[str, str], service: ServiceView, urgency: str) -> RequestFacts:
    return RequestFacts(
        service_type=service.service_type, urgency=urgency,
        sex=values.get("sex", ""), majority=values.get("majority_status", ""), age_group=values.get("age_group", ""),
        language=values.get("primary_language", ""), province=values.get("current_province", ""),
        needs=tuple(values.get("needs", "").split()), immediate_danger=values.get("immediate_danger", ""),
    )  # fmt: skip


def _group(gate: Gate, values: Mapping[str, str], need: str, stated: list[str]) -> NeedGroup:
    known = (values.get(name, "") for name in ("sex", "majority_status", "current_province"))
    wanted = Wanted(need, *known)
    matches = directory.list_services(gate, wanted)
    others = tuple(match for match in matches if match.service.agency_id != gate.member.agency_id)
    return NeedGroup(need, need in stated, others)


def _needs_in_order(stated: list[str]) -> list[str]:
    every = vocab.load().lists["service_type"].codes()
    return [*(need for need in every if need in stated), *(need for need in every if need not in stated)]


def _other_service(gate: Gate, service_id: UUID) -> ServiceView:
    """A service of another agency, for who may ask at all: what stays in the house needs no referral."""
    gate.permit("referral:request")
    service = directory.open_service(gate, service_id)
    if service.agency_id == gate.member.agency_id:
        raise NotFound("Service")
    return service


def _judge(answers: ConsentAnswers, values: Mapping[str, str], now: datetime) -> None:
    """Raise ConsentRefused unless the consent stands now; a child's own yes is needed beside the guardian's."""
    if answers.valid_until is not None and answers.valid_until <= now:
        raise ConsentRefused("until", "over")
    check(answers, child=_is_child(values), guardian_conflict=_has_conflict(values))
    relied_on = answers.status == "given" and answers.legal_basis == CONSENT
    if relied_on and _is_child(values) and answers.child_assent != "given":
        raise ConsentRefused("child_assent", "assent")


def _may_share(answers: ConsentAnswers) -> bool:
    return stands(answers.status, answers.legal_basis)


def _is_child(values: Mapping[str, str]) -> bool:
    """Whoever is not known to be an adult is presumed a child."""
    return values.get("majority_status") != "adult"


def _has_conflict(values: Mapping[str, str]) -> bool:
    return values.get("guardian_conflict") == "yes"


def _locked(gate: Gate) -> tuple[str, ...]:
    return tuple(name for name in SHAREABLE if not gate.holds(name))


def _new_code() -> str:
    """A code that can be said on the telephone and names neither person nor case."""
    parts = ("".join(secrets.choice(ALPHABET) for _ in range(CODE_PART)) for _ in range(2))
    return "R-" + "-".join(parts)
