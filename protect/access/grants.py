"""How keys come to people: the first holder makes one, who has one supplies it, and nobody unauthorised gets any."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import Session

from protect.access.granted import authorisation, granted_keys, require_certified
from protect.access.keyring import Keyring
from protect.access.models import Certificate, KeyGrant, KeyStateRow, Member
from protect.access.policy import policy
from protect.access.recovery_copies import copy_keys
from protect.access.trust import Authorised, Trust
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import Grant, make_grant, make_key_state
from protect.vault.identity import Identity
from protect.vault.tree import CompartmentKey, new_key

__all__ = ["Authorised", "Waiting", "granted_keys", "make_first_keys", "require_certified", "supply", "waiting"]


@dataclass(frozen=True)
class Waiting:
    """A member whose certificate entitles to a key that nobody has supplied yet."""

    member_id: UUID
    display_name: str
    role: str
    compartment: str


def make_first_keys(db: Session, identity: Identity, agency_id: UUID, member_id: UUID) -> list[str]:
    """Make the keys that the member's certificate entitles to and the agency never had; their names."""
    trust = Trust(db, identity, agency_id)
    role = trust.certificate(member_id).role
    existing = set(db.scalars(select(KeyStateRow.compartment).where(KeyStateRow.agency_id == agency_id)))
    existing |= set(db.scalars(select(KeyGrant.compartment).where(KeyGrant.agency_id == agency_id).distinct()))
    made = [name for name in policy().readable(role) if name not in existing]
    if not made:
        return []
    authorised = trust.authorised(member_id, anew=True)
    keys = [CompartmentKey(new_key(), str(agency_id), name, 1) for name in made]
    for key in keys:
        db.add(state_row(identity, key))
        db.add(grant_row(identity, authorised, key))
    copy_keys(db, identity, agency_id, keys)
    return made


def waiting(db: Session, keyring: Keyring) -> list[Waiting]:
    """Who of the agency waits for a key that this session could supply, and was authorised to have it.

    Somebody whose certificate was touched is named too: the attempt to supply is then refused and recorded.
    """
    members = db.scalars(_certified(keyring.agency_id)).all()
    held = _held(db, [member.id for member in members])
    found = []
    for member in members:
        wanted = policy().readable(member.role)
        lacking = [name for name in wanted if keyring.known(name) - held.get((member.id, name), set())]
        if lacking and _is_presentable(keyring.trust, db, member.id):
            found += [Waiting(member.id, member.display_name, member.role, name) for name in lacking]
    return found


def supply(db: Session, keyring: Keyring, requests: Iterable[Waiting]) -> int:
    """Grant the waiting members every version of the keys that is taken; the role is read from the signed certificate.

    The number of grants. Raises CiphertextRejected when a certificate does not verify up to the anchor, or when nobody
    in office, or not enough of them, authorised it: a holder supplies, and never decides who is to have a key. Raises
    StepUpRequired while keys of this session are closed.
    """
    identity, count = keyring.awake, 0
    for request in requests:
        authorised = may_be_supplied(keyring.trust, db, request.member_id)
        if authorised is None:
            raise CiphertextRejected(Reason.ISSUER)
        certificate = authorised.certificate
        entitled = request.compartment in policy().readable(certificate.role)
        if not entitled or certificate.agency_id != str(keyring.agency_id):
            raise CiphertextRejected(Reason.CONTEXT)
        held = _held(db, [request.member_id]).get((request.member_id, request.compartment), set())
        for key in keyring.versions(request.compartment):
            if key.version not in held:
                db.add(grant_row(identity, authorised, key))
                count += 1
    return count


def may_be_supplied(trust: Trust, db: Session, member_id: UUID) -> Authorised | None:
    """Who stands for the member, if it is enough for a key: registrars of today, or of the time of a key held since.

    None when the certificate was never confirmed, or only by registrars who are gone: registrars confirm it again.
    Raises CiphertextRejected for a certificate that was touched.
    """
    if trust.authority(trust.own_agency).suspension(member_id) is not None:
        return None
    try:
        authorised = trust.authorised(member_id, anew=not _holds_any(trust, db, member_id))
        # On the root alone: only who never had a key. A code of its invitations could have certified other keys since.
        return authorised if authorised.words or not _had_other(db, authorised) else None
    except CiphertextRejected as error:
        if error.reason is Reason.ISSUER:
            return None
        raise


