"""The signature under published figures: who writes to the database can change tables, and not what was signed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from protect.access.errors import NotReady
from protect.access.gate import Gate
from protect.access.models_publication import PublicationRow
from protect.access.publishing import COMMISSION, DECIDE
from protect.access.turns import hold_membership
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.publication import ReleaseDecision

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Publication:
    """A published release as its row tells it: the digest is of what stands there now."""

    release_id: UUID
    digest: bytes
    number: int | None
    member_id: UUID | None
    decided_at: datetime | None


def sign(gate: Gate, published: Publication) -> None:
    """Sign as the actor that this is published; a departure of the actor waits for it, and upholds it."""
    hold_membership(gate.db, gate.member.member_id, gate.member.role)
    said = _expected(published, gate.member.agency_id).signed(gate.keyring.identity.signing)
    row = PublicationRow(release_id=published.release_id, member_id=gate.member.member_id, statement=said.to_bytes())
    gate.db.add(row)


def signed_among(gate: Gate, published: Collection[Publication]) -> frozenset[UUID]:
    """Which of these releases a publisher of the commission signed as they stand, in office or upheld since."""
    ids = [each.release_id for each in published]
    rows = gate.db.scalars(select(PublicationRow).where(PublicationRow.release_id.in_(ids)))
    statements = {row.release_id: row.statement for row in rows}
    return frozenset(each.release_id for each in published if _is_signed(gate, statements.get(each.release_id), each))


def _is_signed(gate: Gate, statement: bytes | None, published: Publication) -> bool:
    if None in (statement, published.number, published.member_id, published.decided_at):
        return False
    try:
        _verify(gate, statement or b"", published)
    except (CiphertextRejected, NotReady):
        return False
    return True


def _verify(gate: Gate, statement: bytes, published: Publication) -> None:
    trust = gate.keyring.trust
    commission = trust.agency_of_kind(COMMISSION)
    said = ReleaseDecision.from_bytes(statement)
    if published.member_id is None or replace(said, signature=b"") != _expected(published, commission):
        raise CiphertextRejected(Reason.CONTEXT)
    signer = trust.decider(published.member_id, DECIDE, said)
    if signer.agency_id != str(commission):
        raise CiphertextRejected(Reason.ISSUER)
    said.check(signer.sign_public)


def _expected(published: Publication, agency_id: UUID) -> ReleaseDecision:
    decided = (published.decided_at - _EPOCH) // _TICK if published.decided_at else 0
    about = (str(published.release_id), published.digest, published.number or 0)
    return ReleaseDecision(*about, str(agency_id), str(published.member_id), decided)
