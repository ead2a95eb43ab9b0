"""The offline keys and their signatures: directory root, agency roots, invitations, certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from protect.access.errors import Conflict, NotFound
from protect.access.models import AgencyRoot, Certificate, Invitation, Member, RevocationRow, RollRow
from protect.access.rolls import Rolls
from protect.access.trust import Trust
from protect.access.turns import take_turn
from protect.vault import certificate as chain
from protect.vault import signing
from protect.vault.agency import AgencyVouch, directory_anchor
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.identity import Identity, new_identity
from protect.vault.register import FIRST, Roll, new_mark
from protect.vault.signing import SigningKey

_PINS = "enrol-pins.v1"

__all__ = [
    "Invited",
    "MemberPlan",
    "Redeemed",
    "SigningKey",
    "invite",
    "issue_code",
    "look_up",
    "new_root",
    "read_root",
    "redeem",
    "seat_another",
    "seat_founders",
    "vouch",
]


@dataclass(frozen=True)
class MemberPlan:
    """Who is to be invited, as what."""

    sign_in_name: str
    display_name: str
    role: str
    unit_id: UUID | None


class Invited(NamedTuple):
    """A member to be, and the one-time code to hand over in person."""

    member_id: UUID
    code: str


class Redeemed(NamedTuple):
    """A new identity, certified."""

    identity: Identity
    member: Member


def new_root() -> SigningKey:
    """A fresh Ed25519 root: of the directory or of an agency. It belongs off-line."""
    return SigningKey.generate()


def read_root(private: bytes) -> SigningKey:
    """The root of these 32 private bytes."""
    return SigningKey(private)


def vouch(db: Session, directory: SigningKey, agency_id: UUID, kind: str, root: SigningKey) -> None:
    """Enter the agency's root, signed by the directory root."""
    statement = AgencyVouch(str(agency_id), kind, root.public).signed(directory)
    db.add(
        AgencyRoot(
            agency_id=agency_id,
            kind=kind,
            root_public=root.public,
            directory_public=directory.public,
            statement=statement.to_bytes(),
        )
    )


def seat_founders(db: Session, root: SigningKey, agency_id: UUID, registrars: Sequence[UUID], now: datetime) -> None:
    """Enter the founding roll: the registrars that the root names, in office from the beginning."""
    roll = Roll(str(agency_id), 0, FIRST, tuple(map(str, registrars)), new_mark()).signed(root)
    db.add(RollRow(agency_id=agency_id, version=0, statement=roll.to_bytes(), in_force_at=now))


def seat_another(
    db: Session, root: SigningKey, agency_id: UUID, plan: MemberPlan, expires: datetime, now: datetime
) -> str:
    """Let the root add a registrar to those in office; the code for the new one.

    A seat that they had proposed is dropped. Somebody seated before who did not enrol gets another code. Conflict when
    somebody else has the name; CiphertextRejected when this is not the root that the registrars go back to.
    """
    take_turn(db, agency_id)
    rolls = Rolls(db, agency_id, root.public).all
    known = db.scalar(select(Member).where(Member.sign_in_name == plan.sign_in_name.casefold()))
    if known is None:
        invited = invite(db, root, agency_id, plan, expires)
        _seat(db, root, rolls[-1], invited.member_id, now)
        return invited.code
    mine = (known.agency_id, known.role, known.status, known.unit_id) == (agency_id, plan.role, "invited", None)
    if not mine or str(known.id) not in rolls[-1].registrars:
        raise Conflict("member")  # or the root would sign whatever the table says
    unused = (Invitation.member_id == known.id) & Invitation.used_at.is_(None)
    db.execute(update(Invitation).where(unused).values(used_at=now))
    return issue_code(db, root, known, expires)


def _seat(db: Session, root: SigningKey, before: Roll, registrar: UUID, now: datetime) -> None:
    agency_id = UUID(before.agency_id)
    db.execute(delete(RollRow).where(RollRow.agency_id == agency_id, RollRow.in_force_at.is_(None)))
    seated = tuple(sorted({*before.registrars, str(registrar)}))
    roll = Roll(before.agency_id, before.version + 1, before.digest(), seated, new_mark()).signed(root)
    db.add(RollRow(agency_id=agency_id, version=roll.version, statement=roll.to_bytes(), in_force_at=now))


