"""Who acts: the member behind a live session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from protect.access.models import Member

NEWCOMER = "newcomer"  # the role of who enrolled and was not certified yet: it may sign in, and nothing more
SIGNS_IN = frozenset({"active", "waiting"})


@dataclass(frozen=True)
class Actor:
    """A member with a live session, in the member's one role; `open_until` is the end of the last step-up's time.

    `ends_at` is when the session ends by itself if nothing more is asked.
    `emergency` is the one case of another office that this request may read: protect/access/emergency.py.
    """

    member_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    role: str
    display_name: str
    session_id: UUID
    session_hash: bytes
    open_until: datetime | None = None
    emergency: UUID | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Ref:
    """An object of the trail: its type and its id."""

    type: str
    id: UUID | str


def acting_role(member: Member) -> str:
    """The role in which the member acts today."""
    return member.role if member.status == "active" else NEWCOMER


def becoming(member: Member) -> Actor:
    """The member as an actor whose session only begins: for the entry that says so."""
    role = acting_role(member)
    return Actor(member.id, member.agency_id, member.unit_id, role, member.display_name, UUID(int=0), b"")
