"""The way back to a lost key, as the instance sees it: what goes to the custodians, and what comes back from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from protect.access.authority import Authority
from protect.access.errors import NotFound, NotReady
from protect.access.granted import authorisation
from protect.access.models import AgencyRoot, Certificate, KeyGrant, Member
from protect.access.models_recovery import RecoveryArrival, RecoveryKeyRow
from protect.access.policy import policy
from protect.access.recovery_copies import fitting_copies, newest_key
from protect.access.rolls import parsed
from protect.access.runtime import Runtime
from protect.access.trail import note_operator
from protect.access.trust import Authorised
from protect.vault.ceremony import Preparation, Recipient, RecoveryAnswer, RecoveryRequest
from protect.vault.certificate import anchor_of
from protect.vault.encoding import identifier
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import Grant
from protect.vault.recovery import RecoveryKey, verify_key


class AlreadyArrived(Exception):
    """The same answer came in before."""


@dataclass(frozen=True)
class Arrival:
    """Recovered keys that came in: for whom, and from when on they count."""

    id: UUID
    recipients: tuple[str, ...]
    compartments: tuple[str, ...]
    arrived_at: datetime
    due_at: datetime


def prepare(db: Session, agency_id: UUID, name: str) -> Preparation:
    """What the machine of the ceremony must know of the agency."""
    newest = newest_key(db, agency_id)
    return Preparation(str(agency_id), name, (newest.number if newest else 0) + 1, _root(db, agency_id).root_public)


def install_key(db: Session, runtime: Runtime, statement: bytes) -> RecoveryKey:
    """Enter the public recovery key that a ceremony made. CiphertextRejected unless the agency's root signed it."""
    key = RecoveryKey.from_bytes(statement)
    root = _root(db, identifier(key.agency))
    verify_key(anchor_of(root.root_public), root.root_public, key)
    newest = newest_key(db, root.agency_id)
    if key.number != (newest.number if newest else 0) + 1:
        raise CiphertextRejected(Reason.VERSION)
    db.add(RecoveryKeyRow(agency_id=root.agency_id, number=key.number, statement=statement))
    note_operator(db, runtime, root.agency_id, "recovery:install")
    return key


def request(db: Session, runtime: Runtime, agency_id: UUID, name: str, people: Iterable[str]) -> RecoveryRequest:
    """The export file for the custodians: every copy, and the members (by sign-in name) who are to get keys.

    NotReady before the first ceremony, and for a member for whom not enough registrars of today stand; NotFound for a
    name that is no certified member of the agency.
    """
    row = newest_key(db, agency_id)
    if row is None:
        raise NotReady("recovery")
    root = _root(db, agency_id).root_public
    authority = Authority(db, agency_id, root)
    recipients = tuple(_recipient(db, authority, agency_id, each) for each in people)
    note_operator(db, runtime, agency_id, "recovery:export")
    return RecoveryRequest(name, root, RecoveryKey.from_bytes(row.statement), fitting_copies(db, agency_id), recipients)


def arrive(db: Session, runtime: Runtime, content: bytes, cooling_off: timedelta) -> Arrival:
    """Enter what the custodians sent back; it counts after the cooling-off.

    CiphertextRejected unless the agency's root signed all of it, or when it gives nothing; AlreadyArrived for a file
    that came in before; NotFound for an agency that is not here.
    """
    answer = RecoveryAnswer.from_bytes(content)
    agency_id = identifier(answer.agency)
    answer.check(_root(db, agency_id).root_public)
    if not answer.grants:
        raise CiphertextRejected(Reason.LENGTH)
    if _came_before(db, agency_id, answer):
        raise AlreadyArrived
    now = runtime.clock()
    row = RecoveryArrival(
        agency_id=agency_id, digest=answer.digest(), content=content, arrived_at=now, due_at=now + cooling_off
    )
    db.add(row)
    db.flush()
    note_operator(db, runtime, agency_id, "recovery:arrive")
    return _arrival(db, row)


def _came_before(db: Session, agency_id: UUID, answer: RecoveryAnswer) -> bool:
    """Whether any part of it came in before: what was stopped does not come back in another order, or in pieces."""
    contents = db.scalars(select(RecoveryArrival.content).where(RecoveryArrival.agency_id == agency_id))
    before = {grant.digest() for content in contents for grant in RecoveryAnswer.from_bytes(content).grants}
    return any(grant.digest() in before for grant in answer.grants)


