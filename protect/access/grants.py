"""How keys come to people: the first holder makes one, who has one supplies it, and nobody unauthorised gets any."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from protect.access.keyring import Keyring
from protect.access.models import Certificate, KeyGrant, KeyStateRow, Member
from protect.access.policy import policy
from protect.access.trust import Trust
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import Grant, KeyState, make_grant, make_key_state, match_key_state, open_grant
from protect.vault.identity import Identity
from protect.vault.tree import CompartmentKey, new_key


@dataclass(frozen=True)
class Waiting:
    """A member whose certificate entitles to a key that nobody has supplied yet."""

    member_id: UUID
    display_name: str
    role: str
    compartment: str


def require_certified(db: Session, identity: Identity, member: Member) -> None:
    """Refuse a member whose row says another agency, role or unit than the certificate: CiphertextRejected."""
    certificate = Trust(db, identity, member.agency_id).certificate(member.id)
    certified = (certificate.agency_id, certificate.role, certificate.unit_id)
    if certified != (str(member.agency_id), member.role, str(member.unit_id or "")):
        raise CiphertextRejected(Reason.CONTEXT)


def granted_keys(db: Session, identity: Identity, agency_id: UUID, member_id: UUID) -> list[CompartmentKey]:
    """The keys of all live grants of a member, each grant verified up to the anchor of its supplier."""
    trust = Trust(db, identity, agency_id)
    states = {(state.compartment, state.version): state for state in trust.key_states(agency_id)}
    keys = []
    for row in db.scalars(select(KeyGrant).where(KeyGrant.recipient_id == member_id, KeyGrant.revoked_at.is_(None))):
        grant = Grant.from_bytes(row.statement)
        if (grant.compartment, grant.version) != (row.compartment, row.version):
            raise CiphertextRejected(Reason.CONTEXT)
        key = open_grant(identity, grant, trust.certificate(row.supplier_id))
        keys.append(_stated(key, states.get((key.name, key.version))))
    return keys


def _stated(key: CompartmentKey, state: KeyState | None) -> CompartmentKey:
    if state is None:  # somebody took the statement away
        raise CiphertextRejected(Reason.CONTEXT)
    match_key_state(key, state)
    return key


def make_first_keys(db: Session, identity: Identity, agency_id: UUID, member_id: UUID) -> list[str]:
    """Make the keys that the member's certificate entitles to and the agency does not have; their names."""
    trust = Trust(db, identity, agency_id)
    certificate = trust.certificate(member_id)
    existing = set(db.scalars(select(KeyStateRow.compartment).where(KeyStateRow.agency_id == agency_id)))
    made = [name for name in policy().readable(certificate.role) if name not in existing]
    for name in made:
        key = CompartmentKey(new_key(), str(agency_id), name, 1)
        state = make_key_state(identity, key)
        db.add(
            KeyStateRow(
                agency_id=agency_id,
                compartment=name,
                version=1,
                dropbox_public=state.dropbox_public,
                holder_id=member_id,
                statement=state.to_bytes(),
            )
        )
        db.add(_row(make_grant(identity, certificate, key, certificate.digest())))
    return made


def waiting(db: Session, keyring: Keyring) -> list[Waiting]:
    """Who of the agency waits for a key that this session could supply."""
    found = []
    for member in db.scalars(_certified(keyring.agency_id)):
        held = set(db.scalars(_held(member.id)))
        wanted = [name for name in policy().readable(member.role) if name not in held and keyring.is_granted(name)]
        found += [Waiting(member.id, member.display_name, member.role, name) for name in wanted]
    return found


def supply(db: Session, keyring: Keyring, requests: Iterable[Waiting]) -> int:
    """Grant the waiting members the newest keys; the role is read from the signed certificate. The number of grants.

    Raises CiphertextRejected when a certificate does not verify up to the anchor.
    """
    count = 0
    for request in requests:
        certificate = keyring.trust.certificate(request.member_id)
        entitled = request.compartment in policy().readable(certificate.role)
        if not entitled or certificate.agency_id != str(keyring.agency_id):
            raise CiphertextRejected(Reason.CONTEXT)
        key = keyring.key(request.compartment)
        db.add(_row(make_grant(keyring.identity, certificate, key, certificate.digest())))
        count += 1
    return count


def _row(grant: Grant) -> KeyGrant:
    return KeyGrant(
        agency_id=UUID(grant.agency),
        recipient_id=UUID(grant.recipient_id),
        supplier_id=UUID(grant.supplier_id),
        compartment=grant.compartment,
        version=grant.version,
        statement=grant.to_bytes(),
    )


def _certified(agency_id: UUID) -> Select[Member]:
    certified = exists().where(Certificate.member_id == Member.id, Certificate.revoked_at.is_(None))
    return (
        select(Member)
        .where(Member.agency_id == agency_id, Member.status == "active", certified)
        .order_by(Member.created_at, Member.id)
    )


def _held(member_id: UUID) -> Select[str]:
    return select(KeyGrant.compartment).where(KeyGrant.recipient_id == member_id, KeyGrant.revoked_at.is_(None))
