"""Somebody who lost every way in begins anew: a registrar asks, the wait goes by, unless the person signs in again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from protect.access import departures
from protect.access.errors import Conflict, RegistrarSeated
from protect.access.models import Member
from protect.access.models_recovery import MemberReset
from protect.access.office import Office
from protect.vault.certificate import REGISTRAR

DONE, WITHDRAWN, SIGNED_IN = "done", "withdrawn", "signed-in"


def ask(office: Office, member: Member, waits: timedelta) -> MemberReset:
    """Enter that the member is to begin anew, not before `waits` is over.

    Raises NotYourself, RegistrarSeated, LastHolder when a key would be lost that custodians could not bring back, and
    Conflict for somebody who is not active or for whom it was asked already.
    """
    office.require_other(member.id)
    _require_no_registrar(office, member)
    departures.require_recoverable(office, member.id)
    if member.status != "active" or open_reset(office.db, member.id) is not None:
        raise Conflict("reset")
    row = MemberReset(
        agency_id=member.agency_id, member_id=member.id, asked_by=office.me, asked_at=office.now,
        due_at=office.now + waits,
    )  # fmt: skip
    office.db.add(row)
    office.db.flush()
    return row


def withdraw(office: Office, member: Member) -> None:
    """Take it back. Raises Conflict when nothing was asked."""
    if not _end(office.db, member.id, WITHDRAWN, office.now):
        raise Conflict("reset")


def complete(office: Office, member: Member) -> None:
    """End the old identity, keys and sessions; the member is invited again. Raises as `ask`, and before the time."""
    office.require_other(member.id)
    _require_no_registrar(office, member)
    row = open_reset(office.db, member.id)
    if row is None or row.due_at > office.now or member.status != "active":
        raise Conflict("reset")
    departures.begin_anew(office, member)
    _end(office.db, member.id, DONE, office.now)


def still_here(db: Session, member_id: UUID, now: datetime) -> bool:
    """End what was asked for somebody who just proved to have lost nothing; whether anything was."""
    return _end(db, member_id, SIGNED_IN, now)


def open_reset(db: Session, member_id: UUID) -> MemberReset | None:
    """What was asked for a member and is neither done nor taken back."""
    return db.scalar(select(MemberReset).where(MemberReset.member_id == member_id, MemberReset.ended_at.is_(None)))


def waiting(db: Session, agency_id: UUID) -> frozenset[UUID]:
    """For whom of an agency it was asked and not done yet."""
    open_ones = (MemberReset.agency_id == agency_id) & MemberReset.ended_at.is_(None)
    return frozenset(db.scalars(select(MemberReset.member_id).where(open_ones)))


def _end(db: Session, member_id: UUID, outcome: str, now: datetime) -> bool:
    open_ones = (MemberReset.member_id == member_id) & MemberReset.ended_at.is_(None)
    ended = update(MemberReset).where(open_ones).values(ended_at=now, outcome=outcome).returning(MemberReset.id)
    return bool(db.scalars(ended).all())


def _require_no_registrar(office: Office, member: Member) -> None:
    """What a registrar said is believed by the key in office: who loses it leaves office, and is invited anew."""
    if str(member.id) in office.authority.roll.registrars or member.role == REGISTRAR:
        raise RegistrarSeated
