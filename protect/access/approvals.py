"""An approval: one person asks that a case is erased or that cases are exported, and another agrees to exactly that.

What the row says is believed only as far as both signed it, by the certificates of the day on which it is used. Hours
are counted by the instance's clock, by which cases are dated too.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select

from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.access.models_approval import Approval
from protect.access.policy import policy
from protect.access.second import signer
from protect.vault.approval import ApprovalGiven, ApprovalRequest
from protect.vault.certificate import Certificate
from protect.vault.errors import CiphertextRejected, Reason

ERASURE, EXPORT = "erasure", "export"
ASK: Final = {ERASURE: "case:erase", EXPORT: "case:export"}
DECIDE, READ = "approval:decide", "approval:read"
WAITS: Final = timedelta(days=7)  # a request that nobody answered is none any more
USABLE: Final = timedelta(hours=24)  # the table refuses more
FEW: Final = 3  # cases of an agency that leave without a wait, within the time of one
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Wanted:
    """What is asked for: one case, or all that an office, or without one the agency, opened until now; and why."""

    kind: str
    case_id: UUID | None
    unit_id: UUID | None
    covers: int
    reason: str


def sign_request(gate: Gate, wanted: Wanted) -> Approval:
    """The row of a request, signed by the actor. Raises Denied for cases out of the actor's reach, StepUpRequired."""
    row = Approval(id=uuid4(), agency_id=gate.member.agency_id, **vars(wanted))
    row.asked_by, row.asked_at = gate.member.member_id, gate.now()
    gate.permit(ASK[row.kind], row)
    gate.require_fresh()
    row.request = _expected(row).signed(gate.keyring.identity.signing).to_bytes()
    return row


def sign_approval(gate: Gate, row: Approval) -> None:
    """Sign that it may be done. Raises CiphertextRejected for what nobody asked, or whose asker may not any more.

    An export is usable for a day; one of several cases begins with the time in which anybody can stop it, and so does
    one of a single case where a few left one by one within such a time.
    """
    request, now = _request(gate, row), gate.now()
    if row.kind == EXPORT:
        wait = _wait(gate, row, now)
        row.not_before, row.until = now + wait, now + wait + USABLE
    row.decided_by, row.decided_at = gate.member.member_id, now
    row.approval = _given(row, request).signed(gate.keyring.identity.signing).to_bytes()


def is_waiting(row: Approval, now: datetime) -> bool:
    """Whether it can still be decided."""
    return row.decided_at is None and row.ended_at is None and now < row.asked_at + WAITS


def is_cooling(row: Approval, now: datetime) -> bool:
    """Whether somebody agreed and the time in which it can be stopped has not passed yet."""
    return _is_given(row) and row.not_before is not None and now < row.not_before


def is_usable(row: Approval, now: datetime) -> bool:
    """Whether it can be used by what the row says; `use` believes no row."""
    if not _is_given(row) or row.not_before is None or row.until is None:
        return False
    return row.not_before <= now < row.until


def use(gate: Gate, approval_id: UUID, kind: str) -> Approval:
    """The approval, held until this gate ends, for who asked for it. `finish` is the caller's.

    Raises NotFound before its time and after, when it was stopped or done, and when the access of either ended, changed
    or is suspended; CiphertextRejected for what nobody signed. The caller has checked how fresh the actor is.
    """
    row = gate.find(Approval, approval_id, ASK[kind], lock=True)
    if row.kind != kind or row.asked_by != gate.member.member_id or not is_usable(row, gate.now()):
        raise NotFound("Approval")
    try:
        verify(gate, row)
    except CiphertextRejected as error:
        if error.reason is Reason.REVOKED:
            raise NotFound("Approval") from None
        raise
    return row


def finish(gate: Gate, row: Approval) -> None:
    """Say that it was done: it cannot be used again, nor stopped."""
    row.done_at = gate.now()


def verify(gate: Gate, row: Approval) -> None:
    """Go on only if two people who may signed exactly what the row says; else CiphertextRejected."""
    request = _request(gate, row)
    if row.approval is None or row.decided_by is None or row.decided_by == row.asked_by:
        raise CiphertextRejected(Reason.CONTEXT)
    said = ApprovalGiven.from_bytes(row.approval).check(signer(gate, row.decided_by, DECIDE).sign_public)
    if replace(said, signature=b"") != _given(row, request):
        raise CiphertextRejected(Reason.CONTEXT)


def _wait(gate: Gate, row: Approval, now: datetime) -> timedelta:
    """How long it can be stopped first: not at all for one case, as long as few of the agency left like that.

    Agreements of one agency are counted one after the other, and count whatever became of them: stopping one, or using
    it, makes no room.
    """
    whole, agency_id = timedelta(hours=gate.settings.cooling_off_hours), gate.member.agency_id
    if row.covers > 1:
        return whole
    turn = int.from_bytes(agency_id.bytes[:8], "big", signed=True)
    gate.db.execute(select(func.pg_advisory_xact_lock(turn)))
    exports = (Approval.agency_id == agency_id) & (Approval.kind == EXPORT) & Approval.approval.is_not(None)
    at_once = (Approval.not_before == Approval.decided_at) & (Approval.decided_at > now - whole)
    left = gate.db.scalar(select(func.sum(Approval.covers)).where(exports, at_once)) or 0
    return whole if left + row.covers > FEW else timedelta()


def _is_given(row: Approval) -> bool:
    return row.approval is not None and row.ended_at is None and row.done_at is None


def _request(gate: Gate, row: Approval) -> ApprovalRequest:
    """What was asked, verified, and nothing else than what the row says."""
    asker = signer(gate, row.asked_by, ASK[row.kind])
    if not _reaches(asker, row):
        raise CiphertextRejected(Reason.REVOKED)
    request = ApprovalRequest.from_bytes(row.request).check(asker.sign_public)
    if replace(request, signature=b"") != _expected(row):
        raise CiphertextRejected(Reason.CONTEXT)
    return request


def _reaches(asker: Certificate, row: Approval) -> bool:
    """Whether the asker works today where these cases are."""
    return not policy().by_unit(asker.role) or asker.unit_id == str(row.unit_id)


def _expected(row: Approval) -> ApprovalRequest:
    where = (str(row.agency_id), _named(row.unit_id), row.kind, _named(row.case_id))
    return ApprovalRequest(str(row.id), *where, row.covers, row.reason, str(row.asked_by), _ticks(row.asked_at))


def _given(row: Approval, request: ApprovalRequest) -> ApprovalGiven:
    return ApprovalGiven(request.digest(), str(row.decided_by), _ticks(row.not_before), _ticks(row.until))


def _named(one: UUID | None) -> str:
    return str(one) if one else ""


def _ticks(moment: datetime | None) -> int:
    return (moment - _EPOCH) // _TICK if moment else 0
