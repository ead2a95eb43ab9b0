"""The registrars of one agency through time: each roll confirmed by those of the one before, or by the root."""

import hmac
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from protect.access.ends import Ends
from protect.access.models import Certificate, ConfirmationRow, Invitation, Member, RollRow
from protect.vault.certificate import REGISTRAR, anchor_of, verify_chain
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.certificate import Invitation as SignedInvitation
from protect.vault.encoding import identifier
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.register import Confirmation, Roll, check_founding, check_seated, check_successor, needed


# Verification is a function of bytes alone, so its results may be kept: what is revoked is decided by the query.
@lru_cache(maxsize=1024)
def verified_chain(root_public: bytes, invitation: bytes, certificate: bytes) -> SignedCertificate:
    """The certificate when it chains to this root, whoever believes in the root; else CiphertextRejected."""
    signed = SignedCertificate.from_bytes(certificate)
    return verify_chain(anchor_of(root_public), root_public, SignedInvitation.from_bytes(invitation), signed)


@lru_cache(maxsize=4096)
def parsed(certificate: bytes) -> SignedCertificate:
    """The content of a certificate; nothing of it is proven."""
    return SignedCertificate.from_bytes(certificate)


@lru_cache(maxsize=4096)
def _said(statement: bytes, public: bytes) -> Confirmation | None:
    """The confirmation when this key signed it, else nothing."""
    try:
        return Confirmation.from_bytes(statement).check(public)
    except CiphertextRejected:
        return None


class Enrolled(NamedTuple):
    """A certificate as the table has it, its content, and the invitation it came of; nothing of it is believed yet."""

    row: Certificate
    invitation: Invitation
    signed: SignedCertificate


# Each is one object, so that what it touches is looked up once: protect/store/scope.py.
_ENROLLED: Final = (
    select(Certificate, Invitation)
    .join(Invitation, Invitation.id == Certificate.invitation_id)
    .join(Member, Member.id == Certificate.member_id)
    .where(Certificate.member_id == bindparam("member_id"), Member.agency_id == bindparam("agency_id"))
    .order_by(Certificate.epoch.desc())
)
_SAID: Final = (
    select(ConfirmationRow)
    .where(ConfirmationRow.subject == bindparam("subject"))
    .order_by(ConfirmationRow.created_at, ConfirmationRow.id)
)


