"""Ending somebody's say by suspension, revocation or another role, while what the person rightly signed stays good."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import exists, select, update

from protect.access import sessions
from protect.access.errors import Conflict, LastHolder
from protect.access.models import (
    Certificate,
    ConfirmationRow,
    Invitation,
    KeyGrant,
    KeyStateRow,
    Member,
    RevocationRow,
    UpheldRow,
)
from protect.access.office import Office
from protect.access.policy import policy
from protect.access.recovery_copies import copied
from protect.access.rolls import parsed
from protect.vault.certificate import Invitation as SignedInvitation
from protect.vault.certificate import Revocation
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import Grant, KeyState, Succession
from protect.vault.register import Confirmation, Suspension, Upheld, end_of, new_mark
from protect.vault.statement import Statement


def suspend(office: Office, member: Member) -> None:
    """Stop the member at once, on the word of one registrar. The keys stay granted and cannot be reached.

    Raises StandingLost, as everything here that ends a registrar's say.
    """
    office.require_other(member.id)
    uphold(office, member.id)
    who = (str(member.agency_id), str(member.id), str(office.me))
    statement = Suspension(*who, int(office.now.timestamp()), new_mark()).signed(office.keyring.identity.signing)
    office.db.add(RevocationRow(agency_id=member.agency_id, member_id=member.id, statement=statement.to_bytes()))
    member.status = "suspended"
    sessions.end_all(office.db, member.id, office.now)
    office.require_standing()


def resume(office: Office, member: Member) -> bool:
    """Give this registrar's word for the end of the suspension; whether that is enough now."""
    office.require_other(member.id)
    suspension = office.authority.suspension(member.id)
    if suspension is not None and not office.agree(end_of(suspension), member.id):
        return False
    member.status = "active"
    return True


def revoke(office: Office, member: Member) -> None:
    """End everything the member enrolled under: certificate, keys, sessions. Raises LastHolder."""
    office.require_other(member.id)
    _require_others(office, member.id, keeps=())
    _end_identity(office, member)
    member.status = "left"


def begin_anew(office: Office, member: Member) -> None:
    """End everything the member enrolled under; the same person enrols again with new keys. Raises LastHolder."""
    office.require_other(member.id)
    require_recoverable(office, member.id)
    office.withdraw(member.id)
    _end_identity(office, member)
    member.status = "invited"


def settle_role(office: Office, member: Member) -> None:
    """After another certificate came into force: take the keys that its role does not read, and end the sessions."""
    certificate = parsed(
        office.db.scalars(
            select(Certificate.statement)
            .where(Certificate.member_id == member.id, Certificate.in_force_at.is_not(None))
            .order_by(Certificate.epoch.desc())
            .limit(1)
        ).one()
    )
    keeps = policy().readable(certificate.role)
    uphold(office, member.id)
    take_over_invitations(office, member.id)
    _revoke_grants(office, member.id, keeps=keeps)
    sessions.end_all(office.db, member.id, office.now)
    office.require_standing()


def require_recoverable(office: Office, member_id: UUID) -> None:
    """Raise LastHolder if the member alone can open something, and the custodians have no copy of its key."""
    _require_others(office, member_id, keeps=(), covered=copied(office.db, office.keyring.agency_id))


def require_others(office: Office, member_id: UUID, role: str) -> None:
    """Raise LastHolder if the member alone can open something that the role does not read."""
    _require_others(office, member_id, keeps=policy().readable(role))


def uphold(office: Office, member_id: UUID) -> None:
    """Sign which statements of the member stay good: those that stand in the tables now and are truly the member's."""
    keys = {one.signed.sign_public for one in office.authority.rolls.enrolled(member_id)}
    good = sorted({each.digest().hex() for each in _statements(office, member_id) if _is_by(each, keys)})
    if not good:
        return
    who = (str(office.keyring.agency_id), str(member_id), str(office.me))
    signed = Upheld(*who, tuple(good)).signed(office.keyring.identity.signing)
    office.db.add(
        UpheldRow(
            agency_id=office.keyring.agency_id, member_id=member_id, registrar_id=office.me, statement=signed.to_bytes()
        )
    )


def take_over_invitations(office: Office, member_id: UUID) -> None:
    """Sign again the open invitations of a registrar who goes: what the code promises stays as it is."""
    open_ones = (Invitation.issued_by == member_id) & Invitation.used_at.is_(None)
    for row in office.db.scalars(select(Invitation).where(open_ones, Invitation.expires_at > office.now)):
        again = SignedInvitation.from_bytes(row.statement).signed(office.keyring.identity.signing)
        row.statement, row.issued_by = again.to_bytes(), office.me


