"""Belief in other people's public keys: every chain starts at an anchor inside the sealed identity of the actor."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.authority import Authority
from protect.access.chains import EVER, IN_FORCE, NEWEST
from protect.access.errors import NotReady
from protect.access.models import AgencyRoot, Certificate, Invitation, KeyStateRow
from protect.access.policy import policy
from protect.access.rolls import Enrolled, parsed
from protect.vault.agency import AgencyVouch, verify_agency
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.certificate import anchor_of
from protect.vault.encoding import identifier
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import KeyState, Succession, verify_key_state
from protect.vault.identity import Identity
from protect.vault.register import Confirmation
from protect.vault.statement import Statement

AUTHORISATION: Final = "authorisation.v1"


class Link(NamedTuple):
    """What the database says of one member; nothing of it is believed yet. `touched`: somebody revoked or suspended."""

    root: AgencyRoot
    invitation: Invitation
    certificate: Certificate
    touched: bool


@dataclass(frozen=True)
class Authorised:
    """Who stands for a certificate: the root of the agency, or these words of registrars."""

    certificate: SignedCertificate
    words: tuple[Confirmation, ...]

    @property
    def parts(self) -> tuple[bytes, ...]:
        """The digests that a grant binds: of the certificate, and of each word."""
        return (self.certificate.digest(), *sorted(word.digest() for word in self.words))


# Verification is a function of bytes alone, so its results may be kept: what is revoked is decided by the query.
@lru_cache(maxsize=1024)
def _vouch(anchor: bytes, directory_public: bytes, vouch: bytes) -> AgencyVouch:
    return verify_agency(anchor, directory_public, AgencyVouch.from_bytes(vouch))


@lru_cache(maxsize=1024)
def _state(statement: bytes, holder: SignedCertificate) -> KeyState:
    return verify_key_state(KeyState.from_bytes(statement), holder)


@lru_cache(maxsize=1024)
def _succession(statement: bytes, public: bytes) -> Succession:
    return Succession.from_bytes(statement).check(public)


class Trust:
    """What one identity believes. What was verified is remembered for the life of this object: one request."""

    def __init__(self, db: Session, identity: Identity, agency_id: UUID) -> None:
        self._db = db
        self._identity = identity
        self._agency_id = agency_id
        self._verified: dict[UUID, SignedCertificate] = {}
        self._signers: dict[UUID, Sequence[SignedCertificate]] = {}
        self._newest: dict[tuple[UUID, str, str], KeyState] = {}
        self._kinds: dict[str, UUID] = {}
        self._authorities: dict[UUID, Authority] = {}
        self._links: dict[UUID, Link | None] = {}

    def fresh(self) -> "Trust":
        """The same belief with nothing remembered: for who has just signed something."""
        return Trust(self._db, self._identity, self._agency_id)

    @property
    def own_agency(self) -> UUID:
        """The agency of the actor."""
        return self._agency_id

    def certificate(self, member_id: UUID) -> SignedCertificate:
        """The member's certificate in force, verified up to a pinned anchor; CiphertextRejected if any link fails."""
        if member_id not in self._verified:
            link = self._link(member_id)
            if link is None or self._ended(link, member_id):
                raise CiphertextRejected(Reason.REVOKED)
            self._verified[member_id] = self._verify(link)
        return self._verified[member_id]

    def signers(self, member_id: UUID) -> Sequence[SignedCertificate]:
        """Every certificate the member ever had in force, newest first: what a leaver once signed stays signed."""
        if member_id not in self._signers:
            rows = self._db.execute(EVER, {"member_id": member_id}).all()
            if not rows:
                raise CiphertextRejected(Reason.REVOKED)
            self._signers[member_id] = [self._verify(Link(*row)) for row in rows]
        return self._signers[member_id]

    def holder(self, member_id: UUID, compartment: str, statement: Statement) -> SignedCertificate:
        """The certificate by which a member signs about the key of a compartment, for checking this statement.

        It is one that entitles to the key. Of somebody who left, is suspended or has another role now, the statement
        must be among those that a registrar upheld. Raises CiphertextRejected.
        """
        return self._holder(self._link(member_id), member_id, _reading(compartment), statement)

    def decider(self, member_id: UUID, permission: str, statement: Statement) -> SignedCertificate:
        """The certificate by which a member signs what the permission covers, as `holder` for keys.

        Raises CiphertextRejected.
        """
        link = self._link(member_id)
        return self._holder(link, member_id, lambda role: policy().has(role, permission), statement)

    def authorised(self, member_id: UUID, *, anew: bool) -> Authorised:
        """Who stands for the member's certificate; `anew` asks for enough registrars who are in office today.

        Raises CiphertextRejected when nobody does, or not enough of them.
        """
        certificate = self.certificate(member_id)
        authority = self.authority(UUID(certificate.agency_id))
        digest = certificate.digest()
        if authority.by_root(certificate):
            return Authorised(certificate, ())
        if anew and not authority.enough(digest, certificate.user_id):
            raise CiphertextRejected(Reason.ISSUER)
        return Authorised(certificate, authority.standing(digest, certificate.user_id))

    def authority(self, agency_id: UUID) -> Authority:
        """Who may act for an agency whose root is believed; CiphertextRejected if there is none."""
        if agency_id not in self._authorities:
            root = self._db.get(AgencyRoot, agency_id)
            if root is None:
                raise CiphertextRejected(Reason.ANCHOR)
            self._authority(root)
        return self._authorities[agency_id]

    def key_state(self, agency_id: UUID, compartment: str, *, otherwise: str = "") -> KeyState:
        """The newest key state of a compartment of any agency, verified; NotReady while there is none.

        With `otherwise` an agency of that kind stands in for one that has no such compartment.
        """
        asked = (agency_id, compartment, otherwise)
        if asked not in self._newest:
            wanted = {"agency": agency_id, "compartment": compartment, "kind": otherwise}
            row = self._db.execute(NEWEST, wanted).one_or_none()
            if row is None:
                raise NotReady(compartment)
            link = None if None in row[1:4] else Link(*row[1:])
            self._newest[asked] = self._believe_state(row[0], link)
        return self._newest[asked]

    def key_states(self, agency_id: UUID) -> list[KeyState]:
        """Every key state of an agency that is still taken, verified: versions below the signed floor are left out."""
        query = select(KeyStateRow).where(KeyStateRow.agency_id == agency_id)
        rows = self._db.scalars(query.order_by(KeyStateRow.compartment, KeyStateRow.version)).all()
        newest = {row.compartment: row for row in rows}  # the last of each name
        floors = {name: self._floor(row) for name, row in newest.items()}
        taken = [row for row in rows if row.version >= floors[row.compartment]]
        return [self._believe_state(row, self._link(row.holder_id)) for row in taken]

    def root_public(self, agency_id: UUID) -> bytes:
        """The root of an agency, believed by the pins; CiphertextRejected when it has none."""
        self.authority(agency_id)
        return self._db.get_one(AgencyRoot, agency_id).root_public

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

    def _link(self, member_id: UUID) -> Link | None:
        """The member's newest certificate in force, with what vouches for it."""
        if member_id not in self._links:
            row = self._db.execute(IN_FORCE, {"member_id": member_id}).one_or_none()
            self._links[member_id] = None if row is None else Link(*row)
        return self._links[member_id]

    def _holder(
        self, link: Link | None, member_id: UUID, entitles: Callable[[str], bool], statement: Statement
    ) -> SignedCertificate:
        if link is not None and self._speaks(link, member_id):
            signed = self._verify(link)
            self._verified[member_id] = signed
            # Somebody who began anew signed with other keys before: of those, only what was upheld counts.
            if entitles(signed.role) and (not link.touched or _is_by(statement, signed)):
                return signed
        for signed in self.signers(member_id):
            entitled = entitles(signed.role) and _is_by(statement, signed)
            if entitled and self.authority(UUID(signed.agency_id)).upheld(statement.digest()):
                return signed
        raise CiphertextRejected(Reason.REVOKED)

    def _speaks(self, link: Link, member_id: UUID) -> bool:
        if not link.touched:
            return True
        return not self._ended(link, member_id) and self._authority(link.root).suspension(member_id) is None

    def _ended(self, link: Link, member_id: UUID) -> bool:
        """Whether something signed ends this certificate, or another was decided since."""
        if not link.touched:
            return False
        return self._authority(link.root).current(member_id) != parsed(link.certificate.statement)

    def _floor(self, row: KeyStateRow) -> int:
        """Which version of the key is the least that is taken, as a holder signed when this one came."""
        if row.version == 1:
            return 1
        named = Succession.from_bytes(row.succession or b"")
        signer = self.holder(identifier(named.holder_id), row.compartment, named)
        known = _succession(row.succession or b"", signer.sign_public)
        if (known.agency, known.compartment, known.version) != (str(row.agency_id), row.compartment, row.version):
            raise CiphertextRejected(Reason.CONTEXT)
        return known.floor

    def _believe_state(self, row: KeyStateRow, link: Link | None) -> KeyState:
        signer = self._holder(link, row.holder_id, _reading(row.compartment), KeyState.from_bytes(row.statement))
        state = _state(row.statement, signer)
        if (state.agency, state.compartment, state.version) != (str(row.agency_id), row.compartment, row.version):
            raise CiphertextRejected(Reason.CONTEXT)
        if (state.holder_id, state.dropbox_public) != (str(row.holder_id), row.dropbox_public):
            raise CiphertextRejected(Reason.CONTEXT)
        return state

    def _verify(self, link: Link) -> SignedCertificate:
        one = Enrolled(link.certificate, link.invitation, parsed(link.certificate.statement))
        verified = self._authority(link.root).certified(one, alone=not link.touched)
        if verified is None:
            raise CiphertextRejected(Reason.ISSUER)
        return verified

    def _authority(self, root: AgencyRoot) -> Authority:
        self._believe_root(root)  # before anything follows from it, and whatever is remembered of the agency
        if root.agency_id not in self._authorities:
            self._authorities[root.agency_id] = Authority(self._db, root.agency_id, root.root_public)
        return self._authorities[root.agency_id]

    def _believe_root(self, root: AgencyRoot) -> None:
        """The own agency's root by its own pin, every root by the directory's."""
        vouch = _vouch(self._identity.directory, root.directory_public, root.statement)
        if (vouch.agency_id, vouch.kind, vouch.root_public) != (str(root.agency_id), root.kind, root.root_public):
            raise CiphertextRejected(Reason.CONTEXT)
        own = root.agency_id == self._agency_id
        if own and not hmac.compare_digest(anchor_of(root.root_public), self._identity.anchor):
            raise CiphertextRejected(Reason.ANCHOR)


def _reading(compartment: str) -> Callable[[str], bool]:
    return lambda role: compartment in policy().readable(role)


def _is_by(statement: Statement, signer: SignedCertificate) -> bool:
    try:
        statement.check(signer.sign_public)
    except CiphertextRejected:
        return False
    return True
