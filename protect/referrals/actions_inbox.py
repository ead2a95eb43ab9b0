"""The receiver's side before and at the answer: the inbox, one request, accept, decline, acknowledge a withdrawal."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.directory import actions as directory
from protect.directory import actions_capacity as capacity
from protect.directory.actions import ServicePlaces
from protect.referrals import facts, lifecycle
from protect.referrals.actions_rows import ReferralView, check, move, package_of, reach_of, view, views
from protect.referrals.facts import RequestFacts
from protect.referrals.lifecycle import Side, Step, StepRefused
from protect.referrals.models import DisclosurePackage, Referral

READ: Final = tuple(RequestFacts.__dataclass_fields__)
ENDED: Final = ("cancelled", "recalled")


@dataclass(frozen=True)
class Inbox:
    """What waits for a receiving agency, by what is to be done."""

    to_answer: tuple[ReferralView, ...]
    arriving: tuple[ReferralView, ...]
    to_report: tuple[ReferralView, ...]
    to_acknowledge: tuple[ReferralView, ...]
    places: tuple[ServicePlaces, ...]


@dataclass(frozen=True)
class Request:
    """One request as its receiver sees it. `facts` is None once it was withdrawn: there is nothing left to read."""

    referral: ReferralView
    facts: RequestFacts | None
    steps: tuple[Step, ...]
    may_answer: bool
    may_open: bool
    may_report: bool


def inbox(gate: Gate) -> Inbox:
    """The requests that wait, the most pressing first."""
    gate.permit("inbox:read")
    return Inbox(
        to_answer=_listed(gate, Referral.status.in_(lifecycle.WAITING)),
        arriving=_listed(gate, Referral.status == "accepted"),
        to_report=_listed(gate, Referral.status == "in_progress"),
        to_acknowledge=_listed(gate, _to_acknowledge()),
        places=directory.my_places(gate) if gate.allows("place:manage") else (),
    )


def count_waiting(gate: Gate) -> int:
    """How many things wait in the inbox, for the menu."""
    if not gate.allows("inbox:read"):
        return 0
    waiting = or_(Referral.status.in_(lifecycle.WAITING), _to_acknowledge())
    return gate.db.scalar(select(func.count()).select_from(Referral).where(_received(gate), waiting)) or 0


def show_request(gate: Gate, referral_id: UUID) -> Request:
    """One request, marked as seen the first time. What it says is opened after the entry in the trail."""
    row = gate.find(Referral, referral_id, "inbox:read", lock=True)
    if Step.SEE in lifecycle.steps(row.status, Side.RECEIVER):
        move(gate, row, Step.SEE)
        gate.record("referral:see", Ref("referral", row.id), purpose="referral")
    shown = view(gate, row)
    return Request(
        referral=shown,
        facts=None if shown.ended_by_sender else _read(gate, row),
        steps=_steps(shown),
        may_answer=gate.allows("inbox:answer", row),
        may_open=gate.allows("package:open", row) and lifecycle.lets_open(row.status) and not shown.is_shut,
        may_report=gate.allows("referral:progress", row),
    )


def accept(gate: Gate, referral_id: UUID, version: int | None) -> None:
    """Accept, holding a place where the service has places. Raises NoPlaceFree, Conflict, StepRefused.

    A request whose consent is over is not accepted any more: nobody has agreed to what would follow.
    """
    row = gate.find(Referral, referral_id, "inbox:answer", lock=True)
    check(row, Step.ACCEPT, version)
    if reach_of(gate, package_of(gate, row.id)).consent_over:
        raise StepRefused(row.status, Step.ACCEPT)
    if directory.service_of(gate, row.service_id).has_places:
        _give_back_ended(gate, row.service_id)
        capacity.hold_place(gate, row.service_id, row.id)
    move(gate, row, Step.ACCEPT)
    gate.record("referral:accept", Ref("referral", row.id), purpose="referral")


def decline(gate: Gate, referral_id: UUID, version: int | None, reason: str) -> None:
    """Decline with a coded reason. Raises Conflict, StepRefused."""
    row = gate.find(Referral, referral_id, "inbox:answer", lock=True)
    check(row, Step.DECLINE, version)
    move(gate, row, Step.DECLINE)
    row.decline_reason = reason
    gate.record("referral:decline", Ref("referral", row.id), purpose="referral")
    gate.db.flush()
    gate.seals.shred(row.id)  # last: nobody will open what was prepared for an acceptance


def acknowledge(gate: Gate, referral_id: UUID) -> None:
    """Say that the withdrawal was seen; the first word counts. A place held for the person is given back."""
    row = gate.find(Referral, referral_id, "inbox:read", lock=True)
    if not view(gate, row).ended_by_sender:
        raise NotFound("withdrawal")
    if row.acknowledged_at is None:
        row.acknowledged_at = gate.now()
        row.version += 1
        capacity.release_held(gate, row.id, row.service_id)
        gate.record("referral:acknowledge", Ref("referral", row.id), purpose="referral")


def _steps(shown: ReferralView) -> tuple[Step, ...]:
    steps = lifecycle.steps(shown.status, Side.RECEIVER)
    return tuple(step for step in steps if step is not Step.ACCEPT or not shown.reach.consent_over)


def _read(gate: Gate, row: Referral) -> RequestFacts:
    opening = gate.opening("referral:read", [Ref("referral", row.id)], fields=READ, purpose="referral")
    return facts.from_bytes(opening.dropped("inbox", facts.context(row.id, "inbox"), row.request.blob))


def _listed(gate: Gate, condition: ColumnElement[bool]) -> tuple[ReferralView, ...]:
    statement = select(Referral).where(_received(gate), condition).order_by(Referral.due_at)
    return views(gate, gate.db.scalars(statement).all())


def _received(gate: Gate) -> ColumnElement[bool]:
    return Referral.to_agency_id == gate.member.agency_id


def _to_acknowledge() -> ColumnElement[bool]:
    """Taken back by the sender, and nobody has said that it was seen."""
    destroyed = select(DisclosurePackage.referral_id).where(DisclosurePackage.destroyed_at.is_not(None))
    taken_back = or_(Referral.status.in_(ENDED), Referral.id.in_(destroyed))
    return taken_back & Referral.acknowledged_at.is_(None)


def _give_back_ended(gate: Gate, service_id: UUID) -> None:
    """Give back places that are held for referrals which their senders ended: the rows are the receiver's."""
    held = capacity.held_for(gate, service_id)
    ended = select(Referral.id).where(Referral.id.in_(held), Referral.status.in_(ENDED))
    for referral_id in gate.db.scalars(ended).all():
        capacity.release_held(gate, referral_id, service_id)
