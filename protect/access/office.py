"""A registrar at work: confirming who a colleague is, in which role, and who else is registrar, without any key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from protect.access import founding
from protect.access.authority import Authority
from protect.access.errors import AlreadyConfirmed, Conflict, Denied, NotYourself, StandingLost
from protect.access.gate import Gate
from protect.access.keyring import Keyring
from protect.access.models import Certificate, ConfirmationRow, KeyGrant, Member, RollRow
from protect.access.policy import policy
from protect.access.rolls import parsed
from protect.vault.certificate import REGISTRAR, fingerprint
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.errors import CiphertextRejected
from protect.vault.register import Confirmation, Roll, new_mark


@dataclass(frozen=True)
class Pending:
    """What waits for the word of registrars about one member: a certificate, or only a seat among the registrars."""

    member_id: UUID
    certificate: SignedCertificate | None
    words: str  # the six words to compare; empty where the keys are known already
    leaves: bool
    again: bool  # certified by registrars of another time, before anybody gave a key
    said: tuple[UUID, ...]
    needed: int
    subject: str  # what is agreed to, by its digest


def _has_key(member_id: Any) -> Any:
    return exists().where(KeyGrant.recipient_id == member_id, KeyGrant.revoked_at.is_(None))


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

    def invite(self, plan: founding.MemberPlan, expires: datetime) -> founding.Invited:
        """Enter a member to be, invited with this registrar's signature."""
        identity = self.keyring.identity
        return founding.invite(self.db, identity.signing, self.keyring.agency_id, plan, expires, by=self.me)

    def issue_code(self, member: Member, expires: datetime) -> str:
        """Another code for a member to be."""
        return founding.issue_code(self.db, self.keyring.identity.signing, member, expires, by=self.me)

    def pending(self, member_id: UUID) -> Pending | None:
        """What waits for confirmation about the member, if anything does."""
        row = self._pending_certificate(member_id) or self._to_confirm_again(member_id)
        roll = self._pending_roll(member_id)
        if row is None and roll is None:
            return None
        signed = parsed(row.statement) if row else None
        subjects = [*([signed.digest()] if signed else []), *([self._digest(roll)] if roll else [])]
        said = frozenset.intersection(*(self.authority.saying(subject, str(member_id)) for subject in subjects))
        unknown = row is not None and row.issued_by is None
        return Pending(
            member_id=member_id,
            certificate=signed,
            words=fingerprint(signed, self._locale) if signed and unknown else "",
            leaves=signed is None,
            again=row is not None and row.in_force_at is not None,
            said=tuple(map(UUID, sorted(said))),
            needed=self.authority.needed(str(member_id)),
            subject=subjects[0].hex(),
        )

    def all_pending(self) -> dict[UUID, Pending]:
        """What waits for the word of registrars, by member."""
        own = select(Member.id).where(Member.agency_id == self.keyring.agency_id)
        waiting = select(Certificate.member_id).where(
            Certificate.in_force_at.is_(None), Certificate.member_id.in_(own), Certificate.revoked_at.is_(None)
        )
        keyless = select(Certificate.member_id).where(
            Certificate.member_id.in_(own), Certificate.revoked_at.is_(None), ~_has_key(Certificate.member_id)
        )
        ids = {*self.db.scalars(waiting), *self.db.scalars(keyless)}
        roll = self._any_pending_roll()
        if roll is not None:
            changed = set(Roll.from_bytes(roll.statement).registrars) ^ set(self.authority.roll.registrars)
            ids |= {UUID(member_id) for member_id in changed}
        found = ((member_id, self.pending(member_id)) for member_id in ids)
        return {member_id: one for member_id, one in found if one is not None}

    def known_words(self, member_id: UUID) -> str:
        """Six words of the member's certificate in force, which this session verified; empty without one."""
        try:
            return fingerprint(self.keyring.trust.certificate(member_id), self._locale)
        except CiphertextRejected:
            return ""

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
        row, said = self._pending_certificate(member.id) or self._to_confirm_again(member.id), False
        signed = parsed(row.statement) if row else None
        if signed is not None:
            said = self.say(signed.digest(), member.id)
            self._seat(member.id, wanted=signed.role == REGISTRAR)
        roll = self._pending_roll(member.id)
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
        roll = self._pending_roll(member_id)
        if roll is None:
            raise Conflict("roll")
        if not self.agree(self._digest(roll), member_id):
            return False
        self.db.execute(update(RollRow).where(RollRow.id == roll.id).values(in_force_at=self.now))
        self._renew()
        return True

    def withdraw(self, member_id: UUID) -> None:
        """Take back what is pending about somebody who is a member already."""
        self.withdraw_change(member_id)
        roll = self._pending_roll(member_id)
        if roll is not None:
            self.db.execute(delete(RollRow).where(RollRow.id == roll.id))

    def withdraw_change(self, member_id: UUID) -> None:
        """Take back a certificate that was to change the member's role or unit; a seat among the registrars stays."""
        pending = (Certificate.member_id == member_id) & Certificate.in_force_at.is_(None)
        withdrawn = update(Certificate).where(pending, Certificate.issued_by.is_not(None))
        self.db.execute(withdrawn.values(revoked_at=self.now))  # it stays, so that its number is not given again

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
        who = (str(self.me), own.digest(), int(self.now.timestamp()))
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

    def _renew(self) -> None:
        vars(self).pop("authority", None)

    def _put_in_force(self, row: Certificate, member: Member) -> None:
        signed = parsed(row.statement)
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
        if after == seated or self._pending_roll(member_id) is not None:
            return
        if self._any_pending_roll() is not None:  # one seat at a time: the next roll follows from this one
            raise Conflict("roll")
        following = Roll(roll.agency_id, roll.version + 1, roll.digest(), tuple(sorted(after)), new_mark())
        agency_id = self.keyring.agency_id
        self.db.add(RollRow(agency_id=agency_id, version=following.version, statement=following.to_bytes()))
        self.db.flush()

    def _pending_certificate(self, member_id: UUID) -> Certificate | None:
        waits = Certificate.in_force_at.is_(None) & Certificate.revoked_at.is_(None)
        pending = (Certificate.member_id == member_id) & waits
        return self.db.scalar(select(Certificate).where(pending).order_by(Certificate.epoch.desc()).limit(1))

    def _to_confirm_again(self, member_id: UUID) -> Certificate | None:
        """The certificate in force, if nobody supplied a key on it and registrars of today stand for it no longer."""
        for one in self.authority.rolls.enrolled(member_id):
            live = one.row.in_force_at is not None and one.row.revoked_at is None
            if not live or one.by_root or not policy().readable(one.signed.role):
                continue
            known = self.authority.enough(one.signed.digest(), str(member_id)) or self.authority.revoked(member_id)
            supplied = self.db.scalar(select(_has_key(member_id)))
            return None if known or supplied else one.row
        return None

    def _any_pending_roll(self) -> RollRow | None:
        pending = (RollRow.agency_id == self.keyring.agency_id) & RollRow.in_force_at.is_(None)
        return self.db.scalar(select(RollRow).where(pending))

    def _pending_roll(self, member_id: UUID) -> RollRow | None:
        """The roll that is proposed, if it is about this member."""
        row = self._any_pending_roll()
        if row is None:
            return None
        changed = set(Roll.from_bytes(row.statement).registrars) ^ set(self.authority.roll.registrars)
        return row if changed == {str(member_id)} else None

    def _digest(self, row: RollRow | None) -> bytes:
        if row is None:
            raise Conflict("roll")
        return Roll.from_bytes(row.statement).digest()
