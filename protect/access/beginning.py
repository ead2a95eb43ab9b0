"""The keys with which a session begins: what was granted, and what the first one entitled to makes."""

from sqlalchemy.orm import Session

from protect.access import grants
from protect.access.models import Member
from protect.access.recovery_copies import copy_keys
from protect.access.runtime import Runtime
from protect.access.trail_keys import start_trail_epoch
from protect.access.turns import hold_membership
from protect.vault.identity import Identity
from protect.vault.tree import CompartmentKey


def opened_keys(db: Session, runtime: Runtime, identity: Identity, member: Member) -> list[CompartmentKey]:
    """The member's keys: none before registrars certified. CiphertextRejected against what the certificate says."""
    if member.status != "active":
        return []
    hold_membership(db, member.id, member.role)
    grants.require_certified(db, identity, member)
    make_own_keys(db, runtime, identity, member)
    keys = grants.granted_keys(db, identity, member.agency_id, member.id)
    copy_keys(db, identity, member.agency_id, keys)  # those that a ceremony since the last sign-in lacks
    return keys


def make_own_keys(db: Session, runtime: Runtime, identity: Identity, member: Member) -> None:
    """Make the keys that the agency never had and this member is the first entitled to."""
    made = grants.make_first_keys(db, identity, member.agency_id, member.id)
    db.flush()
    start_trail_epoch(db, runtime, identity, member.agency_id, made)
