"""Opening what was granted: each key verified from the grant's signature up to the anchor, and who authorised it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.models import KeyGrant, Member
from protect.access.policy import policy
from protect.access.rolls import decided
from protect.access.trust import AUTHORISATION, Authorised, Trust
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.encoding import lp, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import Grant, KeyState, match_key_state, open_grant
from protect.vault.identity import Identity
from protect.vault.recovery import open_root_grant
from protect.vault.tree import CompartmentKey


def require_certified(db: Session, identity: Identity, member: Member) -> None:
    """Refuse a member whose row says another agency, role or unit than the certificate, or who is suspended.

    Raises CiphertextRejected.
    """
    trust = Trust(db, identity, member.agency_id)
    certificate = trust.certificate(member.id)
    certified = (certificate.agency_id, certificate.role, certificate.unit_id)
    if certified != (str(member.agency_id), member.role, str(member.unit_id or "")):
        raise CiphertextRejected(Reason.CONTEXT)
    if certificate.sign_public != identity.signing.public:  # the certificate of somebody else under this name
        raise CiphertextRejected(Reason.CONTEXT)
    if trust.authority(member.agency_id).suspension(member.id) is not None:
        raise CiphertextRejected(Reason.REVOKED)


def granted_keys(db: Session, identity: Identity, agency_id: UUID, member_id: UUID) -> list[CompartmentKey]:
    """The keys of all live grants of a member, each grant verified up to the anchor of its supplier.

    What the member's role does not read and what is older than its signed floor is left out, whatever the table says.
    """
    trust = Trust(db, identity, agency_id)
    live = (KeyGrant.recipient_id == member_id) & KeyGrant.revoked_at.is_(None)
    return opened(trust, identity, db.scalars(select(KeyGrant).where(live)).all())


def opened(trust: Trust, identity: Identity, rows: Iterable[KeyGrant]) -> list[CompartmentKey]:
    """The keys of these grants, verified alike. Raises CiphertextRejected if one of them was touched."""
    rows = list(rows)
    if not rows:
        return []
    own = trust.certificate(rows[0].recipient_id)
    readable = policy().readable(own.role)
    states = {(state.compartment, state.version): state for state in trust.key_states(UUID(own.agency_id))}
    floors = _floors(states.values())
    taken = [
        (row, grant)
        for row in rows
        for grant in (_named(row),)
        if grant.compartment in readable and grant.version >= floors.get(grant.compartment, 1)
    ]
    return [_open(trust, identity, row, grant, states.get((grant.compartment, grant.version))) for row, grant in taken]


def _floors(states: Iterable[KeyState]) -> dict[str, int]:
    floors: dict[str, int] = {}
    for state in states:
        floors[state.compartment] = min(state.version, floors.get(state.compartment, state.version))
    return floors


def _named(row: KeyGrant) -> Grant:
    """The grant of a row, which must say the same as the row."""
    grant = Grant.from_bytes(row.statement)
    told = (row.compartment, row.version, str(row.recipient_id))
    if (grant.compartment, grant.version, grant.recipient_id) != told:
        raise CiphertextRejected(Reason.CONTEXT)
    return grant


def _open(trust: Trust, identity: Identity, row: KeyGrant, grant: Grant, state: KeyState | None) -> CompartmentKey:
    if row.supplier_id is None:  # brought back by the custodians
        key = open_root_grant(identity, trust.root_public(row.agency_id), grant)
    else:
        key = open_grant(identity, grant, trust.holder(row.supplier_id, row.compartment, grant))
    require_authorised(trust, row.recipient_id, grant)
    if state is None:  # somebody took the statement away
        raise CiphertextRejected(Reason.CONTEXT)
    match_key_state(key, state)
    return key


def authorisation(authorised: Authorised) -> bytes:
    """What a grant binds of those who authorised it: the certificate, and each registrar's word."""
    return lp(AUTHORISATION, *authorised.parts)


def require_authorised(trust: Trust, member_id: UUID, grant: Grant) -> None:
    """Refuse a grant whose authorisation names other statements than those that stand for its certificate."""
    label, *digests = unlp(grant.authorisation) or (b"",)
    if label != AUTHORISATION.encode() or not digests or digests[0] != grant.certificate:
        raise CiphertextRejected(Reason.ISSUER)
    certificate = _certificate(trust, member_id, grant.certificate)
    authority = trust.authority(UUID(certificate.agency_id))
    if authority.by_root(certificate):
        return  # the root's invitation was verified with the certificate
    named = set(digests[1:])
    words = [word for word in authority.standing(digests[0], certificate.user_id) if word.digest() in named]
    if not decided(words, authority.rolls.all, certificate.user_id):
        raise CiphertextRejected(Reason.ISSUER)


def _certificate(trust: Trust, member_id: UUID, digest: bytes) -> SignedCertificate:
    """The certificate that a grant names: of the member, now or before the role changed."""
    for certificate in trust.signers(member_id):
        if certificate.digest() == digest:
            return certificate
    raise CiphertextRejected(Reason.CONTEXT)
