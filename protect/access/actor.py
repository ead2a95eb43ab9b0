"""Who acts: the member behind a live session."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """A member with a live session, in the member's one role."""

    member_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    role: str
    display_name: str
    session_id: UUID
    session_hash: bytes


@dataclass(frozen=True)
class Ref:
    """An object of the trail: its type and its id."""

    type: str
    id: UUID | str
