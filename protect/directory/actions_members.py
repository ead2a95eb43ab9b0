"""The people of an agency as its registrars see them: invited, compared, certified, and never a case of theirs."""

import hmac
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from protect.access import departures, resets
from protect.access.coverage import lacking_keys
from protect.access.errors import Conflict, Denied, NotFound
from protect.access.founding import MemberPlan
from protect.access.gate import Gate, Ref
from protect.access.models import Invitation, Member
from protect.access.office import Office
from protect.access.policy import policy
from protect.access.proposals import Pending
from protect.access.publishing import roles_to_give
from protect.access.turns import take_turn
from protect.directory.actions_names import require_free
from protect.directory.models import Unit

INVITATION_LIFE: Final = timedelta(days=14)


class UnitNeeded(Exception):
    """The role works in a unit, and none was chosen."""


@dataclass(frozen=True)
class NewMember:
    """Who is to be invited, as what, in which office."""

    sign_in_name: str
    display_name: str
    role: str
    unit_id: UUID | None


@dataclass(frozen=True)
class MemberLine:
    """A member in the list: what the person is, and what the person waits for."""

    id: UUID
    display_name: str
    sign_in_name: str
    role: str
    unit: str
    status: str
    waits_for: str  # "", enrolment, certification, second, again, change, departure, resuming, reset, key
    myself: bool


@dataclass(frozen=True)
class Members:
    """Everybody of the agency, and how many registrars must agree."""

    lines: tuple[MemberLine, ...]
    registrars: tuple[str, ...]
    needed: int


@dataclass(frozen=True)
class PendingView:
    """What waits for the word of registrars, and who gave theirs already."""

    words: str
    role: str
    unit: str
    leaves: bool
    said: tuple[str, ...]
    needed: int
    mine_given: bool
    subject: str


@dataclass(frozen=True)
class MemberView:
    """One member, with what a registrar may do now."""

    line: MemberLine
    unit_id: UUID | None
    pending: PendingView | None
    expires_at: datetime | None
    resuming: tuple[str, ...]  # who agreed already that a suspension ends
    known: str = ""  # six words of the certificate in force: custodians ask for them


@dataclass(frozen=True)
class Invited:
    """A one-time code, shown this once."""

    member_id: UUID
    display_name: str
    sign_in_name: str
    role: str
    code: str
    expires_at: datetime


def act(gate: Gate, permission: str) -> Office:
    """The office of the actor, for whatever a registrar decides.

    Raises Denied for who is not in office, and StepUpRequired ten minutes after the last second factor.
    """
    gate.permit(permission)
    gate.require_fresh()
    take_turn(gate.db, gate.member.agency_id)
    return Office.of(gate)


def look(gate: Gate) -> Office:
    """The office of the actor, to read in. Raises Denied for who is not in office."""
    gate.permit("member:read")
    return Office.of(gate)


def find(gate: Gate, member_id: UUID, permission: str, *, lock: bool = False) -> Member:
    """A member of one's own agency. Raises NotFound, or Denied for somebody of another agency."""
    return gate.find(Member, member_id, permission, lock=lock)


def units(gate: Gate) -> tuple[tuple[str, str], ...]:
    """The agency's offices, for a form."""
    query = select(Unit.id, Unit.name).where(Unit.agency_id == gate.member.agency_id).order_by(Unit.name)
    return tuple((str(row.id), row.name) for row in gate.db.execute(query))


def offered(gate: Gate) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The roles that the agency may give and the offices, among which a form lets choose, each with its name."""
    names = ((role, policy().role_name(role, gate.locale)) for role in roles_to_give(gate))
    return tuple(names), units(gate)


def require_unit(gate: Gate, role: str, unit_id: UUID | None) -> None:
    """Raise NotFound for a role or unit that the agency has not, and UnitNeeded for a role that works in one."""
    if role not in roles_to_give(gate) or (unit_id is not None and str(unit_id) not in dict(units(gate))):
        raise NotFound("Unit")
    if unit_id is None and policy().by_unit(role):
        raise UnitNeeded


def list_members(gate: Gate) -> Members:
    """Everybody of one's own agency."""
    office = look(gate)
    own = select(Member).where(Member.agency_id == gate.member.agency_id)
    rows = gate.db.scalars(own.order_by(Member.status == "left", Member.display_name)).all()
    seated = office.authority.roll.registrars
    names = tuple(row.display_name for row in rows if str(row.id) in seated)
    return Members(tuple(_lines(gate, office, rows)), names, office.authority.needed(""))


def count_to_decide(gate: Gate) -> int:
    """About how many members another registrar waits for the actor's word; nothing for who is not in office."""
    if not gate.allows("member:certify"):
        return 0
    try:
        office = Office.of(gate)
    except Denied:
        return 0
    pending = office.proposals.all()
    here = (Member.agency_id == gate.member.agency_id) & Member.status.not_in(("invited", "left"))
    rows = gate.db.scalars(select(Member).where(here, Member.id != office.me)).all()
    return sum(_asks_me(office, row, pending.get(row.id)) for row in rows)


