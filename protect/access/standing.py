"""What of somebody's word counts, asked before it ends: what they signed, and what they half agreed to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from protect.access.authority import Authority
from protect.access.models import Certificate, ConfirmationRow, KeyGrant, KeyStateRow, Member, UpheldRow
from protect.access.models_publication import PublicationRow
from protect.access.office import Office
from protect.access.publishing import DECIDE
from protect.access.trust import Trust
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import Grant, KeyState, Succession
from protect.vault.publication import ReleaseDecision
from protect.vault.register import Confirmation, Upheld
from protect.vault.statement import Statement

Kind = TypeVar("Kind", bound=Statement)


@dataclass(frozen=True)
class Standing:
    """What somebody's word comes to before it ends: digests of signed statements that count, and whether in office.

    `half_said` are the members about whom the person said yes to a change that is not decided.
    """

    statements: tuple[str, ...]
    in_office: bool
    half_said: tuple[UUID, ...]


def standing_of(office: Office, member_id: UUID) -> Standing:
    """What of the member's word counts now: who was stopped may have signed since, and added it to the tables.

    A word for a return that is not decided does not: upheld, it would leave the decision to one who is in office.
    """
    trust = office.keyring.trust.fresh()
    authority = trust.authority(office.keyring.agency_id)
    in_office = authority.in_office(str(member_id))
    keys = {one.signed.sign_public for one in authority.rolls.enrolled(member_id)}
    half_decided = authority.returns_not_decided()

    def counts(statement: Statement) -> bool:
        if isinstance(statement, Confirmation) and statement.subject in half_decided:
            return False
        if isinstance(statement, Grant | KeyState | Succession | ReleaseDecision):
            return _is_believed(trust, member_id, statement)
        return in_office or authority.upheld(statement.digest())

    good = {each.digest().hex() for each in _statements(office, member_id) if is_by(each, keys) and counts(each)}
    return Standing(tuple(sorted(good)), in_office, tuple(_half_said(office, authority, member_id)))


def _half_said(office: Office, authority: Authority, member_id: UUID) -> Iterator[UUID]:
    waits = Certificate.in_force_at.is_(None) & Certificate.revoked_at.is_(None)
    open_ones = select(Certificate.member_id, Certificate.statement).join(Member, Member.id == Certificate.member_id)
    here = (Member.agency_id == office.keyring.agency_id) & Member.status.in_(("active", "suspended"))
    for about, statement in office.db.execute(open_ones.where(here, waits)).all():
        for digest in (each.digest() for each in read_all(SignedCertificate, [statement])):
            words = authority.rolls.words(digest, str(about))
            mine = any(word.registrar_id == str(member_id) for word in words)
            if mine and not authority.settled(digest, str(about)):
                yield about


def _is_believed(trust: Trust, member_id: UUID, statement: Grant | KeyState | Succession | ReleaseDecision) -> bool:
    try:
        if isinstance(statement, ReleaseDecision):
            trust.decider(member_id, DECIDE, statement)
        else:
            trust.holder(member_id, statement.compartment, statement)
    except CiphertextRejected:
        return False
    return True


def _statements(office: Office, member_id: UUID) -> Iterable[Statement]:
    """What the member signed: keys supplied and stated, words given as a registrar, what was upheld or published."""
    db = office.db
    grants = select(KeyGrant.statement).where(KeyGrant.supplier_id == member_id, KeyGrant.revoked_at.is_(None))
    yield from read_all(Grant, db.scalars(grants))
    for state in db.scalars(select(KeyStateRow).where(KeyStateRow.agency_id == office.keyring.agency_id)):
        if state.holder_id == member_id:
            yield from read_all(KeyState, [state.statement])
        for succession in read_all(Succession, [state.succession] if state.succession else ()):
            if succession.holder_id == str(member_id):
                yield succession
    words = select(ConfirmationRow.statement).where(ConfirmationRow.registrar_id == member_id)
    yield from read_all(Confirmation, db.scalars(words))
    upheld = select(UpheldRow.statement).where(UpheldRow.registrar_id == member_id)
    yield from read_all(Upheld, db.scalars(upheld))
    published = select(PublicationRow.statement).where(PublicationRow.member_id == member_id)
    yield from read_all(ReleaseDecision, db.scalars(published))


def read_all(kind: type[Kind], statements: Iterable[bytes]) -> Iterable[Kind]:
    """The statements among them: what is none was signed by nobody, and keeps nobody from being suspended."""
    for statement in statements:
        try:
            yield kind.from_bytes(statement)
        except CiphertextRejected:
            continue


def is_by(statement: Statement, keys: Iterable[bytes]) -> bool:
    """Whether one of the keys signed it."""
    for key in keys:
        try:
            statement.check(key)
        except CiphertextRejected:
            continue
        return True
    return False
