"""What waits for the word of registrars about a member, read from the tables and shown before anybody agrees to it."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from protect.access.authority import Authority
from protect.access.models import Certificate, KeyGrant, Member, RollRow
from protect.access.policy import policy
from protect.access.rolls import parsed
from protect.access.trust import Trust
from protect.vault.certificate import REGISTRAR, fingerprint
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.encoding import identifier
from protect.vault.errors import CiphertextRejected
from protect.vault.register import Roll, check_successor
from protect.vault.statement import Statement


@dataclass(frozen=True)
class Pending:
    """What waits for the word of registrars about one member: a certificate, or only a seat among the registrars."""

    member_id: UUID
    row: Certificate | None
    certificate: SignedCertificate | None
    roll: RollRow | None  # the seat that changes with it, or alone
    words: str  # the six words to compare; empty where the keys are known already
    again: bool  # certified by registrars of another time, before anybody gave a key
    said: tuple[UUID, ...]
    needed: int

    @property
    def leaves(self) -> bool:
        """Whether it is only that the member is registrar no longer."""
        return self.certificate is None

    @property
    def subjects(self) -> tuple[bytes, ...]:
        """What is agreed to, by digests."""
        named = (self.certificate, Roll.from_bytes(self.roll.statement) if self.roll else None)
        return tuple(each.digest() for each in named if each is not None)

    @property
    def subject(self) -> str:
        """All of it in one, for a form to carry."""
        return hashlib.sha256(b"".join(self.subjects)).hexdigest()


def has_key(member_id: Any) -> Any:
    """Whether a live grant names the member."""
    return exists().where(KeyGrant.recipient_id == member_id, KeyGrant.revoked_at.is_(None))


class Proposals:
    """What the tables propose, beside what stands. Nothing of it is believed: registrars read it and agree, or not."""

    def __init__(self, db: Session, trust: Trust, authority: Authority, locale: str) -> None:
        self._db = db
        self._trust = trust
        self._authority = authority
        self._locale = locale

    def pending(self, member_id: UUID) -> Pending | None:
        """What waits for confirmation about the member, if anything does."""
        row = self.certificate(member_id) or self._to_confirm_again(member_id)
        signed = parsed(row.statement) if row else None
        roll = self.roll(member_id, signed)
        if row is None and roll is None:
            return None
        again = row is not None and row.in_force_at is not None
        compared = signed is not None and (again or not self.keeps_keys(signed))
        found = Pending(
            member_id=member_id, row=row, certificate=signed, roll=roll,
            words=fingerprint(signed, self._locale) if signed and compared else "",
            again=again, said=(), needed=self._authority.needed(str(member_id)),
        )  # fmt: skip
        return replace(found, said=self._saying(found))

    def all(self) -> dict[UUID, Pending]:
        """What waits for the word of registrars, by member."""
        own = select(Member.id).where(Member.agency_id == self._authority.rolls.agency_id)
        mine = Certificate.member_id.in_(own) & Certificate.revoked_at.is_(None)
        waiting = select(Certificate.member_id).where(mine, Certificate.in_force_at.is_(None))
        keyless = select(Certificate.member_id).where(mine, ~has_key(Certificate.member_id))
        ids = {*self._db.scalars(waiting), *self._db.scalars(keyless)}
        roll = self.any_roll()
        changed = self._changed(roll) if roll else None
        ids |= {changed} if changed else set()
        found = ((member_id, self.pending(member_id)) for member_id in ids)
        return {member_id: one for member_id, one in found if one is not None}

    def keeps_keys(self, signed: SignedCertificate) -> bool:
        """Whether these are the keys of the member's certificate in force, which this session verified.

        What the row says of itself tells nothing: a change of role is known by its keys.
        """
        known = self.in_force(UUID(signed.user_id))
        return known is not None and _same_keys(known, signed)

    def in_force(self, member_id: UUID) -> SignedCertificate | None:
        """The member's certificate in force, verified; None without one."""
        try:
            return self._trust.certificate(member_id)
        except CiphertextRejected:
            return None

    def certificate(self, member_id: UUID) -> Certificate | None:
        """The newest certificate that is not in force and was not taken back, by signature or in the table."""
        waits = Certificate.in_force_at.is_(None) & Certificate.revoked_at.is_(None)
        pending = select(Certificate).where(Certificate.member_id == member_id, waits)
        rows = self._db.scalars(pending.order_by(Certificate.epoch.desc())).all()
        return next((row for row in rows if not self._withdrawn(member_id, parsed(row.statement))), None)

    def any_roll(self) -> RollRow | None:
        """The roll that is proposed, about whomever."""
        pending = (RollRow.agency_id == self._authority.rolls.agency_id) & RollRow.in_force_at.is_(None)
        return self._db.scalar(select(RollRow).where(pending))

    def roll(self, member_id: UUID, signed: SignedCertificate | None = None) -> RollRow | None:
        """The roll that is proposed, if it seats or unseats this member, and as the certificate that waits would."""
        row = self.any_roll()
        if row is None or self._changed(row) != member_id:
            return None
        proposed = Roll.from_bytes(row.statement)
        fits = signed is None or (str(member_id) in proposed.registrars) == (signed.role == REGISTRAR)
        return row if fits and not self._withdrawn(member_id, proposed) else None

    def _changed(self, row: RollRow) -> UUID | None:
        """Whose seat the proposed roll changes; None for one that does not follow from the roll in office."""
        try:
            return identifier(check_successor(self._authority.roll, Roll.from_bytes(row.statement)))
        except CiphertextRejected:
            return None

    def _withdrawn(self, member_id: UUID, proposed: Statement) -> bool:
        return self._authority.rolls.ends.withdrawn(member_id, proposed.digest())

    def _saying(self, pending: Pending) -> tuple[UUID, ...]:
        said = [self._authority.saying(subject, str(pending.member_id)) for subject in pending.subjects]
        return tuple(map(UUID, sorted(frozenset.intersection(*said))))

    def _to_confirm_again(self, member_id: UUID) -> Certificate | None:
        """The certificate in force, if nobody supplied a key on it and registrars of today stand for it no longer."""
        current, trusted = self._authority.current(member_id), self._authority
        for one in trusted.rolls.enrolled(member_id) if current else ():
            live = one.row.in_force_at is not None and one.row.revoked_at is None
            if not live or one.signed != current or not policy().readable(current.role):
                continue
            known = trusted.by_root(current) or trusted.enough(current.digest(), str(member_id))
            return None if known or self._db.scalar(select(has_key(member_id))) else one.row
        return None


def _same_keys(one: SignedCertificate, other: SignedCertificate) -> bool:
    ours, theirs = (each.hpke_public + each.sign_public for each in (one, other))
    return hmac.compare_digest(ours, theirs)
