"""Which approvals a person is told of: the own ones, those of the own office, or all of the agency."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from protect.access import approvals
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.models_approval import Approval
from protect.access.policy import policy
from protect.cases import approvals as states
from protect.cases.approvals import ApprovalView
from protect.cases.models import CaseFile
from protect.directory.actions_members import units

LISTED: Final = timedelta(days=90)


def list_approvals(gate: Gate) -> tuple[ApprovalView, ...]:
    """Those of the last months that concern the actor, the newest first."""
    gate.permit(approvals.READ)
    return views(gate, _rows(gate, LISTED))


def waiting_now(gate: Gate) -> tuple[tuple[str, int], ...]:
    """What of them waits for the actor or is told, with how many; nothing for whom it does not concern."""
    if not gate.allows(approvals.READ):
        return ()
    rows, now = _rows(gate, approvals.WAITS + approvals.USABLE + approvals.WAITS), gate.now()
    kinds = (("decide", _is_to_decide), ("mine", _is_mine), ("cooling", _is_told))
    counted = ((kind, sum(is_one(gate, row, now) for row in rows)) for kind, is_one in kinds)
    return tuple(one for one in counted if one[1])


def concerns(gate: Gate, row: Approval) -> bool:
    """A role that works in one office sees its own requests and those about cases of the office."""
    if not policy().by_unit(gate.member.role):
        return True
    return row.asked_by == gate.member.member_id or (row.unit_id is not None and row.unit_id == gate.member.unit_id)


def may_end(gate: Gate, row: Approval) -> bool:
    """Whether the actor may withdraw or stop it: who asked, and every role that answers for the whole agency."""
    return row.asked_by == gate.member.member_id or not policy().by_unit(gate.member.role)


def view(gate: Gate, row: Approval) -> ApprovalView:
    """One row as the actor may see it."""
    return views(gate, [row])[0]


def views(gate: Gate, rows: Sequence[Approval]) -> tuple[ApprovalView, ...]:
    """Rows as the actor may see them."""
    ids = {one for row in rows for one in (row.asked_by, row.decided_by, row.ended_by) if one}
    names = {one.id: one.display_name for one in gate.db.scalars(select(Member).where(Member.id.in_(ids)))}
    shown = [row.case_id for row in rows if row.case_id and _sees_case(gate, row)]
    named = gate.db.execute(select(CaseFile.id, CaseFile.code).where(CaseFile.id.in_(shown)))
    codes = {row.id: row.code for row in named}
    around = _Around(names, codes, dict(units(gate)))
    return tuple(_view(gate, row, around) for row in rows)


@dataclass(frozen=True)
class _Around:
    """The words for what rows name."""

    names: Mapping[uuid.UUID, str]
    codes: Mapping[uuid.UUID, str]
    offices: Mapping[str, str]

    def name(self, member_id: uuid.UUID | None) -> str:
        return self.names.get(member_id, "") if member_id else ""

    def code(self, case_id: uuid.UUID | None) -> str:
        return self.codes.get(case_id, "") if case_id else ""


def _rows(gate: Gate, since: timedelta) -> list[Approval]:
    recent = Approval.asked_at > gate.now() - since
    query = select(Approval).where(Approval.agency_id == gate.member.agency_id, recent)
    return [row for row in gate.db.scalars(query.order_by(Approval.asked_at.desc())) if concerns(gate, row)]


def _is_to_decide(gate: Gate, row: Approval, now: datetime) -> bool:
    other = row.asked_by != gate.member.member_id
    return other and approvals.is_waiting(row, now) and gate.allows(approvals.DECIDE, row)


def _is_mine(gate: Gate, row: Approval, now: datetime) -> bool:
    return row.asked_by == gate.member.member_id and approvals.is_usable(row, now)


def _is_told(gate: Gate, row: Approval, now: datetime) -> bool:
    """An export that waits, in which this person had no part, and can still stop."""
    others = gate.member.member_id not in (row.asked_by, row.decided_by)
    return others and approvals.is_cooling(row, now) and may_end(gate, row)


def _sees_case(gate: Gate, row: Approval) -> bool:
    return gate.allows("case:open", row)


def _view(gate: Gate, row: Approval, around: _Around) -> ApprovalView:
    now, state = gate.now(), state_of(row, gate.now())
    return ApprovalView(
        id=row.id, kind=row.kind, state=state, case_id=row.case_id if around.code(row.case_id) else None,
        code=around.code(row.case_id), one_case=row.case_id is not None,
        office=around.offices.get(str(row.unit_id), ""), covers=row.covers,
        asked_by=around.name(row.asked_by), asked_at=row.asked_at, reason=row.reason,
        decided_by=around.name(row.decided_by), decided_at=row.decided_at, not_before=row.not_before,
        until=row.until, ended_by=around.name(row.ended_by), ended_at=row.ended_at, done_at=row.done_at,
        mine=row.asked_by == gate.member.member_id, may_decide=_is_to_decide(gate, row, now),
        may_end=state in states.OPEN and may_end(gate, row),
    )  # fmt: skip


_NOW: Final[Sequence[tuple[Callable[[Approval, datetime], bool], str]]] = (
    (approvals.is_waiting, states.WAITING),
    (approvals.is_cooling, states.COOLING),
    (approvals.is_usable, states.USABLE),
)


def state_of(row: Approval, now: datetime) -> str:
    """How it stands, by what the row says."""
    if row.done_at is not None:
        return states.DONE
    if row.ended_at is not None:
        return states.STOPPED if row.approval else states.WITHDRAWN
    if row.decided_at is not None and row.approval is None:
        return states.REFUSED
    passed = states.EXPIRED if row.approval else states.LAPSED
    return next((state for check, state in _NOW if check(row, now)), passed)