def turn_away(office: Office, member: Member) -> None:
    """End the invitation of somebody who never became a member; a proposed seat among the registrars goes with it."""
    office.withdraw(member.id)
    if str(member.id) in office.authority.roll.registrars:  # a founder who never enrolled
        raise Conflict("roll")
    revoke(office, member)


def resuming(office: Office, member_id: UUID) -> tuple[UUID, ...]:
    """Who agreed already that a suspension of the member ends."""
    suspension = office.authority.suspension(member_id)
    if suspension is None:
        return ()
    return tuple(map(UUID, sorted(office.authority.saying(end_of(suspension), str(member_id)))))


def end_invitations(office: Office, member: Member) -> None:
    """Sign the end of every invitation of the member, used or not."""
    ended = select(RevocationRow.invitation_id).where(RevocationRow.invitation_id.is_not(None))
    rows = office.db.scalars(select(Invitation).where(Invitation.member_id == member.id, Invitation.id.not_in(ended)))
    for row in rows.all():
        named = SignedInvitation.from_bytes(row.statement)
        who = (str(member.id), str(member.agency_id), named.digest())
        signed = Revocation(*who, int(office.now.timestamp())).signed(office.keyring.identity.signing)
        office.db.add(
            RevocationRow(
                agency_id=member.agency_id, member_id=member.id, invitation_id=row.id, statement=signed.to_bytes()
            )
        )


def _end_identity(office: Office, member: Member) -> None:
    uphold(office, member.id)
    take_over_invitations(office, member.id)
    end_invitations(office, member)
    live = (Certificate.member_id == member.id) & Certificate.revoked_at.is_(None)
    office.db.execute(update(Certificate).where(live).values(revoked_at=office.now))
    _revoke_grants(office, member.id, keeps=())
    sessions.end_all(office.db, member.id, office.now)
    office.require_standing()


def _statements(office: Office, member_id: UUID) -> Iterable[Statement]:
    """What the member signed: keys supplied and stated, words given as a registrar, what was upheld."""
    db = office.db
    grants = select(KeyGrant.statement).where(KeyGrant.supplier_id == member_id, KeyGrant.revoked_at.is_(None))
    yield from map(Grant.from_bytes, db.scalars(grants))
    for state in db.scalars(select(KeyStateRow).where(KeyStateRow.agency_id == office.keyring.agency_id)):
        if state.holder_id == member_id:
            yield KeyState.from_bytes(state.statement)
        if state.succession is not None:
            succession = Succession.from_bytes(state.succession)
            if succession.holder_id == str(member_id):
                yield succession
    words = select(ConfirmationRow.statement).where(ConfirmationRow.registrar_id == member_id)
    yield from map(Confirmation.from_bytes, db.scalars(words))
    upheld = select(UpheldRow.statement).where(UpheldRow.registrar_id == member_id)
    yield from map(Upheld.from_bytes, db.scalars(upheld))


def _is_by(statement: Statement, keys: Iterable[bytes]) -> bool:
    for key in keys:
        try:
            statement.check(key)
        except CiphertextRejected:
            continue
        return True
    return False


def _revoke_grants(office: Office, member_id: UUID, keeps: Iterable[str]) -> None:
    live = (KeyGrant.recipient_id == member_id) & KeyGrant.revoked_at.is_(None)
    taken = update(KeyGrant).where(live, KeyGrant.compartment.not_in(tuple(keeps)))
    office.db.execute(taken.values(revoked_at=office.now))


def _require_others(
    office: Office, member_id: UUID, keeps: Iterable[str], covered: Collection[tuple[str, int]] = ()
) -> None:
    live = KeyGrant.revoked_at.is_(None)
    active = exists().where(Member.id == KeyGrant.recipient_id, Member.status == "active")
    own = select(KeyGrant.compartment, KeyGrant.version).where(live, KeyGrant.recipient_id == member_id)
    others = select(KeyGrant.compartment, KeyGrant.version).where(
        live, active, KeyGrant.recipient_id != member_id, KeyGrant.agency_id == office.keyring.agency_id
    )
    mine, theirs = ({(name, version) for name, version in office.db.execute(each)} for each in (own, others))
    alone = mine - theirs - set(covered)
    lost = sorted({name for name, _version in alone} - set(keeps))
    if lost:
        raise LastHolder(tuple(lost))
