"""A registrar at work: confirming who a colleague is, in which role, and who else is registrar, without any key."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Final, Self
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from protect.access import founding
from protect.access.authority import Authority
from protect.access.errors import AlreadyConfirmed, Conflict, Denied, NotYourself, StandingLost
from protect.access.gate import Gate
from protect.access.keyring import Keyring
from protect.access.models import Certificate, ConfirmationRow, Member, RevocationRow, RollRow
from protect.access.proposals import Proposals
from protect.access.rolls import parsed
from protect.vault.certificate import REGISTRAR, fingerprint
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.register import Confirmation, Replaced, Roll, Withdrawn, new_mark

LATEST: Final = 2**64 - 1  # the last second that a statement can name


class Office:
    """What a registrar in office may sign in this session. Raises Denied for somebody who is not in office."""

    def __init__(self, db: Session, keyring: Keyring, now: datetime, locale: str) -> None:
        self.db = db
        self.keyring = keyring
        self.now = now
        self._locale = locale
        self.me = UUID(keyring.identity.user_id)
        if not self.authority.in_office(str(self.me)):
            raise Denied("member:certify")

    @classmethod
    def of(cls, gate: Gate) -> Self:
        """The office of the actor, who is the registrar."""
        return cls(gate.db, gate.keyring, gate.now(), gate.locale)

    @cached_property
    def authority(self) -> Authority:
        """What stands now; asked anew after something was signed."""
        return self.keyring.trust.fresh().authority(self.keyring.agency_id)

    @property
    def proposals(self) -> Proposals:
        """What waits for the word of registrars."""
        return Proposals(self.db, self.keyring.trust, self.authority, self._locale)

    def invite(self, plan: founding.MemberPlan, expires: datetime) -> founding.Invited:
        """Enter a member to be, invited with this registrar's signature."""
        identity = self.keyring.identity
        return founding.invite(self.db, identity.signing, self.keyring.agency_id, plan, expires, by=self.me)

    def issue_code(self, member: Member, expires: datetime) -> str:
        """Another code for a member to be."""
        return founding.issue_code(self.db, self.keyring.identity.signing, member, expires, by=self.me)

    def known_words(self, member_id: UUID) -> str:
        """Six words of the member's certificate in force, which this session verified; empty without one."""
        known = self.proposals.in_force(member_id)
        return fingerprint(known, self._locale) if known else ""

    def propose(self, member: Member, role: str, unit_id: UUID | None) -> None:
        """Sign the member's next certificate, over the same keys, with another role or unit. Raises Conflict."""
        self.require_other(member.id)
        known = self.keyring.trust.certificate(member.id)
        newest = self.db.scalars(
            select(Certificate).where(Certificate.member_id == member.id).order_by(Certificate.epoch.desc()).limit(1)
        ).one()
        if newest.in_force_at is None and newest.revoked_at is None:
            raise Conflict("certificate")
        following = SignedCertificate(
            known.user_id, known.agency_id, role, str(unit_id or ""), known.hpke_public, known.sign_public,
            newest.epoch + 1,
        ).signed(self.keyring.identity.signing)  # fmt: skip
        self.db.add(
            Certificate(
                member_id=member.id, invitation_id=newest.invitation_id, epoch=following.epoch,
                statement=following.to_bytes(), issued_by=self.me,
            )
        )  # fmt: skip
        self.db.flush()

    def confirm(self, member: Member) -> bool:
        """Give this registrar's word for what is pending about the member; whether that is enough now.

        Then the certificate is in force, and the roll that follows from it. Raises AlreadyConfirmed.
        """
        self.require_other(member.id)
        found, said = self.proposals.pending(member.id), False
        row, signed = (found.row, found.certificate) if found else (None, None)
        if signed is not None:
            self._require_known(signed)
            said = self.say(signed.digest(), member.id)
            self._seat(member.id, wanted=signed.role == REGISTRAR)
        roll = self.proposals.roll(member.id, signed)
        if roll is not None:
            said = self.say(self._digest(roll), member.id) or said
        self._renew()
        subjects = [*([signed.digest()] if signed else []), *([self._digest(roll)] if roll else [])]
        if not self._enough(subjects, member.id, said=said):
            return False
        if row is not None and row.in_force_at is None:
            self._put_in_force(row, member)
        if roll is not None:
            self.db.execute(update(RollRow).where(RollRow.id == roll.id).values(in_force_at=self.now))
        self.db.flush()
        self._renew()
        return True

    def unseat(self, member_id: UUID) -> bool:
        """Propose or confirm that somebody is registrar no longer; whether it is so now."""
        self.require_other(member_id)
        if str(member_id) not in self.authority.roll.registrars:
            self.withdraw(member_id)  # a seat that was only proposed
            return True
        self._seat(member_id, wanted=False)
        roll = self.proposals.roll(member_id)
        if roll is None:
            raise Conflict("roll")
        if not self.agree(self._digest(roll), member_id):
            return False
        self.db.execute(update(RollRow).where(RollRow.id == roll.id).values(in_force_at=self.now))
        self._renew()
        return True

    def withdraw(self, member_id: UUID) -> None:
        """Take back what is pending about a member, by signature: words that were given for it are none any more."""
        self.withdraw_change(member_id)
        roll = self.proposals.roll(member_id)
        if roll is not None:
            self._end(member_id, Withdrawn(*self._about(member_id), self._digest(roll)))
            self.db.execute(delete(RollRow).where(RollRow.id == roll.id))
            self._renew()

    def withdraw_change(self, member_id: UUID) -> None:
        """Take back a certificate that was to change the member's role or unit; a seat among the registrars stays."""
        pending = (Certificate.member_id == member_id) & Certificate.in_force_at.is_(None)
        open_ones = select(Certificate).where(pending, Certificate.revoked_at.is_(None))
        for row in self.db.scalars(open_ones).all():
            self._end(member_id, Withdrawn(*self._about(member_id), parsed(row.statement).digest()))
            row.revoked_at = self.now  # it stays, so that its number is not given again
        self._renew()

    def agree(self, subject: bytes, member_id: UUID) -> bool:
        """Give this registrar's word for what is decided about a member; whether that is enough now.

        Raises AlreadyConfirmed if it was given before and another is missing.
        """
        said = self.say(subject, member_id)
        self._renew()
        return self._enough([subject], member_id, said=said)

    def _enough(self, subjects: Sequence[bytes], member_id: UUID, *, said: bool) -> bool:
        if all(self.authority.enough(subject, str(member_id)) for subject in subjects):
            return True
        if not said:
            raise AlreadyConfirmed
        return False

    def say(self, subject: bytes, member_id: UUID) -> bool:
        """Sign and enter this registrar's word; False if it counts already."""
        if str(self.me) in self.authority.saying(subject, str(member_id)):
            return False
        own = self.keyring.trust.certificate(self.me)
        after = max(int(self.now.timestamp()), self.authority.rolls.ends.since(member_id) + 1)  # what ended before
        who = (str(self.me), own.digest(), min(after, LATEST))
        word = Confirmation(str(self.keyring.agency_id), subject, self.authority.roll.version, *who)
        self.db.add(
            ConfirmationRow(
                agency_id=self.keyring.agency_id, registrar_id=self.me, subject=subject, roll=word.roll,
                statement=word.signed(self.keyring.identity.signing).to_bytes(),
            )
        )  # fmt: skip
        self.db.flush()
        return True

    def require_other(self, member_id: UUID) -> None:
        """Raise NotYourself for the registrar's own person."""
        if member_id == self.me:
            raise NotYourself

    def require_standing(self) -> None:
        """Raise StandingLost when this registrar is in office no longer after what was just entered.

        Nobody upholds a word about themself, so whoever silences the one who ended their own suspension would go too.
        """
        self.db.flush()
        self._renew()
        if not self.authority.in_office(str(self.me)):
            raise StandingLost

    def _require_known(self, signed: SignedCertificate) -> None:
        """Refuse other keys for somebody whose keys are known: who has new ones begins anew, and the old ones end."""
        in_force = self.proposals.in_force(UUID(signed.user_id)) is not None
        if in_force and not self.proposals.keeps_keys(signed):
            raise CiphertextRejected(Reason.CONTEXT)

    def _renew(self) -> None:
        """Something was signed: neither this office nor whoever goes on with the session's keys remembers what was."""
        vars(self).pop("authority", None)
        self.keyring.forget_trust()

    def _about(self, member_id: UUID) -> tuple[str, str, str]:
        return str(self.keyring.agency_id), str(member_id), str(self.me)

    def _end(self, member_id: UUID, end: Replaced | Withdrawn) -> None:
        statement = end.signed(self.keyring.identity.signing).to_bytes()
        self.db.add(RevocationRow(agency_id=self.keyring.agency_id, member_id=member_id, statement=statement))

    def _put_in_force(self, row: Certificate, member: Member) -> None:
        signed = parsed(row.statement)
        if signed.epoch > 1:  # so that the one before ended by signature, whatever becomes of its row or of this one
            since = self.authority.latest(member.id, self.now)
            self._end(member.id, Replaced(*self._about(member.id), signed.digest(), since))
        before = (Certificate.member_id == member.id) & Certificate.in_force_at.is_not(None)
        self.db.execute(update(Certificate).where(before, Certificate.revoked_at.is_(None)).values(revoked_at=self.now))
        row.in_force_at = self.now
        member.role, member.unit_id = signed.role, UUID(signed.unit_id) if signed.unit_id else None
        member.status = "active" if member.status == "waiting" else member.status

    def _seat(self, member_id: UUID, *, wanted: bool) -> None:
        """Propose the roll that has the member, or has not; nothing if that is so or proposed already."""
        roll = self.authority.roll
        seated = set(roll.registrars)
        after = seated | {str(member_id)} if wanted else seated - {str(member_id)}
        if after == seated or self.proposals.roll(member_id) is not None:
            return
        if self.proposals.any_roll() is not None:  # one seat at a time: the next roll follows from this one
            raise Conflict("roll")
        following = Roll(roll.agency_id, roll.version + 1, roll.digest(), tuple(sorted(after)), new_mark())
        agency_id = self.keyring.agency_id
        self.db.add(RollRow(agency_id=agency_id, version=following.version, statement=following.to_bytes()))
        self.db.flush()

    def _digest(self, row: RollRow | None) -> bytes:
        if row is None:
            raise Conflict("roll")
        return Roll.from_bytes(row.statement).digest()