def show_member(gate: Gate, member_id: UUID) -> MemberView:
    """One member of one's own agency. Raises NotFound."""
    office = look(gate)
    member = find(gate, member_id, "member:read")
    pending = office.proposals.pending(member.id)
    unused = (Invitation.member_id == member.id) & Invitation.used_at.is_(None)
    return MemberView(
        line=next(_lines(gate, office, [member])),
        unit_id=member.unit_id,
        pending=_pending(gate, office, pending) if pending else None,
        expires_at=gate.db.scalar(select(func.max(Invitation.expires_at)).where(unused)),
        resuming=_names(gate, departures.resuming(office, member.id)),
        known=office.known_words(member.id),
    )


def invite(gate: Gate, new: NewMember) -> Invited:
    """Enter a member to be; the code goes to the person by hand.

    Raises NameTaken, NamesTried, UnitNeeded, NotFound.
    """
    office = act(gate, "member:invite")
    require_unit(gate, new.role, new.unit_id)
    plan = MemberPlan(new.sign_in_name.strip().casefold(), new.display_name.strip(), new.role, new.unit_id)
    require_free(gate, plan.sign_in_name)
    expires = gate.now() + INVITATION_LIFE
    done = office.invite(plan, expires)
    gate.record("member:invite", Ref("member", done.member_id), fields=("role", "unit"))
    return Invited(done.member_id, plan.display_name, plan.sign_in_name, plan.role, done.code, expires)


def new_code(gate: Gate, member_id: UUID) -> Invited:
    """Another code for somebody who lost it or came too late; the earlier one ends.

    Raises NotFound, and Conflict for who enrolled, or has a seat already: its code would let this registrar take it.
    """
    office = act(gate, "member:invite")
    member = find(gate, member_id, "member:invite", lock=True)
    if member.status != "invited" or str(member.id) in office.authority.roll.registrars:
        raise Conflict("member")  # whom the root seated gets another code from the root
    departures.end_invitations(office, member)
    expires = gate.now() + INVITATION_LIFE
    code = office.issue_code(member, expires)
    gate.record("member:new-code", Ref("member", member.id))
    return Invited(member.id, member.display_name, member.sign_in_name, member.role, code, expires)


def certify(gate: Gate, member_id: UUID, subject: str) -> bool:
    """Give one's word for what waits: the six words are the person's, the change is right. Whether it is in force now.

    `subject` is that of the page that was read: when another came in its place meanwhile, that is a Conflict.
    Raises AlreadyConfirmed, NotYourself, LastHolder, Conflict, NotFound.
    """
    office = act(gate, "member:certify")
    member = find(gate, member_id, "member:certify", lock=True)
    pending = office.proposals.pending(member.id)
    if pending is None or pending.certificate is None:
        raise Conflict("certificate")
    if not hmac.compare_digest(pending.subject.encode(), subject.encode()):
        raise Conflict("certificate")
    departures.require_others(office, member.id, pending.certificate.role)
    done = departures.confirm(office, member)
    gate.record("member:certify", Ref("member", member.id))
    return done


def withdraw(gate: Gate, member_id: UUID) -> None:
    """Take back an invitation, a certificate that nobody confirmed, or a change that waits. Raises Conflict."""
    office = act(gate, "member:invite")
    member = find(gate, member_id, "member:invite", lock=True)
    office.require_other(member.id)
    pending = office.proposals.pending(member.id)
    if member.status in ("invited", "waiting"):
        departures.turn_away(office, member)
    elif pending is not None and not office.authority.settled(pending.subjects[0], str(member.id)):
        office.withdraw(member.id)  # what enough agreed to, though it is not in force yet, can only be confirmed
    else:
        raise Conflict("member")
    gate.record("member:withdraw", Ref("member", member.id))


def _lines(gate: Gate, office: Office, rows: Iterable[Member]) -> Iterator[MemberLine]:
    names, lacking = dict(units(gate)), lacking_keys(gate.db, gate.member.agency_id)
    pending, resetting = office.proposals.all(), resets.waiting(gate.db, gate.member.agency_id)
    for row in rows:
        waits_for = "reset" if row.id in resetting else _waits_for(row, pending.get(row.id), lacking)
        yield MemberLine(
            row.id, row.display_name, row.sign_in_name, row.role, names.get(str(row.unit_id), ""), row.status,
            waits_for, myself=row.id == office.me,
        )  # fmt: skip


def _asks_me(office: Office, row: Member, pending: Pending | None) -> bool:
    if row.status == "suspended":
        said = departures.resuming(office, row.id)
        return bool(said) and office.me not in said
    return pending is not None and office.me not in pending.said


def _waits_for(row: Member, pending: Pending | None, lacking: Collection[UUID]) -> str:
    if pending is None or row.status in ("invited", "left"):
        return "enrolment" if row.status == "invited" else "key" if row.id in lacking else ""
    if pending.certificate is None:
        return "departure"
    if pending.again:
        return "again"
    if row.status != "waiting":
        return "change"
    return "second" if pending.said else "certification"


def _pending(gate: Gate, office: Office, pending: Pending) -> PendingView:
    signed = pending.certificate
    return PendingView(
        words=pending.words,
        role=signed.role if signed else "",
        unit=dict(units(gate)).get(signed.unit_id, "") if signed else "",
        leaves=pending.leaves,
        said=_names(gate, pending.said),
        needed=pending.needed,
        mine_given=office.me in pending.said and len(pending.said) < pending.needed,
        subject=pending.subject,
    )


def _names(gate: Gate, ids: Iterable[UUID]) -> tuple[str, ...]:
    query = select(Member.display_name).where(Member.id.in_(list(ids))).order_by(Member.display_name)
    return tuple(gate.db.scalars(query))