class Rolls:
    """Who was registrar under which roll, and what registrars said. The caller believes in the root.

    A word of a registrar is verified to be signed by a registrar of the roll that it names. Whether that registrar's
    word still counts is another question: `Authority`.
    """

    def __init__(self, db: Session, agency_id: UUID, root_public: bytes) -> None:
        self._db = db
        self.agency_id = agency_id
        self._root_public = root_public
        self.ends = Ends(db, agency_id)
        self._enrolled: dict[UUID, list[Enrolled]] = {}
        self._said_of: dict[bytes, Sequence[ConfirmationRow]] = {}
        self._asking: set[bytes] = set()

    @cached_property
    def all(self) -> Sequence[Roll]:
        """Every roll from the founding one to the one in office, by version.

        Raises CiphertextRejected unless each was confirmed by enough registrars of the one before, or seats one more
        in the name of the root, and when a registrar spoke under a later one than the table gives.
        """
        in_force = (RollRow.agency_id == self.agency_id) & RollRow.in_force_at.is_not(None)
        rows = self._db.scalars(select(RollRow.statement).where(in_force).order_by(RollRow.version)).all()
        if not rows:
            raise CiphertextRejected(Reason.ISSUER)
        rolls = [check_founding(Roll.from_bytes(rows[0]), self._root_public)]
        if rolls[0].agency_id != str(self.agency_id):
            raise CiphertextRejected(Reason.CONTEXT)
        for statement in rows[1:]:
            after = Roll.from_bytes(statement)
            if after.signature:
                check_seated(rolls[-1], after, self._root_public)
            else:
                self._check_confirmed(after, rolls)
            rolls.append(after)
        if self._spoke_later(rolls):
            raise CiphertextRejected(Reason.ISSUER)
        return tuple(rolls)

    def _spoke_later(self, rolls: Sequence[Roll]) -> bool:
        """Whether words tell of a roll that was taken away: under an earlier one fewer might decide."""
        later = (ConfirmationRow.agency_id == self.agency_id) & (ConfirmationRow.roll >= len(rolls))
        rows = self._db.scalars(select(ConfirmationRow).where(later)).all()
        return any(
            said is not None and (said.agency_id, said.registrar_id) == (str(self.agency_id), str(row.registrar_id))
            for row in rows
            for one in self.enrolled(row.registrar_id)
            if self._is_registrar(one, rolls)
            for said in (_said(row.statement, one.signed.sign_public),)
            if said and said.roll >= len(rolls)
        )

    def _check_confirmed(self, after: Roll, rolls: Sequence[Roll]) -> None:
        """Refuse a roll that not enough registrars of the one before it confirmed."""
        before = rolls[-1]
        subject = check_successor(before, after)
        if not self._confirmed(before, after.digest(), subject, rolls):
            raise CiphertextRejected(Reason.ISSUER)

    def _confirmed(self, before: Roll, after: bytes, subject: str, rolls: Sequence[Roll], since: int = -1) -> bool:
        """Whether enough registrars of the roll before confirmed the one after it, later than that moment."""
        words = [word for word in self._words(after, subject, rolls) if word.roll == before.version and word.at > since]
        return len({word.registrar_id for word in words}) >= needed(before.registrars, subject)

    def seated(self, member_id: str, since: int) -> bool:
        """Whether the roll of today has the member, who was seated later than that moment where it is one."""
        rolls = self.all
        if member_id not in rolls[-1].registrars or not since:
            return member_id in rolls[-1].registrars
        first = next((roll.version + 1 for roll in reversed(rolls) if member_id not in roll.registrars), 0)
        if rolls[first].signature:  # the root seated the member, at no moment that it says
            return False
        return self._confirmed(rolls[first - 1], rolls[first].digest(), member_id, rolls, since)

    def words(self, subject: bytes, user_id: str) -> tuple[Confirmation, ...]:
        """What registrars said of a certificate, a roll or the end of a suspension; never the person's own word."""
        return tuple(self._words(subject, user_id, self.all))

    def enrolled(self, member_id: UUID) -> list[Enrolled]:
        """The certificates of a member of the agency, by falling number, unproven."""
        if member_id not in self._enrolled:
            rows = self._db.execute(_ENROLLED, {"member_id": member_id, "agency_id": self.agency_id})
            found = [Enrolled(row, by, parsed(row.statement)) for row, by in rows]
            self._enrolled[member_id] = [one for one in found if _agrees(one)]
        return self._enrolled[member_id]

    def keys_of(self, registrar_id: UUID) -> Iterator[bytes]:
        """The keys with which the member ever signed as a registrar."""
        for one in self.enrolled(registrar_id):
            if self._is_registrar(one, self.all):
                yield one.signed.sign_public

    def _words(self, subject: bytes, user_id: str, rolls: Sequence[Roll]) -> Iterator[Confirmation]:
        if self.ends.withdrawn(identifier(user_id), subject):
            return
        if subject not in self._said_of:
            self._said_of[subject] = self._db.scalars(_SAID, {"subject": subject}).all()
        for row in self._said_of[subject]:
            word = self._verified(row, rolls)
            if word and hmac.compare_digest(word.subject, subject) and word.registrar_id != user_id:
                yield word

    def _verified(self, row: ConfirmationRow, rolls: Sequence[Roll]) -> Confirmation | None:
        """The word, when the certificate that it names was a registrar's of the roll that it names."""
        named = Confirmation.from_bytes(row.statement)
        who = named.registrar_id
        if named.agency_id != str(self.agency_id) or who != str(row.registrar_id) or named.roll >= len(rolls):
            return None
        for one in self.enrolled(row.registrar_id) if who in rolls[named.roll].registrars else ():
            if one.signed.digest() == named.certificate and self._is_registrar(one, rolls):
                return _said(row.statement, one.signed.sign_public)
        return None

    def _is_registrar(self, one: Enrolled, rolls: Sequence[Roll]) -> bool:
        """Whether the root, or enough registrars before, made the certificate a registrar's."""
        digest = one.signed.digest()
        if one.signed.role != REGISTRAR or one.signed.agency_id != str(self.agency_id) or digest in self._asking:
            return False  # two certificates that vouch for each other vouch for nothing
        if self.by_root(one):
            return True
        self._asking.add(digest)
        try:
            return decided(tuple(self._words(digest, one.signed.user_id, rolls)), rolls, one.signed.user_id)
        finally:
            self._asking.discard(digest)

    def by_root(self, one: Enrolled) -> bool:
        """Whether the root's signature, by way of the invitation, stands for the certificate, and for no other.

        A one-time code signs once. Where two certificates came of one, nobody can tell which is the person's.
        """
        others = (other for other in self.enrolled(UUID(one.signed.user_id)) if other.signed != one.signed)
        return self.chained(one) and not any(self._from_code(other, one.invitation) for other in others)

    def chained(self, one: Enrolled) -> bool:
        """Whether the root's signature stands for the certificate, if it is the only one of the member."""
        if one.row.issued_by is not None or one.invitation.issued_by is not None:
            return False  # so nothing is verified in vain: as an answer it only takes away
        try:
            verified_chain(self._root_public, one.invitation.statement, one.row.statement)
        except CiphertextRejected:
            return False
        return True

    def _from_code(self, one: Enrolled, invitation: Invitation) -> bool:
        try:
            one.signed.check(SignedInvitation.from_bytes(invitation.statement).enrol_public)
        except CiphertextRejected:
            return False
        return True


def _agrees(one: Enrolled) -> bool:
    """Whether the row says the same of whose certificate it is, and which."""
    return (one.signed.user_id, one.signed.epoch) == (str(one.row.member_id), one.row.epoch)


def decided(words: Collection[Confirmation], rolls: Sequence[Roll], user_id: str) -> bool:
    """Whether under some roll as many of its registrars as it asks for had said the same.

    Who spoke as one of two does not decide alone for having become the only one: that takes a word of then.
    """
    asked = [needed(roll.registrars, user_id) for roll in rolls]

    def saying(version: int) -> set[str]:
        by_then = (word for word in words if word.roll <= version and asked[word.roll] <= asked[version])
        return {word.registrar_id for word in by_then} & set(rolls[version].registrars)

    return any(len(saying(version)) >= asked[version] for version in range(len(rolls)))
