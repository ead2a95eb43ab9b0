"""Whose word counts in an agency today, what was decided and stays decided, and who is suspended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.models import Invitation, UpheldRow
from protect.access.rolls import Enrolled, Rolls, decided
from protect.vault.certificate import REGISTRAR, Revocation
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.certificate import Invitation as SignedInvitation
from protect.vault.encoding import identifier
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.register import Confirmation, Replaced, Roll, Suspension, Upheld, end_of, needed


class Authority:
    """What the root and the registrars of one agency stand for. Nothing is believed for standing in a table.

    The caller has verified the agency's root up to an anchor of its own. What was verified is remembered for the life
    of this object: one request.
    """

    def __init__(self, db: Session, agency_id: UUID, root_public: bytes) -> None:
        self._db = db
        self.rolls = Rolls(db, agency_id, root_public)
        self._agency_id = agency_id
        self._standing: dict[str, bool] = {}
        self._asking: set[str] = set()
        self._upheld: frozenset[str] | None = None
        self._growing: set[str] | None = None  # what is upheld as far as it was found out

    @property
    def roll(self) -> Roll:
        """The registrars in office. Raises CiphertextRejected unless every roll follows from the one before."""
        return self.rolls.all[-1]

    def in_office(self, member_id: str) -> bool:
        """Whether the member is a registrar in office, neither suspended nor revoked: whose word counts today."""
        if member_id in self._asking:  # two registrars who end each other's suspension end neither
            return False
        if member_id not in self._standing:
            self._asking.add(member_id)
            found = self.rolls.seated(member_id, self._unseated(member_id)) and not self.suspension(UUID(member_id))
            self._asking.discard(member_id)
            if self._asking or self._growing is not None:  # found under an assumption about somebody else
                return found
            self._standing[member_id] = found
        return self._standing[member_id]

    def standing(self, subject: bytes, user_id: str) -> tuple[Confirmation, ...]:
        """What registrars said of it whose word counts today, or was upheld when they went."""
        words = self.rolls.words(subject, user_id)
        return tuple(word for word in words if self.in_office(word.registrar_id) or self.upheld(word.digest()))

    def settled(self, subject: bytes, user_id: str) -> bool:
        """Whether it was confirmed by enough of those in office at the time: what was decided stays decided."""
        return decided(self.standing(subject, user_id), self.rolls.all, user_id)

    def enough(self, subject: bytes, user_id: str) -> bool:
        """Whether enough registrars who are in office today stand for it, for what follows from it anew."""
        return self.settled(subject, user_id) and len(self.saying(subject, user_id)) >= self.needed(user_id)

    def saying(self, subject: bytes, user_id: str) -> frozenset[str]:
        """Who of those in office said it, so that it counts: while nothing is decided, under the rule of today."""
        words = [word for word in self.rolls.words(subject, user_id) if self.in_office(word.registrar_id)]
        if not self.settled(subject, user_id):
            words = [word for word in words if self._needed_then(word, user_id) <= self.needed(user_id)]
        return frozenset(word.registrar_id for word in words)

    def needed(self, user_id: str) -> int:
        """How many registrars in office must confirm what is decided about a member."""
        return needed(self.roll.registrars, user_id)

    def _needed_then(self, word: Confirmation, user_id: str) -> int:
        return needed(self.rolls.all[word.roll].registrars, user_id)

    def certified(self, one: Enrolled, *, alone: bool = False) -> SignedCertificate | None:
        """The certificate when the root invited to it, or enough registrars confirmed it; else None.

        `alone` says that the member has no other. Raises CiphertextRejected for one that contradicts its row.
        """
        if (one.signed.user_id, one.signed.agency_id) != (str(one.row.member_id), str(self._agency_id)):
            raise CiphertextRejected(Reason.CONTEXT)
        if self.rolls.chained(one) if alone else self.rolls.by_root(one):
            return one.signed
        return one.signed if self.settled(one.signed.digest(), one.signed.user_id) else None

    def by_root(self, certificate: SignedCertificate) -> bool:
        """Whether the root alone stands for a certificate of the agency."""
        mine = self.rolls.enrolled(UUID(certificate.user_id))
        return any(self.rolls.by_root(one) for one in mine if one.signed == certificate)

    def current(self, member_id: UUID) -> SignedCertificate | None:
        """The latest certificate that was decided for the member and that nothing signed has ended; None without one.

        What the tables say of their moments and their order tells nothing.
        """
        mine = (one for one in self.rolls.enrolled(member_id) if one.signed.agency_id == str(self._agency_id))
        return next((one.signed for one in mine if self.certified(one) and not self._ended(one)), None)

    def revoked_invitation(self, invitation: Invitation) -> bool:
        """Whether a revocation ends the invitation itself, used or not, in whichever row it stands."""
        named = SignedInvitation.from_bytes(invitation.statement)
        ends = self.rolls.ends.of(identifier(named.user_id))
        return any(isinstance(each, Revocation) and each.invitation == named.digest() for each in ends)

    def latest(self, member_id: UUID, now: datetime) -> int:
        """A moment, now if it can be, that is not before anything that was said or ended about the member."""
        subjects = [one.signed.digest() for one in self.rolls.enrolled(member_id)]
        subjects += [roll.digest() for roll in self.rolls.all]
        words = (word for subject in subjects for word in self.rolls.words(subject, str(member_id)))
        return max(int(now.timestamp()), self.rolls.ends.since(member_id), *(word.at for word in words))

    def key_in_office(self, registrar_id: UUID) -> bytes:
        """The newest key with which a registrar in office signs; CiphertextRejected without one."""
        key = next(self.rolls.keys_of(registrar_id), None) if self.in_office(str(registrar_id)) else None
        if key is None:
            raise CiphertextRejected(Reason.ISSUER)
        return key

    def suspension(self, member_id: UUID) -> Suspension | None:
        """The suspension of a member in effect, if there is one: its end needs the word of registrars."""
        for suspension in self.rolls.ends.suspensions(member_id):
            if not self.settled(end_of(suspension), str(member_id)):
                return suspension
        return None

    def returns_not_decided(self) -> frozenset[bytes]:
        """The ends of suspensions, by digest, to which not enough registrars agreed: of everybody in the agency."""
        ends = self.rolls.ends
        every = ((one, end_of(each)) for one in ends.members() for each in ends.suspensions(one))
        return frozenset(subject for one, subject in every if not self.settled(subject, str(one)))

    def upheld(self, statement: bytes) -> bool:
        """Whether a registrar signed that this statement stays good though its signer's word counts no longer."""
        if self._upheld is not None:
            return statement.hex() in self._upheld
        if self._growing is not None:  # while they are collected, what was found so far counts
            return statement.hex() in self._growing
        found = self._collect_upheld()
        if not self._asking:  # else it holds under an assumption about somebody
            self._upheld = found
        return statement.hex() in found

    def _collect_upheld(self) -> frozenset[str]:
        """Digests that registrars in office uphold, and those that upheld registrars upheld before them.

        The more is upheld, the more registrars are in office: it grows until nothing is added.
        """
        rows = self._db.scalars(select(UpheldRow.statement).where(UpheldRow.agency_id == self._agency_id)).all()
        waiting = [statement for statement in map(Upheld.from_bytes, rows) if self._by_registrar(statement)]
        found = self._growing = set()
        while True:
            good = [one for one in waiting if self.in_office(one.registrar_id) or one.digest().hex() in found]
            if not good:
                self._growing = None
                return frozenset(found)
            found.update(*(one.statements for one in good))
            waiting = [one for one in waiting if one not in good]

    def _by_registrar(self, statement: Upheld) -> bool:
        """Whether somebody who was registrar signed it, for this agency and about somebody else."""
        if statement.agency_id != str(self._agency_id) or statement.registrar_id == statement.user_id:
            return False
        return any(_signed_with(statement, key) for key in self.rolls.keys_of(UUID(statement.registrar_id)))

    def _ended(self, one: Enrolled) -> bool:
        """Whether what was signed since ends the certificate. The root's word is the first: any end goes beyond it."""
        digest, user_id = one.signed.digest(), one.signed.user_id
        ends = self.rolls.ends.decisive(UUID(user_id))
        since = max((each.since for each in ends if not _names(each, digest)), default=None)
        later = (word for word in self.standing(digest, user_id) if since is not None and word.at > since)
        return since is not None and not decided(tuple(later), self.rolls.all, user_id)

    def _unseated(self, member_id: str) -> int:
        """Since when a registrar's certificate counts no longer, whatever roll the table gives; 0 if it counts."""
        mine = {one.signed.digest() for one in self.rolls.enrolled(UUID(member_id)) if one.signed.role == REGISTRAR}
        ends = self.rolls.ends.decisive(UUID(member_id))
        return max((each.since for each in ends if not any(_names(each, digest) for digest in mine)), default=0)


def _names(end: Revocation | Replaced, certificate: bytes) -> bool:
    return isinstance(end, Replaced) and end.certificate == certificate


def _signed_with(statement: Upheld, public: bytes) -> bool:
    try:
        statement.check(public)
    except CiphertextRejected:
        return False
    return True