def state_row(identity: Identity, key: CompartmentKey) -> KeyStateRow:
    """The signed state of a key that this identity just made."""
    state = make_key_state(identity, key)
    return KeyStateRow(
        agency_id=UUID(key.agency),
        compartment=key.name,
        version=key.version,
        dropbox_public=state.dropbox_public,
        holder_id=UUID(identity.user_id),
        statement=state.to_bytes(),
    )


def grant_row(identity: Identity, authorised: Authorised, key: CompartmentKey) -> KeyGrant:
    """The key, given by this identity to an authorised member."""
    grant = make_grant(identity, authorised.certificate, key, authorisation(authorised))
    return KeyGrant(
        agency_id=UUID(grant.agency),
        recipient_id=UUID(grant.recipient_id),
        supplier_id=UUID(grant.supplier_id),
        compartment=grant.compartment,
        version=grant.version,
        statement=grant.to_bytes(),
    )


def _holds_any(trust: Trust, db: Session, member_id: UUID) -> bool:
    """Whether a holder supplied this very certificate before, and the grant still stands."""
    certificate = trust.certificate(member_id).digest()
    live = and_(KeyGrant.recipient_id == member_id, KeyGrant.revoked_at.is_(None))
    for row in db.scalars(select(KeyGrant).where(live)).all():
        grant = Grant.from_bytes(row.statement)
        if grant.certificate == certificate:
            grant.check(_supplier_key(trust, row, grant))
            return True
    return False


def _had_other(db: Session, authorised: Authorised) -> bool:
    """Whether any grant, good or not, was made to another certificate of the member."""
    recipient = UUID(authorised.certificate.user_id)
    statements = db.scalars(select(KeyGrant.statement).where(KeyGrant.recipient_id == recipient))
    return any(Grant.from_bytes(each).certificate != authorised.parts[0] for each in statements)


def _supplier_key(trust: Trust, row: KeyGrant, grant: Grant) -> bytes:
    """What the grant must be signed with: the key of the holder who supplied it, or the root after a recovery."""
    if row.supplier_id is None:
        return trust.root_public(row.agency_id)
    return trust.holder(row.supplier_id, row.compartment, grant).sign_public


def who_authorised(trust: Trust, db: Session, member_id: UUID) -> Authorised | None:
    """Who stands for the member; None when nobody does, or when something does not verify."""
    try:
        return may_be_supplied(trust, db, member_id)
    except CiphertextRejected:
        return None


def _is_presentable(trust: Trust, db: Session, member_id: UUID) -> bool:
    try:
        return may_be_supplied(trust, db, member_id) is not None
    except CiphertextRejected:
        return True


def _certified(agency_id: UUID) -> Select[Member]:
    in_force = and_(Certificate.in_force_at.is_not(None), Certificate.revoked_at.is_(None))
    certified = exists().where(Certificate.member_id == Member.id, in_force)
    return (
        select(Member)
        .where(Member.agency_id == agency_id, Member.status == "active", certified)
        .order_by(Member.created_at, Member.id)
    )


def _held(db: Session, members: Collection[UUID]) -> dict[tuple[UUID, str], set[int]]:
    """Versions of each key that the members hold by a live grant, in one trip."""
    live = and_(KeyGrant.recipient_id.in_(members), KeyGrant.revoked_at.is_(None))
    held: dict[tuple[UUID, str], set[int]] = {}
    rows: Sequence[tuple[UUID, str, int]] = [
        (row.recipient_id, row.compartment, row.version)
        for row in db.execute(select(KeyGrant.recipient_id, KeyGrant.compartment, KeyGrant.version).where(live))
    ]
    for member_id, name, version in rows:
        held.setdefault((member_id, name), set()).add(version)
    return held
