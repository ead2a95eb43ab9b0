"""The sender's side after the request: referrals with their clocks, cancelling one, withdrawing a consent."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.access.policy import policy
from protect.cases.actions import one_listed
from protect.cases.actions_consent import consents_of, withdraw_consent
from protect.cases.consents import ConsentRecord
from protect.directory import actions as directory
from protect.directory import actions_capacity as capacity
from protect.directory.matching import Match, Wanted
from protect.referrals import facts, lifecycle
from protect.referrals.actions_rows import ReferralView, check, move, package_of, view, views
from protect.referrals.clock import Pace
from protect.referrals.facts import RequestFacts
from protect.referrals.lifecycle import Side, Step
from protect.referrals.models import Referral

MOST_CLOSED: Final = 50
PROPOSALS: Final = 3
NOTHING: Final = b"{}"


@dataclass(frozen=True)
class Referrals:
    """The referrals within reach: late ones, those waiting for an answer, those agreed, and the latest closed."""

    late: tuple[ReferralView, ...]
    waiting: tuple[ReferralView, ...]
    agreed: tuple[ReferralView, ...]
    closed: tuple[ReferralView, ...]


@dataclass(frozen=True)
class Withdrawal:
    """What rests on a consent that is about to be withdrawn."""

    case_id: UUID
    consent: ConsentRecord
    resting: tuple[ReferralView, ...]


@dataclass(frozen=True)
class SentReferral:
    """One referral as its sender sees it, with the next best services when this one declined or keeps silent."""

    referral: ReferralView
    case_id: UUID
    consent_id: UUID | None
    facts: RequestFacts | None  # None where this session has no key of the sender's copy, or nothing is left of it
    proposals: tuple[Match, ...]
    may_refer: bool
    may_cancel: bool
    may_withdraw: bool


def my_referrals(gate: Gate) -> Referrals:
    """The referrals of one's own office, or of the whole agency for a supervisor."""
    gate.permit("referral:follow")
    waiting = _sent(gate, Referral.status.in_(lifecycle.WAITING))
    return Referrals(
        late=tuple(one for one in waiting if one.clock.pace is Pace.LATE),
        waiting=tuple(one for one in waiting if one.clock.pace is not Pace.LATE),
        agreed=_sent(gate, Referral.status.in_(lifecycle.AGREED)),
        closed=_sent(gate, Referral.status.in_(lifecycle.CLOSED), MOST_CLOSED),
    )


def count_late(gate: Gate) -> int:
    """How many referrals within reach wait longer than they should, for the first page."""
    if not gate.allows("referral:follow"):
        return 0
    late = and_(Referral.status.in_(lifecycle.WAITING), Referral.due_at <= gate.now())
    return gate.db.scalar(select(func.count()).select_from(Referral).where(_within_reach(gate), late)) or 0


def referrals_of_case(gate: Gate, case_id: UUID) -> tuple[ReferralView, ...]:
    """The referrals of one case, oldest first."""
    gate.permit("referral:follow")
    return _sent(gate, Referral.case_id == case_id)


def show_referral(gate: Gate, referral_id: UUID) -> SentReferral:
    """One referral that was sent from here. What was asked is opened after the entry in the trail."""
    row = gate.find(Referral, referral_id, "referral:follow")
    shown = view(gate, row)
    asked = _asked(gate, row)
    may_cancel = gate.allows("referral:cancel", row) and bool(lifecycle.steps(row.status, Side.SENDER))
    return SentReferral(
        referral=shown,
        case_id=row.case_id,
        consent_id=row.consent_id,
        facts=asked,
        proposals=_next_best(gate, row, asked) if _needs_another(shown) else (),
        may_refer=gate.allows("referral:request", row),
        may_cancel=may_cancel,
        may_withdraw=gate.allows("consent:withdraw", row) and not (shown.ended_by_sender or shown.reach.consent_over),
    )


def cancel(gate: Gate, referral_id: UUID, version: int | None) -> None:
    """Take a referral back for another reason than a withdrawal of consent. Raises Conflict, StepRefused."""
    row = gate.find(Referral, referral_id, "referral:cancel", lock=True)
    check(row, Step.CANCEL, version)
    _take_back(gate, row, Step.CANCEL)
    gate.record("referral:cancel", Ref("referral", row.id), purpose="referral", consent_id=row.consent_id)