def invite(
    db: Session, signer: SigningKey, agency_id: UUID, plan: MemberPlan, expires: datetime, *, by: UUID | None = None
) -> Invited:
    """Enter a member to be and the invitation signed by the root, or by the registrar that `by` names.

    The code is not stored; it is the only way to redeem the invitation.
    """
    member = Member(
        agency_id=agency_id,
        unit_id=plan.unit_id,
        role=plan.role,
        sign_in_name=plan.sign_in_name.casefold(),
        display_name=plan.display_name,
        status="invited",
    )
    db.add(member)
    db.flush()
    return Invited(member.id, issue_code(db, signer, member, expires, by=by))


def issue_code(db: Session, signer: SigningKey, member: Member, expires: datetime, *, by: UUID | None = None) -> str:
    """A one-time code for a member to be, and the signed invitation that it redeems.

    What the code hands to the invited person is also the belief in both roots, of the agency and of the directory.
    """
    code = chain.new_code()
    kinds = (chain.REGISTRAR,) if member.role == chain.REGISTRAR else ()
    unit = str(member.unit_id or "")
    enrolment, known = chain.enrol_key(code), db.get_one(AgencyRoot, member.agency_id)
    until = int(expires.timestamp())
    who = (str(member.id), str(member.agency_id), member.role, unit)
    signed = chain.Invitation(*who, kinds, enrolment.public, until)
    row = Invitation(
        member_id=member.id,
        agency_id=member.agency_id,
        enrol_public=enrolment.public,
        expires_at=expires,
        statement=signed.signed(signer).to_bytes(),
        pins=enrolment.sign(_PINS, known.root_public, known.directory_public),
        issued_by=by,
    )
    db.add(row)
    return code


def look_up(db: Session, code: str, now: datetime, *, lock: bool = False) -> tuple[Invitation, Member]:
    """The invitation that the code redeems; NotFound if there is none, or it was used, or its time is over."""
    try:
        enrol_public = chain.enrol_key(code).public
    except CiphertextRejected:
        raise NotFound("invitation") from None
    query = select(Invitation, Member).join(Member, Member.id == Invitation.member_id)
    ended = exists().where(RevocationRow.invitation_id == Invitation.id)  # the signed end is read again on redeeming
    open_still = (Invitation.used_at.is_(None), Invitation.expires_at > now, Member.status == "invited", ~ended)
    query = query.where(Invitation.enrol_public == enrol_public, *open_still)
    # All of it is one question: whatever ended an invitation, no row comes back, at the cost of an unknown code.
    row = db.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("invitation")
    return row[0], row[1]


def redeem(db: Session, code: str, now: datetime) -> Redeemed:
    """Make the member's identity and certificate, and use the invitation up.

    The new identity pins the roots that the code vouches for. Who was invited by the root is a member at once; who was
    invited by a registrar waits until registrars confirmed the certificate. CiphertextRejected if the table gives other
    roots, if the invitation is forged or its registrar no longer in office, or if it is older than it was signed to be.
    """
    row, member = look_up(db, code, now, lock=True)
    root = db.get_one(AgencyRoot, row.agency_id)
    signed = chain.Invitation.from_bytes(row.statement)
    chain.check_current(signed, int(now.timestamp()))
    signing.verify(chain.enrol_key(code).public, row.pins, _PINS, root.root_public, root.directory_public)
    identity = new_identity(str(member.id), chain.anchor_of(root.root_public), directory_anchor(root.directory_public))
    epoch = (db.scalar(select(func.max(Certificate.epoch)).where(Certificate.member_id == member.id)) or 0) + 1
    made = chain.certify(chain.enrol_key(code), signed, identity, epoch)
    _check_invited(db, identity, row, made)
    by_root = row.issued_by is None
    certificate = Certificate(member_id=member.id, invitation_id=row.id, epoch=epoch, statement=made.to_bytes())
    certificate.in_force_at = now if by_root else None
    db.add(certificate)
    row.used_at, member.status = now, "active" if by_root else "waiting"
    db.flush()
    return Redeemed(identity, member)


def _check_invited(db: Session, identity: Identity, row: Invitation, made: chain.Certificate) -> None:
    """Refuse an invitation that neither the root nor a registrar in office signed, or for another member."""
    root = db.get_one(AgencyRoot, row.agency_id)
    signed = chain.Invitation.from_bytes(row.statement)
    if made.user_id != str(row.member_id):
        raise CiphertextRejected(Reason.CONTEXT)
    if row.issued_by is None:
        chain.verify_chain(identity.anchor, root.root_public, signed, made)
        return
    authority = Trust(db, identity, row.agency_id).authority(row.agency_id)
    if not authority.in_office(str(row.issued_by)) or authority.revoked_invitation(row):
        raise CiphertextRejected(Reason.ISSUER)
    signed.check(authority.key_in_office(row.issued_by))