def waiting_arrivals(db: Session, agency_id: UUID) -> tuple[Arrival, ...]:
    """What came in for the agency and neither counts yet nor was stopped."""
    rows = db.scalars(_open_arrivals().where(RecoveryArrival.agency_id == agency_id))
    return tuple(_arrival(db, row) for row in rows)


def stop_arrival(db: Session, agency_id: UUID, arrival_id: UUID, member_id: UUID, now: datetime) -> Arrival:
    """Object to an arrival during its cooling-off. NotFound when there is none to stop."""
    query = _open_arrivals().where(RecoveryArrival.id == arrival_id, RecoveryArrival.agency_id == agency_id)
    row = db.scalar(query.with_for_update())
    if row is None:
        raise NotFound("recovery")
    row.stopped_at, row.stopped_by = now, member_id
    return _arrival(db, row)


def apply_due(db: Session, runtime: Runtime) -> list[Arrival]:
    """Let everything count whose cooling-off is over."""
    query = _open_arrivals().where(RecoveryArrival.due_at <= runtime.clock())
    return [_apply(db, runtime, row) for row in db.scalars(query.with_for_update(skip_locked=True)).all()]


def _apply(db: Session, runtime: Runtime, row: RecoveryArrival) -> Arrival:
    """Enter the grants to certificates that are still in force. Every session checks each of them again by itself."""
    answer = RecoveryAnswer.from_bytes(row.content).check(_root(db, row.agency_id).root_public)
    for grant in answer.grants:
        if _in_force(db, row.agency_id, grant) and not _held(db, grant):
            db.add(
                KeyGrant(
                    agency_id=row.agency_id, recipient_id=identifier(grant.recipient_id), supplier_id=None,
                    compartment=grant.compartment, version=grant.version, statement=grant.to_bytes(),
                )
            )  # fmt: skip
    row.applied_at = runtime.clock()
    note_operator(db, runtime, row.agency_id, "recovery:apply")
    return _arrival(db, row)


def _in_force(db: Session, agency_id: UUID, grant: Grant) -> bool:
    query = select(Certificate.statement).join(Member, Member.id == Certificate.member_id)
    own = and_(Member.id == identifier(grant.recipient_id), Member.agency_id == agency_id, Member.status == "active")
    statement = db.scalar(query.where(own, _current()).order_by(Certificate.epoch.desc()).limit(1))
    return statement is not None and parsed(statement).digest() == grant.certificate


def _held(db: Session, grant: Grant) -> bool:
    same = and_(KeyGrant.recipient_id == identifier(grant.recipient_id), KeyGrant.revoked_at.is_(None))
    this = and_(KeyGrant.compartment == grant.compartment, KeyGrant.version == grant.version)
    return bool(db.scalar(select(exists().where(same, this))))


def _open_arrivals() -> Select[RecoveryArrival]:
    return select(RecoveryArrival).where(RecoveryArrival.applied_at.is_(None), RecoveryArrival.stopped_at.is_(None))


def _arrival(db: Session, row: RecoveryArrival) -> Arrival:
    answer = RecoveryAnswer.from_bytes(row.content)
    ids = {identifier(grant.recipient_id) for grant in answer.grants}
    names = db.scalars(select(Member.display_name).where(Member.id.in_(ids)).order_by(Member.display_name))
    compartments = sorted({grant.compartment for grant in answer.grants})
    return Arrival(row.id, tuple(names), tuple(compartments), row.arrived_at, row.due_at)


def _recipient(db: Session, authority: Authority, agency_id: UUID, name: str) -> Recipient:
    """A member with the certificate in force, and the words of registrars that a grant to it must name."""
    own = and_(Member.sign_in_name == name.casefold(), Member.agency_id == agency_id, Member.status == "active")
    member = db.scalar(select(Member).where(own))
    certificate = authority.current(member.id) if member else None
    if member is None or certificate is None or authority.suspension(member.id):
        raise NotFound(name)
    if not policy().readable(certificate.role):
        raise NotFound(name)
    by_root = authority.by_root(certificate)
    if not by_root and not authority.enough(certificate.digest(), certificate.user_id):
        raise NotReady(name)
    words = () if by_root else authority.standing(certificate.digest(), certificate.user_id)
    return Recipient(member.display_name, certificate, authorisation(Authorised(certificate, words)))


def _current() -> ColumnElement[bool]:
    return and_(Certificate.in_force_at.is_not(None), Certificate.revoked_at.is_(None))


def _root(db: Session, agency_id: UUID) -> AgencyRoot:
    root = db.get(AgencyRoot, agency_id)
    if root is None:
        raise NotFound("agency")
    return root
