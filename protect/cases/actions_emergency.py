"""Break-glass: asking that a case of another office opens, agreeing, reading it, ending it, reviewing it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select

from protect.access import emergency
from protect.access.emergency import PURPOSE
from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.access.models import EmergencyOpening, Member
from protect.access.second import require_second
from protect.cases.actions import CaseView, show_case
from protect.cases.actions_emergency_list import may_end, named, one_of, row_of
from protect.cases.code import squeezed
from protect.cases.emergency import EmergencyView
from protect.cases.facts import ERASED
from protect.cases.models import CaseFile
from protect.vault.errors import CiphertextRejected, Reason

AT_ONCE: Final = 3  # requests and openings of one person


class CaseUnknown(Exception):
    """No case of the agency has this code."""


class CaseInReach(Exception):
    """The case belongs to the actor's own office: it opens without anybody's help."""


class ReviewOverdue(Exception):
    """An earlier use was not reviewed in time, or too many are under way: no other can be asked for."""


@dataclass(frozen=True)
class Asked:
    """What somebody fills in who needs a case of another office now."""

    code: str
    reason: str
    why: str


@dataclass(frozen=True)
class EmergencyCase:
    """The case that opened, and what says until when."""

    case: CaseView
    opening: EmergencyView


def ask(gate: Gate, asked: Asked, once: uuid.UUID | None = None) -> uuid.UUID:
    """Sign a request for one case by its code. Raises CaseUnknown, CaseInReach, ReviewOverdue."""
    gate.permit("emergency:open")
    gate.require_fresh()
    earlier = gate.once(once) if once else None
    if earlier:
        return uuid.UUID(earlier.rpartition("/")[2])
    _require_reviewed(gate)
    case_id, unit_id, code = _find(gate, asked.code)
    row = emergency.sign_request(gate, case_id, asked.reason, asked.why)
    row.unit_id, row.case_code = unit_id, code
    gate.db.add(row)
    gate.db.flush()
    gate.record_said("emergency:ask", asked.why, Ref("case", case_id), PURPOSE)
    if once:
        gate.done(once, f"/urgences/{row.id}")
    return row.id


def approve(gate: Gate, opening_id: uuid.UUID, hours: int) -> None:
    """Agree, as the second person, for so many hours. Raises Conflict when it was decided, withdrawn or too late."""
    row = _to_decide(gate, opening_id)
    _require_named(gate, row)
    try:
        emergency.approve(gate, row, timedelta(hours=hours))
    except CiphertextRejected as error:
        if error.reason is Reason.REVOKED:  # whoever asked has no access any more
            raise Conflict("emergency") from None
        raise
    gate.record("emergency:approve", Ref("case", row.case_id), purpose=PURPOSE)


def refuse(gate: Gate, opening_id: uuid.UUID) -> None:
    """Say no, as the second person. Raises Conflict as `approve` does."""
    row = _to_decide(gate, opening_id)
    row.decided_by, row.decided_at = gate.member.member_id, emergency.database_now(gate)
    gate.record("emergency:refuse", Ref("case", row.case_id), purpose=PURPOSE)


def end(gate: Gate, opening_id: uuid.UUID) -> None:
    """Close the case before its time: who asked, who agreed, or who reviews. A request is its asker's to withdraw.

    What is over already stays as it ended.
    """
    row = gate.find(EmergencyOpening, opening_id, "approval:read", lock=True)
    now = emergency.database_now(gate)
    if not may_end(gate, row, now):
        gate.refuse("approval:read", row)
    if emergency.is_waiting(row, now) or emergency.is_live(row, now):
        row.ended_by, row.ended_at = gate.member.member_id, now
        gate.record("emergency:end", Ref("case", row.case_id), purpose=PURPOSE)


def open_case(gate: Gate, opening_id: uuid.UUID) -> EmergencyCase:
    """The case that opened, for reading; each reading is an entry of the trail. Raises NotFound once it is over."""
    gate.permit("emergency:open")
    row = gate.find(EmergencyOpening, opening_id, "approval:read")
    _require_named(gate, row)
    emergency.enter(gate, row)
    case = show_case(gate, row.case_id, by="emergency:open", purpose=PURPOSE)
    return EmergencyCase(case, one_of(gate, row))


def review(gate: Gate, opening_id: uuid.UUID, finding: str, why: str) -> None:
    """Say what was found, as a third person; what it was asked for is kept in the trail alone from then on.

    Raises Conflict while the case is open, where it never opened, and when it was reviewed meanwhile.
    """
    row = gate.find(EmergencyOpening, opening_id, "emergency:review", lock=True)
    require_second(gate, "emergency:review", frozenset({row.asked_by, row.decided_by or row.asked_by}), row)
    now = emergency.database_now(gate)
    if row.approval is None or row.reviewed_at is not None or emergency.is_live(row, now):
        raise Conflict("emergency")
    row.reviewed_by, row.reviewed_at, row.finding, row.why = gate.member.member_id, now, finding, None
    gate.record_said("emergency:review", f"{finding}: {why}", Ref("case", row.case_id), PURPOSE)


def show(gate: Gate, opening_id: uuid.UUID) -> EmergencyView:
    """One of them, with its reason in words for who may read it. NotFound for whom it does not concern."""
    row = gate.find(EmergencyOpening, opening_id, "approval:read")
    return row_of(gate, row)


def _to_decide(gate: Gate, opening_id: uuid.UUID) -> EmergencyOpening:
    row = gate.find(EmergencyOpening, opening_id, "emergency:decide", lock=True)
    require_second(gate, "emergency:decide", frozenset({row.asked_by}), row)
    if not emergency.is_waiting(row, emergency.database_now(gate)):
        raise Conflict("emergency")
    return row


def _require_named(gate: Gate, row: EmergencyOpening) -> None:
    """Go on only if the request names its case as the case names itself; else CiphertextRejected."""
    if named(gate, [row]).get(row.case_id) != (row.case_code, row.unit_id):
        raise CiphertextRejected(Reason.CONTEXT)


def _find(gate: Gate, code: str) -> tuple[uuid.UUID, uuid.UUID, str]:
    """The case of that code, in whichever office. Who tries codes leaves an entry for each, and meets the limit."""
    wanted = squeezed(code)
    gate.admit(frozenset({f"code {wanted}"}))
    with emergency.whole_agency(gate) as db:
        plain, columns = func.replace(CaseFile.code, "-", ""), (CaseFile.id, CaseFile.unit_id, CaseFile.code)
        there = select(*columns).where(plain == wanted, CaseFile.status != ERASED)
        found = db.execute(there).one_or_none()
    if found is None:
        gate.record_refused("emergency:ask")
        raise CaseUnknown
    if found.unit_id == gate.member.unit_id:
        raise CaseInReach
    return found.id, found.unit_id, found.code


def _require_reviewed(gate: Gate) -> None:
    now: datetime = emergency.database_now(gate)
    row = EmergencyOpening
    gate.db.execute(select(Member.id).where(Member.id == gate.member.member_id).with_for_update(key_share=True))
    late = now - timedelta(days=gate.settings.emergency_review_days)
    overdue = and_(row.approval.is_not(None), row.reviewed_at.is_(None), row.until < late)
    waits = and_(row.decided_at.is_(None), row.asked_at > now - emergency.WAITS)
    busy = and_(row.ended_at.is_(None), or_(waits, row.until > now))
    mine = row.asked_by == gate.member.member_id
    late_ones, busy_ones = gate.db.execute(
        select(func.count().filter(overdue), func.count().filter(busy)).select_from(row).where(mine)
    ).one()
    if late_ones or busy_ones >= AT_ONCE:
        gate.record_refused("emergency:ask")
        raise ReviewOverdue
