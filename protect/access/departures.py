"""Ending somebody's say by suspension, revocation or another role, while what the person rightly signed stays good."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import exists, select, update

from protect.access import sessions
from protect.access.errors import Conflict, LastHolder
from protect.access.models import (
    Certificate,
    Invitation,
    KeyGrant,
    Member,
    RevocationRow,
    UpheldRow,
)
from protect.access.office import Office
from protect.access.policy import policy
from protect.access.recovery_copies import copied, taken
from protect.access.standing import Standing, is_by, read_all, standing_of
from protect.vault.certificate import Invitation as SignedInvitation
from protect.vault.certificate import Revocation
from protect.vault.register import FIRST, Suspension, Upheld, end_of, new_mark


def suspend(office: Office, member: Member) -> None:
    """Stop the member at once, on the word of one registrar. The keys stay granted and cannot be reached.

    Raises StandingLost, as everything here that ends a registrar's say.
    """
    office.require_other(member.id)
    _close(office, member.id, standing_of(office, member.id))
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


def leave(office: Office, member: Member) -> bool:
    """End the member's access for good; whether it is ended now, or a registrar's seat waits for another word.

    Raises LastHolder, unless custodians have a copy of what the member alone can open: they bring it back.
    """
    stands = standing_of(office, member.id)
    office.withdraw_change(member.id)
    done = office.unseat(member.id)
    if done:
        _revoke(office, member, stands)
    return done


def begin_anew(office: Office, member: Member) -> None:
    """End everything the member enrolled under; the same person enrols again with new keys. Raises LastHolder."""
    office.require_other(member.id)
    require_recoverable(office, member.id)
    stands = standing_of(office, member.id)
    office.withdraw(member.id)
    _end_identity(office, member, stands)
    member.status = "invited"


def confirm(office: Office, member: Member) -> bool:
    """Give this registrar's word for what is pending about the member; whether that is enough now.

    Then another certificate is in force: keys that its role does not read are taken, and the sessions end.
    """
    stands = standing_of(office, member.id)
    if not office.confirm(member):
        return False
    certificate = office.authority.current(member.id)
    _close(office, member.id, stands)
    _take_over_invitations(office, member.id, stands)
    _revoke_grants(office, member.id, keeps=policy().readable(certificate.role) if certificate else ())
    sessions.end_all(office.db, member.id, office.now)
    office.require_standing()
    return True


def require_recoverable(office: Office, member_id: UUID) -> None:
    """Raise LastHolder if the member alone can open something, and the custodians have no copy of its key."""
    _require_others(office, member_id, keeps=(), covered=copied(office.db, office.keyring.agency_id))


def require_others(office: Office, member_id: UUID, role: str) -> None:
    """Raise LastHolder if the member alone can open something that the role does not read."""
    _require_others(office, member_id, keeps=policy().readable(role))


def _close(office: Office, member_id: UUID, stands: Standing) -> None:
    """Sign which statements of the member stay good, and take back the changes to which the member half agreed.

    Else one more word would decide such a change by one who is in office no longer: the certificate of before would
    count no more, and the new one would wait for who is in office.
    """
    for about in stands.half_said:
        office.withdraw(about)
    if not stands.statements:
        return
    who = (str(office.keyring.agency_id), str(member_id), str(office.me))
    signed = Upheld(*who, stands.statements).signed(office.keyring.identity.signing)
    office.db.add(
        UpheldRow(
            agency_id=office.keyring.agency_id, member_id=member_id, registrar_id=office.me, statement=signed.to_bytes()
        )
    )


def _take_over_invitations(office: Office, member_id: UUID, stands: Standing) -> None:
    """Sign again the open invitations that a registrar who goes truly signed: what the code promises stays as it is.

    Those of who was stopped before do not count, and stay so: who was invited gets another code.
    """
    if not stands.in_office:
        return
    keys = set(office.authority.rolls.keys_of(member_id))
    open_ones = (Invitation.issued_by == member_id) & Invitation.used_at.is_(None)
    for row in office.db.scalars(select(Invitation).where(open_ones, Invitation.expires_at > office.now)):
        for named in read_all(SignedInvitation, [row.statement]):
            if named.user_id == str(row.member_id) and is_by(named, keys):
                row.statement = named.signed(office.keyring.identity.signing).to_bytes()
                row.issued_by = office.me


def turn_away(office: Office, member: Member) -> None:
    """End the invitation of somebody who never became a member; a proposed seat among the registrars goes with it."""
    stands = standing_of(office, member.id)
    office.withdraw(member.id)
    if str(member.id) in office.authority.roll.registrars:  # a founder who never enrolled
        raise Conflict("roll")
    _revoke(office, member, stands)


def resuming(office: Office, member_id: UUID) -> tuple[UUID, ...]:
    """Who agreed already that a suspension of the member ends."""
    suspension = office.authority.suspension(member_id)
    if suspension is None:
        return ()
    return tuple(map(UUID, sorted(office.authority.saying(end_of(suspension), str(member_id)))))


def end_invitations(office: Office, member: Member) -> None:
    """Sign the end of every invitation of the member, used or not, and of whatever was confirmed until now.

    Nothing in the table says that one ended already, and where there is none the end is signed all the same.
    """
    rows = office.db.scalars(select(Invitation).where(Invitation.member_id == member.id)).all()
    since = office.authority.latest(member.id, office.now)
    named: dict[UUID | None, bytes] = {row.id: _digest(row) for row in rows}
    for row_id, digest in (named or {None: FIRST}).items():
        signed = Revocation(str(member.id), str(member.agency_id), digest, since).signed(
            office.keyring.identity.signing
        )
        office.db.add(
            RevocationRow(
                agency_id=member.agency_id, member_id=member.id, invitation_id=row_id, statement=signed.to_bytes()
            )
        )


def _digest(row: Invitation) -> bytes:
    return next((named.digest() for named in read_all(SignedInvitation, [row.statement])), FIRST)


def _revoke(office: Office, member: Member, stands: Standing) -> None:
    """End everything the member enrolled under: certificate, keys, sessions. `stands` is of before this decision."""
    office.require_other(member.id)
    require_recoverable(office, member.id)
    _end_identity(office, member, stands)
    member.status = "left"


def _end_identity(office: Office, member: Member, stands: Standing) -> None:
    _close(office, member.id, stands)
    _take_over_invitations(office, member.id, stands)
    end_invitations(office, member)
    live = (Certificate.member_id == member.id) & Certificate.revoked_at.is_(None)
    office.db.execute(update(Certificate).where(live).values(revoked_at=office.now))
    _revoke_grants(office, member.id, keeps=())
    sessions.end_all(office.db, member.id, office.now)
    office.require_standing()


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
    in_use = taken(office.db, office.keyring.agency_id)  # custodians may have brought a former version back
    alone = (mine & in_use.keys()) - theirs - set(covered)
    lost = sorted({name for name, _version in alone} - set(keeps))
    if lost:
        raise LastHolder(tuple(lost))
