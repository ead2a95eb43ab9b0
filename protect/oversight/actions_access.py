"""Explaining access: what roles can do, why a compartment is shut, what the policy answers about a member."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.access.models import KeyGrant, Member
from protect.access.policy import Answer, policy
from protect.oversight import explained
from protect.oversight.answers import Somebody, Standing, Why, answer
from protect.oversight.explained import RoleView, Sheet


@dataclass(frozen=True)
class Explained:
    """Why a compartment is open or shut for the actor, and who can open it."""

    compartment: str
    role: str
    why: Why
    readers: tuple[str, ...]
    holders: int


@dataclass(frozen=True)
class Examined:
    """The policy's answer about a member or a role, and what else the pages would ask."""

    name: str
    role: str
    answer: Answer
    active: bool
    keys: tuple[str, ...] | None  # of a member


def role(gate: Gate, name: str) -> RoleView:
    """What the role can see and do. Raises NotFound."""
    gate.permit("access:explain")
    try:
        return explained.role_view(name, gate.locale)
    except KeyError:
        raise NotFound("role") from None


def matrix(gate: Gate) -> tuple[Sheet, ...]:
    """Everything of every role."""
    gate.permit("access:explain")
    return explained.sheets(gate.locale)


def why(gate: Gate, compartment: str) -> Explained:
    """Why the compartment is open or shut for the actor. Raises NotFound."""
    gate.permit("session:keep")
    if compartment not in explained.USES:
        raise NotFound("compartment")
    me = gate.member
    live = (KeyGrant.agency_id == me.agency_id) & (KeyGrant.compartment == compartment) & KeyGrant.revoked_at.is_(None)
    able = select(func.count(KeyGrant.recipient_id.distinct())).join(Member, Member.id == KeyGrant.recipient_id)
    holders = gate.db.scalar(able.where(live, Member.status == "active")) or 0
    mine = gate.db.scalar(select(func.count()).select_from(KeyGrant).where(live, KeyGrant.recipient_id == me.member_id))
    access = policy().compartments[me.role].get(compartment, "")
    closed = gate.is_closed(compartment)
    held = not closed and gate.is_granted(compartment)
    standing = Standing(access, granted=bool(mine), held=held, holders=holders, closed=closed)
    return Explained(compartment, me.role, standing.why, explained.readers(compartment), holders)


def examine(gate: Gate, who: str, permission: str, relation: str) -> Examined:
    """The policy's answer about a member, by id, or a role, by name. Raises NotFound."""
    gate.permit("access:examine")
    if who in policy().roles:
        somebody = Somebody(who)
        return Examined("", who, answer(somebody, permission, relation), active=True, keys=None)
    member = gate.find(Member, UUID(who), "access:examine")
    gate.record("access:examine", Ref("member", member.id))
    somebody = Somebody(member.role, member.agency_id, member.unit_id)
    told = answer(somebody, permission, relation)
    return Examined(member.display_name, member.role, told, member.status == "active", _keys(gate, member))


def members(gate: Gate) -> tuple[tuple[str, str], ...]:
    """The members of one's own agency, by name, for asking about one."""
    gate.permit("access:examine")
    own = select(Member.id, Member.display_name).where(Member.agency_id == gate.member.agency_id)
    return tuple((str(row.id), row.display_name) for row in gate.db.execute(own.order_by(Member.display_name)))


def _keys(gate: Gate, member: Member) -> tuple[str, ...]:
    live = (KeyGrant.recipient_id == member.id) & KeyGrant.revoked_at.is_(None)
    held = set(gate.db.scalars(select(KeyGrant.compartment).where(live)))
    return tuple(name for name in explained.USES if name in held)