def before_withdrawal(gate: Gate, case_id: UUID, consent_id: UUID) -> Withdrawal:
    """What would end with this consent. NotFound out of reach, or when it does not stand any more."""
    gate.permit("consent:withdraw")
    one_listed(gate, case_id)
    consents = {consent.id: consent for consent in consents_of(gate, case_id)}
    if consent_id not in consents or not consents[consent_id].stands:
        raise NotFound("Consent")
    return Withdrawal(case_id, consents[consent_id], _sent(gate, Referral.consent_id == consent_id))


def withdraw(gate: Gate, case_id: UUID, consent_id: UUID) -> None:
    """Withdraw a consent with everything that rests on it. Doing it again adds nothing."""
    recall(gate, withdraw_consent(gate, case_id, consent_id))


def recall(gate: Gate, consent: ConsentRecord) -> None:
    """End what rests on a withdrawn consent: open referrals are recalled, and the keys of all packages destroyed."""
    resting = select(Referral).where(_of_agency(gate), Referral.consent_id == consent.id).with_for_update()
    for row in gate.db.scalars(resting).all():
        if _take_back(gate, row, Step.RECALL):
            ref = Ref("referral", row.id)
            gate.record("referral:recall", ref, purpose="referral", consent_id=consent.id)


def _take_back(gate: Gate, row: Referral, step: Step) -> bool:
    """Close an open referral, empty its request, destroy the key of its package; False if all that was done before."""
    package = package_of(gate, row.id)
    is_open, is_whole = row.status in lifecycle.OPEN, package is not None and package.destroyed_at is None
    if row.status == "accepted":
        capacity.announce_freed(gate, row.service_id)
    if is_open:
        move(gate, row, step)
        row.request = gate.seals.drop(row.to_agency_id, "inbox", facts.context(row.id, "inbox"), NOTHING)
    if package is not None and is_whole:
        package.destroyed_at = gate.now()
    gate.db.flush()
    gate.seals.shred(row.id)  # last and at once: there is no way back, so everything before has succeeded
    return is_open or is_whole


def _sent(gate: Gate, condition: ColumnElement[bool], limit: int | None = None) -> tuple[ReferralView, ...]:
    order = Referral.sent_at.desc() if limit else Referral.due_at
    statement = select(Referral).where(_within_reach(gate), condition).order_by(order).limit(limit)
    return views(gate, gate.db.scalars(statement).all())


def _of_agency(gate: Gate) -> ColumnElement[bool]:
    return Referral.agency_id == gate.member.agency_id


def _within_reach(gate: Gate) -> ColumnElement[bool]:
    unit = Referral.unit_id == gate.member.unit_id
    return and_(_of_agency(gate), unit) if policy().by_unit(gate.member.role) else _of_agency(gate)


def _asked(gate: Gate, row: Referral) -> RequestFacts | None:
    fields = tuple(RequestFacts.__dataclass_fields__)
    opening = gate.opening("referral:follow", [Ref("referral", row.id)], fields=fields, purpose="referral")
    if not opening.holds("coded"):
        return None
    said = opening.dropped("coded", facts.context(row.id, "sender"), row.sender_copy.blob)
    return None if said == NOTHING else facts.from_bytes(said)  # nothing: the case was erased


def _needs_another(shown: ReferralView) -> bool:
    late = shown.status in lifecycle.WAITING and shown.clock.pace is Pace.LATE
    return late or shown.status in {"declined", "no_show"}


def _next_best(gate: Gate, row: Referral, asked: RequestFacts | None) -> tuple[Match, ...]:
    if asked is None:
        return ()
    wanted = Wanted(asked.service_type, asked.sex, asked.majority, asked.province)
    matches = directory.list_services(gate, wanted)
    tried = set(gate.db.scalars(select(Referral.service_id).where(_of_agency(gate), Referral.case_id == row.case_id)))
    other = (m for m in matches if m.service.id not in tried and m.service.agency_id != row.agency_id)
    return tuple(other)[:PROPOSALS]
