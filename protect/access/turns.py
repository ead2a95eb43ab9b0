"""Who signs is a member until the signature stands; who ends a membership finds all that was signed in it."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from protect.access.errors import SignInRequired
from protect.access.models import Member


def take_turn(db: Session, agency_id: UUID) -> None:
    """Let the registrars of an agency decide one after the other, until this transaction ends."""
    number = int.from_bytes(agency_id.bytes[:8], "big", signed=True)
    db.execute(select(func.pg_advisory_xact_lock(number)))


def hold_membership(db: Session, member_id: UUID, role: str) -> None:
    """Let nobody end or change the membership until this transaction ends. SignInRequired when somebody has.

    Who does waits for this one, and upholds what it signed; what were signed later nobody would believe, and a key
    state that nobody believes stops a whole agency. It is the lock that a new session takes, too: whoever signs in
    twice at one moment waits, and two who shared a weaker one would wait for each other.
    """
    mine = select(Member.status, Member.role).where(Member.id == member_id)
    if db.execute(mine.with_for_update(key_share=True)).one_or_none() != ("active", role):
        raise SignInRequired
