"""Belief in other people's public keys: every chain starts at an anchor inside the sealed identity of the actor."""

import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from protect.access.errors import NotReady
from protect.access.models import AgencyRoot, Certificate, Invitation, KeyStateRow
from protect.vault.agency import AgencyVouch, verify_agency
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.certificate import Invitation as SignedInvitation
from protect.vault.certificate import anchor_of, verify_chain
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import KeyState, verify_key_state
from protect.vault.identity import Identity


class Link(NamedTuple):
    """What the database says of one member; nothing of it is believed yet."""

    root: AgencyRoot
    invitation: Invitation
    certificate: Certificate


# Verification is a function of bytes alone, so its results may be kept: what is revoked is decided by the query.
@lru_cache(maxsize=1024)
def verified_chain(root_public: bytes, invitation: bytes, certificate: bytes) -> SignedCertificate:
    """The certificate when it chains to this root, whoever believes in the root; else CiphertextRejected."""
    signed = SignedCertificate.from_bytes(certificate)
    return verify_chain(anchor_of(root_public), root_public, SignedInvitation.from_bytes(invitation), signed)


@lru_cache(maxsize=1024)
def _vouch(anchor: bytes, directory_public: bytes, vouch: bytes) -> AgencyVouch:
    return verify_agency(anchor, directory_public, AgencyVouch.from_bytes(vouch))


@lru_cache(maxsize=1024)
def _state(statement: bytes, holder: SignedCertificate) -> KeyState:
    return verify_key_state(KeyState.from_bytes(statement), holder)


class Trust:
    """What one identity believes. What was verified is remembered for the life of this object: one request."""

    def __init__(self, db: Session, identity: Identity, agency_id: UUID) -> None:
        self._db = db
        self._identity = identity
        self._agency_id = agency_id
        self._verified: dict[UUID, SignedCertificate] = {}
        self._signers: dict[UUID, SignedCertificate] = {}
        self._newest: dict[tuple[UUID, str, str], KeyState] = {}
        self._kinds: dict[str, UUID] = {}

    def certificate(self, member_id: UUID) -> SignedCertificate:
        """The member's current certificate, verified up to a pinned anchor; CiphertextRejected if any link fails."""
        if member_id not in self._verified:
            self._verified[member_id] = self._verify(self._link(_current_of(member_id)))
        return self._verified[member_id]

    def signer(self, member_id: UUID) -> SignedCertificate:
        """The member's last certificate, verified alike, revoked or not: what a leaver once signed stays signed."""
        if member_id not in self._signers:
            self._signers[member_id] = self._verify(self._link(Certificate.member_id == member_id))
        return self._signers[member_id]

    def key_state(self, agency_id: UUID, compartment: str, *, otherwise: str = "") -> KeyState:
        """The newest key state of a compartment of any agency, verified; NotReady while there is none.

        With `otherwise` an agency of that kind stands in for one that has no such compartment.
        """
        asked = (agency_id, compartment, otherwise)
        if asked not in self._newest:
            wanted = {"agency": agency_id, "compartment": compartment, "kind": otherwise}
            row = self._db.execute(_NEWEST, wanted).one_or_none()
            if row is None:
                raise NotReady(compartment)
            state, link = row[0], row[1:]
            if None in link:
                raise CiphertextRejected(Reason.REVOKED)
            self._verified[state.holder_id] = self._verify(Link(*link))
            self._newest[asked] = self._believe_state(state)
        return self._newest[asked]

    def key_states(self, agency_id: UUID) -> Iterator[KeyState]:
        """Every key state of an agency, verified."""
        for row in self._db.scalars(select(KeyStateRow).where(KeyStateRow.agency_id == agency_id)):
            yield self._believe_state(row)

    def agency_of_kind(self, kind: str) -> UUID:
        """The first agency that the directory root vouches to be of this kind; NotReady while there is none."""
        if kind not in self._kinds:
            query = select(AgencyRoot).where(AgencyRoot.kind == kind).order_by(AgencyRoot.agency_id)
            root = self._db.scalar(query.limit(1))
            if root is None:
                raise NotReady(kind)
            self._believe_root(root)
            self._kinds[kind] = root.agency_id
        return self._kinds[kind]

    def _link(self, whose: ColumnElement[bool]) -> Link:
        row = self._db.execute(
            select(AgencyRoot, Invitation, Certificate)
            .join(Invitation, Invitation.id == Certificate.invitation_id)
            .join(AgencyRoot, AgencyRoot.agency_id == Invitation.agency_id)
            .where(whose)
            .order_by(Certificate.epoch.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            raise CiphertextRejected(Reason.REVOKED)
        return Link(*row)

    def _believe_state(self, row: KeyStateRow) -> KeyState:
        state = _state(row.statement, self.certificate(row.holder_id))
        if (state.agency, state.compartment, state.version) != (str(row.agency_id), row.compartment, row.version):
            raise CiphertextRejected(Reason.CONTEXT)
        if (state.holder_id, state.dropbox_public) != (str(row.holder_id), row.dropbox_public):
            raise CiphertextRejected(Reason.CONTEXT)
        return state

    def _verify(self, link: Link) -> SignedCertificate:
        self._believe_root(link.root)
        verified = verified_chain(link.root.root_public, link.invitation.statement, link.certificate.statement)
        if verified.user_id != str(link.certificate.member_id) or verified.agency_id != str(link.root.agency_id):
            raise CiphertextRejected(Reason.CONTEXT)
        return verified

    def _believe_root(self, root: AgencyRoot) -> None:
        """The own agency's root by its own pin, every root by the directory's."""
        vouch = _vouch(self._identity.directory, root.directory_public, root.statement)
        if (vouch.agency_id, vouch.kind, vouch.root_public) != (str(root.agency_id), root.kind, root.root_public):
            raise CiphertextRejected(Reason.CONTEXT)
        own = root.agency_id == self._agency_id
        if own and not hmac.compare_digest(anchor_of(root.root_public), self._identity.anchor):
            raise CiphertextRejected(Reason.ANCHOR)


def _current_of(member_id: Any) -> ColumnElement[bool]:
    return and_(Certificate.member_id == member_id, Certificate.revoked_at.is_(None))


def _newest() -> Select[KeyStateRow, AgencyRoot, Invitation, Certificate]:
    """The state together with what vouches for its holder."""
    own, root = KeyStateRow.agency_id == bindparam("agency"), aliased(AgencyRoot)
    return (
        select(KeyStateRow, root, Invitation, Certificate)
        .join(AgencyRoot, AgencyRoot.agency_id == KeyStateRow.agency_id)
        # Outer joins: a state whose holder has no valid certificate is refused, never passed over for another.
        .outerjoin(Certificate, _current_of(KeyStateRow.holder_id))
        .outerjoin(Invitation, Invitation.id == Certificate.invitation_id)
        .outerjoin(root, root.agency_id == Invitation.agency_id)
        .where(KeyStateRow.compartment == bindparam("compartment"), or_(own, AgencyRoot.kind == bindparam("kind")))
        .order_by(own.desc(), KeyStateRow.agency_id, KeyStateRow.version.desc(), Certificate.epoch.desc())
        .limit(1)
    )


# Every entry of the trail asks it: one trip, and one statement for ever.
_NEWEST: Final = _newest()
