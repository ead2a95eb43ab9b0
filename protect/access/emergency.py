"""Break-glass: one named case of another office, for hours, because two people signed that it must be.

The officer who asks holds the agency's keys already: what opens is the reach, no seal. Four things hold it to this case
and these hours: the signatures of both, the policy's predicate, the scope of the session, and the database, which looks
into its own rows by its own clock. The end counts by the instance's clock too: one of the two set back opens nothing.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select

from protect.access.errors import NotFound, StepUpRequired
from protect.access.gate import Gate, Ref
from protect.access.models import EmergencyOpening
from protect.access.policy import policy
from protect.access.second import signer
from protect.store.scope import GatedSession, Scope, reach_whole_agency
from protect.vault.certificate import Certificate
from protect.vault.emergency import EmergencyApproval, EmergencyRequest
from protect.vault.encoding import lp, text, unlp
from protect.vault.errors import CiphertextRejected, Reason

LONGEST: Final = timedelta(hours=4)  # the table refuses more
WAITS: Final = timedelta(hours=1)  # a request that nobody answered is none any more
KEPT_IN: Final = "protection"  # the compartment whose readers read the reason in words
PURPOSE: Final = "emergency"
ASK, DECIDE = "emergency:open", "emergency:decide"
_SALT_BYTES: Final = 16


def database_now(gate: Gate) -> datetime:
    """The database's clock: by it requests wait and lapse, and by it and the instance's an opening ends."""
    now: datetime = gate.db.scalars(select(func.now())).one()
    return now.astimezone(UTC)


@contextmanager
def whole_agency(gate: Gate) -> Iterator[GatedSession]:
    """A unit of work in the actor's name, beyond its office: to find whose case it is."""
    with gate.runtime.unit_of_work() as db:
        db.info["token_hash"] = gate.member.session_hash
        reach_whole_agency(db, gate.member.agency_id)
        yield db


def sign_request(gate: Gate, case_id: UUID, reason: str, why: str) -> EmergencyOpening:
    """The row of a request, signed by the actor; case, office and code are left to the caller."""
    row = EmergencyOpening(id=uuid4(), agency_id=gate.member.agency_id, case_id=case_id, reason=reason)
    row.asked_by, row.asked_at = gate.member.member_id, database_now(gate)
    salted = lp(secrets.token_bytes(_SALT_BYTES), why)  # a digest of few words alone would tell them
    row.why = gate.seals.drop(row.agency_id, KEPT_IN, why_context(row.id), salted)
    row.request = _expected(row, hashlib.sha256(salted).digest()).signed(gate.keyring.identity.signing).to_bytes()
    return row


def approve(gate: Gate, row: EmergencyOpening, length: timedelta) -> None:
    """Sign that the case opens from now on, four hours at most. Raises CiphertextRejected for a false request."""
    request = _request(gate, row)
    now = database_now(gate)
    until = (min(now, gate.now()) + min(length, LONGEST)).replace(microsecond=0)
    said = EmergencyApproval(request.digest(), str(gate.member.member_id), int(until.timestamp()))
    row.decided_by, row.decided_at, row.until = gate.member.member_id, now, until
    row.approval = said.signed(gate.keyring.identity.signing).to_bytes()


def is_waiting(row: EmergencyOpening, now: datetime) -> bool:
    """Whether it can still be decided."""
    return row.decided_at is None and row.ended_at is None and now < row.asked_at + WAITS


def is_live(row: EmergencyOpening, now: datetime) -> bool:
    """Whether the case is open by what the row says; `enter` believes no row."""
    return row.until is not None and row.ended_at is None and now < row.until


def _is_soon_over(row: EmergencyOpening, now: datetime) -> bool:
    """Whether it ends within the longest time that is ever given, and has not ended, by the instance's clock."""
    return row.until is not None and now < row.until <= now + LONGEST


def enter(gate: Gate, row: EmergencyOpening) -> None:
    """Let this gate read the one case. Raises NotFound once it is over, CiphertextRejected for what nobody signed.

    Whose signature counts no longer, because the access ended, changed or is suspended, approved nothing.
    """
    live = is_live(row, database_now(gate)) and _is_soon_over(row, gate.now())
    if row.asked_by != gate.member.member_id or not live:
        raise NotFound("EmergencyOpening")
    try:
        _verify(gate, row)
    except CiphertextRejected as error:
        if error.reason is Reason.REVOKED:
            raise NotFound("EmergencyOpening") from None
        raise
    scope: Scope = gate.db.info["scope"]
    gate.actor = replace(gate.member, emergency=row.case_id)
    gate.db.info["scope"] = replace(scope, emergency=row.case_id)


def why_of(gate: Gate, row: EmergencyOpening) -> str | None:
    """The reason in words, for who holds the key now; None once it is gone, or where the key is closed or absent."""
    if row.why is None or not _holds(gate):
        return None
    ref = Ref("emergency", row.id)
    opening = gate.opening("emergency:read", [ref], fields=("emergency_reason",), purpose=PURPOSE)
    salted = opening.dropped(KEPT_IN, why_context(row.id), row.why.blob)
    # Read it is whatever became of who asked: a misuse is reviewed after its author was suspended or left.
    if hashlib.sha256(salted).digest() != _asked(gate, row).why:
        raise CiphertextRejected(Reason.CONTEXT)
    return text(unlp(salted)[1])


def why_context(opening_id: UUID) -> bytes:
    """What the reason in words is bound to."""
    return b"emergency.v1" + opening_id.bytes


def _holds(gate: Gate) -> bool:
    try:
        return gate.holds(KEPT_IN)
    except StepUpRequired:
        return False


def _verify(gate: Gate, row: EmergencyOpening) -> None:
    request, said = _request(gate, row), EmergencyApproval.from_bytes(row.approval or b"")
    if row.decided_by is None or row.decided_by == row.asked_by or row.until is None:
        raise CiphertextRejected(Reason.CONTEXT)
    said.check(signer(gate, row.decided_by, DECIDE).sign_public)
    named = (said.request, said.member_id, said.until)
    if named != (request.digest(), str(row.decided_by), int(row.until.timestamp())):
        raise CiphertextRejected(Reason.CONTEXT)


def _request(gate: Gate, row: EmergencyOpening) -> EmergencyRequest:
    """What was asked by somebody who may ask today, verified, and nothing else than what the row says."""
    return _said(row, [signer(gate, row.asked_by, ASK)])


def _asked(gate: Gate, row: EmergencyOpening) -> EmergencyRequest:
    """The same of somebody who could ask then, and perhaps not today."""
    signers, agency_id = gate.keyring.trust.signers(row.asked_by), str(gate.member.agency_id)
    return _said(row, [one for one in signers if one.agency_id == agency_id and policy().has(one.role, ASK)])


def _said(row: EmergencyOpening, signers: Sequence[Certificate]) -> EmergencyRequest:
    refused = CiphertextRejected(Reason.ISSUER)
    for certified in signers:
        try:
            request = EmergencyRequest.from_bytes(row.request).check(certified.sign_public)
        except CiphertextRejected as error:
            refused = error
            continue
        if replace(request, signature=b"") != _expected(row, request.why):
            raise CiphertextRejected(Reason.CONTEXT)
        return request
    raise refused


def _expected(row: EmergencyOpening, why: bytes) -> EmergencyRequest:
    who, case = str(row.asked_by), str(row.case_id)
    return EmergencyRequest(str(row.id), str(row.agency_id), case, who, row.reason, why)
