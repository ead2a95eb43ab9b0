"""Copies of every key for the custodians: whoever has a key seals it to the recovery key of the agency."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.models import AgencyRoot, KeyStateRow
from protect.access.models_recovery import RecoveryAcceptanceRow, RecoveryCopyRow, RecoveryKeyRow
from protect.access.trust import Trust
from protect.vault.certificate import Certificate
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import KeyState, Succession
from protect.vault.identity import Identity
from protect.vault.recovery import (
    RecoveryAcceptance,
    RecoveryCopy,
    RecoveryKey,
    accept,
    make_copy,
    verify_copy,
    verify_key,
)
from protect.vault.tree import CompartmentKey

Named = tuple[str, int]


@dataclass(frozen=True)
class RecoveryCoverage:
    """Which recovery key an agency has, and which keys (compartment, version) have no copy for it yet."""

    number: int
    missing: tuple[Named, ...]


@lru_cache(maxsize=1024)
def _believed(anchor: bytes, root_public: bytes, statement: bytes) -> RecoveryKey:
    return verify_key(anchor, root_public, RecoveryKey.from_bytes(statement))


@lru_cache(maxsize=4096)
def _by(statement: bytes, holder: Certificate) -> RecoveryCopy:
    return verify_copy(RecoveryCopy.from_bytes(statement), holder)


def copy_keys(db: Session, identity: Identity, agency_id: UUID, keys: Iterable[CompartmentKey]) -> int:
    """Make the copies that are missing of these keys for the agency's recovery key, if this holder accepted it.

    How many. The root alone does not make a recovery key: the holder has compared its six words with a sheet. A copy
    counts when a holder whose word counts signed it for this very key: one that somebody planted hides nothing.
    Raises CiphertextRejected unless the root pinned in the identity signed the recovery key.
    """
    wanted = [key for key in keys if key.agency == str(agency_id)]
    row = newest_key(db, agency_id) if wanted else None
    if row is None:
        return 0
    recovery = _believed(identity.anchor, db.get_one(AgencyRoot, agency_id).root_public, row.statement)
    if not _accepted(db, identity, row.id, recovery):
        return 0
    good = _good_copies(Trust(db, identity, agency_id), recovery, copies(db, row.id))
    missing = [key for key in wanted if (key.name, key.version, key.commitment) not in good]
    db.add_all(_copy_row(row.id, make_copy(identity, key, recovery)) for key in missing)
    return len(missing)


def to_accept(db: Session, identity: Identity, agency_id: UUID) -> RecoveryKey | None:
    """The recovery key that this holder has not accepted yet; CiphertextRejected unless the pinned root signed it."""
    row = newest_key(db, agency_id)
    if row is None:
        return None
    recovery = _believed(identity.anchor, db.get_one(AgencyRoot, agency_id).root_public, row.statement)
    return None if _accepted(db, identity, row.id, recovery) else recovery


def accept_key(db: Session, identity: Identity, agency_id: UUID, digest: str) -> bool:
    """Enter that this holder compared the words of the recovery key of this digest; False if another one is in use."""
    recovery, row = to_accept(db, identity, agency_id), newest_key(db, agency_id)
    if recovery is None or row is None or recovery.digest().hex() != digest:
        return False
    statement = accept(identity, recovery).to_bytes()
    db.add(RecoveryAcceptanceRow(recovery_key_id=row.id, member_id=UUID(identity.user_id), statement=statement))
    db.flush()
    return True


def _accepted(db: Session, identity: Identity, recovery_key_id: UUID, recovery: RecoveryKey) -> bool:
    """Whether this very identity signed it: what somebody else put into the table is no acceptance."""
    mine = RecoveryAcceptanceRow.member_id == UUID(identity.user_id)
    query = select(RecoveryAcceptanceRow.statement).where(
        mine, RecoveryAcceptanceRow.recovery_key_id == recovery_key_id
    )
    wanted = RecoveryAcceptance(recovery.agency, identity.user_id, recovery.digest())
    return any(_is_signed(statement, wanted, identity.signing.public) for statement in db.scalars(query))


def _is_signed(statement: bytes, wanted: RecoveryAcceptance, public: bytes) -> bool:
    try:
        return RecoveryAcceptance.from_bytes(statement).check(public).digest() == wanted.digest()
    except CiphertextRejected:
        return False


def coverage(db: Session, agency_id: UUID) -> RecoveryCoverage | None:
    """Whether the custodians could bring every key back, as the tables tell it; None before the first ceremony."""
    row = newest_key(db, agency_id)
    if row is None:
        return None
    return RecoveryCoverage(row.number, tuple(sorted(set(taken(db, agency_id)) - copied(db, agency_id))))


def copied(db: Session, agency_id: UUID) -> set[Named]:
    """Which keys have a copy for the newest recovery key that fits their state, as the tables tell it."""
    return {(one.compartment, one.version) for one in fitting_copies(db, agency_id)}


def taken(db: Session, agency_id: UUID) -> dict[Named, bytes]:
    """Commitment of every key version that is still taken, as the tables tell it."""
    query = select(KeyStateRow).where(KeyStateRow.agency_id == agency_id).order_by(KeyStateRow.version)
    rows = db.scalars(query).all()
    newest = {row.compartment: row for row in rows}
    floors = {name: Succession.from_bytes(row.succession).floor for name, row in newest.items() if row.succession}
    return {
        (row.compartment, row.version): KeyState.from_bytes(row.statement).commitment
        for row in rows
        if row.version >= floors.get(row.compartment, 1)
    }


def fitting_copies(db: Session, agency_id: UUID) -> tuple[RecoveryCopy, ...]:
    """Every copy for the newest recovery key of a key that is still taken."""
    row = newest_key(db, agency_id)
    states = taken(db, agency_id)
    named = map(RecoveryCopy.from_bytes, copies(db, row.id)) if row else ()
    return tuple(one for one in named if _fits(one, states))


def copies(db: Session, recovery_key_id: UUID) -> list[bytes]:
    """The statements of all copies for a recovery key, unproven."""
    query = select(RecoveryCopyRow.statement).where(RecoveryCopyRow.recovery_key_id == recovery_key_id)
    return list(db.scalars(query.order_by(RecoveryCopyRow.created_at, RecoveryCopyRow.id)))


def newest_key(db: Session, agency_id: UUID) -> RecoveryKeyRow | None:
    """The recovery key in use, unproven."""
    mine = select(RecoveryKeyRow).where(RecoveryKeyRow.agency_id == agency_id)
    return db.scalar(mine.order_by(RecoveryKeyRow.number.desc()).limit(1))


def _fits(copy: RecoveryCopy, states: dict[Named, bytes]) -> bool:
    return states.get((copy.compartment, copy.version)) == copy.commitment


def _good_copies(trust: Trust, recovery: RecoveryKey, statements: Iterable[bytes]) -> set[tuple[str, int, bytes]]:
    found = set()
    for statement in statements:
        try:
            named = RecoveryCopy.from_bytes(statement)
            signed = _by(statement, trust.holder(UUID(named.holder_id), named.compartment, named))
        except (CiphertextRejected, ValueError):
            continue
        if signed.recovery == recovery.digest():
            found.add((signed.compartment, signed.version, signed.commitment))
    return found


def _copy_row(recovery_key_id: UUID, copy: RecoveryCopy) -> RecoveryCopyRow:
    return RecoveryCopyRow(
        recovery_key_id=recovery_key_id,
        compartment=copy.compartment,
        version=copy.version,
        holder_id=UUID(copy.holder_id),
        statement=copy.to_bytes(),
    )
