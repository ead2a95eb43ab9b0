"""Many openings in an hour: giving a reason for them, seeing whose were stopped, and lifting a stop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from protect.access import limits
from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.access.models import Member, OpeningNotice
from protect.access.policy import policy
from protect.access.second import require_second

SHOWN: Final = timedelta(days=7)
NOT_GIVEN: Final = frozenset({"import", "oversight", "statistics", "emergency", "erasure", "export"})  # by two, or none


@dataclass(frozen=True)
class Stop:
    """A member who opened the files of too many people in an hour, and how it ended."""

    id: UUID
    display_name: str
    role: str
    at: datetime
    over_at: datetime
    lifted_at: datetime | None
    lifted_by: str
    active: bool
    own: bool


def purposes(locale: str) -> tuple[tuple[str, str], ...]:
    """The reasons that can be given for identifying many people."""
    return tuple((code, row[f"label_{locale}"]) for code, row in policy().purposes.items() if code not in NOT_GIVEN)


def give_reason(gate: Gate, purpose: str, why: str) -> None:
    """Say why many people have to be identified now; auditors read it, and the actor may go on for an hour."""
    gate.record_reason(purpose, why)


def stops(gate: Gate) -> tuple[Stop, ...]:
    """The stops in one's agency in the last week."""
    gate.permit("limit:review")
    rows = limits.stops(gate.db, gate.member.agency_id, gate.now() - SHOWN)
    people = {row.member_id for row in rows} | {row.ended_by for row in rows if row.ended_by}
    members = {member.id: member for member in gate.db.scalars(select(Member).where(Member.id.in_(people)))}
    return tuple(_stop(gate, row, members) for row in rows)


def count_unlifted(gate: Gate) -> int:
    """How many stops in one's agency nobody has looked into, for a week; 0 for whom that does not concern."""
    if not gate.allows("limit:review"):
        return 0
    rows = limits.stops(gate.db, gate.member.agency_id, gate.now() - SHOWN)
    return sum(row.ended_at is None for row in rows)


def lift_stop(gate: Gate, stop_id: UUID) -> None:
    """Let a colleague go on, or say of a stop that is over that one looked into it. Nobody lifts their own: Denied."""
    stop = gate.find(OpeningNotice, stop_id, "limit:lift", lock=True)
    if stop.kind != limits.STOP:
        raise NotFound("OpeningNotice")
    require_second(gate, "limit:lift", frozenset({stop.member_id}), stop)
    if stop.ended_at is None:
        limits.lift(gate.db, stop, gate.member, gate.now())
        gate.record("limit:lift", Ref("member", stop.member_id))


def _stop(gate: Gate, row: OpeningNotice, members: dict[UUID, Member]) -> Stop:
    who, lifter = members[row.member_id], members.get(row.ended_by) if row.ended_by else None
    over = row.at + limits.longest(gate.db, row.agency_id, row.member_id)
    return Stop(
        id=row.id, display_name=who.display_name, role=who.role, at=row.at, over_at=over, lifted_at=row.ended_at,
        lifted_by=lifter.display_name if lifter else "", active=row.ended_at is None and over > gate.now(),
        own=row.member_id == gate.member.member_id,
    )  # fmt: skip
