"""Approvals: asking, agreeing, refusing, stopping; what is agreed to is done by whoever knows how."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from protect.access import approvals
from protect.access.approvals import Wanted
from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate, Ref
from protect.access.models import Member
from protect.access.models_approval import Approval
from protect.access.second import require_second
from protect.cases.actions_approvals_list import concerns, may_end, view
from protect.cases.approvals import REASONS, ApprovalView
from protect.vault.errors import CiphertextRejected, Reason


@dataclass(frozen=True)
class Deed:
    """What happens in the moment of agreement: whether it can be, asked before anything is signed, and doing it."""

    require: Callable[[Gate, Approval], None]
    do: Callable[[Gate, Approval], None]


AT_ONCE: Final[dict[str, Deed]] = {}  # by kind; whoever knows how adds it


class AlreadyAsked(Exception):
    """The same waits already; `approval_id` names it."""

    def __init__(self, approval_id: uuid.UUID) -> None:
        super().__init__()
        self.approval_id = approval_id


def ask(gate: Gate, wanted: Wanted, why: str, once: uuid.UUID | None = None) -> uuid.UUID:
    """Sign a request; only the auditors read why. Raises Denied, StepUpRequired, AlreadyAsked.

    ValueError for a reason that is not listed for this kind.
    """
    if wanted.reason not in REASONS[wanted.kind]:
        raise ValueError(wanted.reason)
    gate.permit(approvals.ASK[wanted.kind])
    earlier = gate.once(once) if once else None
    if earlier:
        return uuid.UUID(earlier.rpartition("/")[2])
    row = approvals.sign_request(gate, wanted)
    _require_none(gate, row)
    gate.db.add(row)
    gate.db.flush()
    gate.record_said("approval:ask", f"{row.kind} {row.reason}: {why}", _ref(row))
    if once:
        gate.done(once, f"/accords/{row.id}")
    return row.id


def give(gate: Gate, approval_id: uuid.UUID) -> ApprovalView:
    """Agree, as the second person. Raises Conflict when it was decided, withdrawn or too late.

    So it does when whoever asked has no access any more, or works elsewhere.
    """
    row = _to_decide(gate, approval_id)
    deed = AT_ONCE.get(row.kind)
    if deed:
        deed.require(gate, row)
    try:
        approvals.sign_approval(gate, row)
    except CiphertextRejected as error:
        if error.reason is Reason.REVOKED:
            raise Conflict("approval") from None
        raise
    gate.record("approval:give", _ref(row))
    if deed:
        deed.do(gate, row)
    return view(gate, row)


def refuse(gate: Gate, approval_id: uuid.UUID) -> None:
    """Say no, as the second person. Raises Conflict as `give` does."""
    row = _to_decide(gate, approval_id)
    row.decided_by, row.decided_at = gate.member.member_id, gate.now()
    gate.record("approval:refuse", _ref(row))


def end(gate: Gate, approval_id: uuid.UUID) -> None:
    """Withdraw it, or stop it before it is used. What is over already stays as it ended: Conflict."""
    row = _of_concern(gate, approval_id, lock=True)
    if not may_end(gate, row):
        gate.refuse(approvals.READ, row)
    now = gate.now()
    if not any(check(row, now) for check in (approvals.is_waiting, approvals.is_cooling, approvals.is_usable)):
        raise Conflict("approval")
    row.ended_by, row.ended_at = gate.member.member_id, now
    gate.record("approval:end", _ref(row))


def show(gate: Gate, approval_id: uuid.UUID) -> ApprovalView:
    """One of them. NotFound for whom it does not concern; who is to decide proves a second factor first."""
    row = _of_concern(gate, approval_id)
    found = view(gate, row)
    if found.may_decide:
        gate.require_fresh()
    return found


def _of_concern(gate: Gate, approval_id: uuid.UUID, *, lock: bool = False) -> Approval:
    row = gate.find(Approval, approval_id, approvals.READ, lock=lock)
    if not concerns(gate, row):
        raise NotFound("Approval")
    return row


def _to_decide(gate: Gate, approval_id: uuid.UUID) -> Approval:
    row = gate.find(Approval, approval_id, approvals.DECIDE, lock=True)
    require_second(gate, approvals.DECIDE, frozenset({row.asked_by}), row)
    if not approvals.is_waiting(row, gate.now()):
        raise Conflict("approval")
    return row


def _require_none(gate: Gate, row: Approval) -> None:
    """One request for one thing at a time: of a case whoever asks, of an office each who asks."""
    gate.db.execute(select(Member.id).where(Member.id == gate.member.member_id).with_for_update(key_share=True))
    mine = (Approval.case_id.is_(None), Approval.asked_by == row.asked_by)
    same = (Approval.case_id == row.case_id,) if row.case_id else mine
    undecided = (Approval.decided_at.is_(None), Approval.ended_at.is_(None))
    query = select(Approval).where(Approval.agency_id == row.agency_id, Approval.kind == row.kind, *same, *undecided)
    with gate.db.no_autoflush:
        for other in gate.db.scalars(query):
            if approvals.is_waiting(other, gate.now()):
                raise AlreadyAsked(other.id)


def _ref(row: Approval) -> Ref:
    return Ref("case", row.case_id) if row.case_id else Ref("approval", row.id)
