"""Which emergency openings a person is told of: asked of them, their own, of their office, or all of the agency."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select

from protect.access import emergency
from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.access.models import EmergencyOpening, Member
from protect.access.policy import policy
from protect.cases import emergency as states
from protect.cases.emergency import EmergencyView
from protect.cases.models import CaseFile
from protect.directory.actions_members import units

TOLD: Final = timedelta(days=7)  # for so long an office reads on its first page that somebody opened a case of it
LISTED: Final = timedelta(days=90)


def list_openings(gate: Gate) -> tuple[EmergencyView, ...]:
    """Those of the last months that concern the actor, and every one that nobody has reviewed; the newest first."""
    gate.permit("approval:read")
    now = emergency.database_now(gate)
    return _views(gate, _of_concern(gate, _rows(gate, now - LISTED), now), now)


def waiting_now(gate: Gate) -> tuple[tuple[str, int], ...]:
    """What of them waits for the actor or is told, with how many; nothing for whom it does not concern."""
    if not gate.allows("approval:read"):
        return ()
    now = emergency.database_now(gate)
    rows = _of_concern(gate, _rows(gate, now - TOLD), now)
    kinds = (("decide", _is_to_decide), ("mine", _is_mine), ("review", _is_to_review), ("told", _is_told))
    counted = ((kind, sum(is_one(gate, row, now) for row in rows)) for kind, is_one in kinds)
    return tuple(one for one in counted if one[1])


def row_of(gate: Gate, row: EmergencyOpening) -> EmergencyView:
    """One row with its reason in words, which is an entry of the trail.

    Raises NotFound for whom it does not concern,
    StepUpRequired for who decides or reviews and has to open the reason again.
    """
    if not _of_concern(gate, [row], emergency.database_now(gate)):
        raise NotFound("EmergencyOpening")
    view = one_of(gate, row)
    if view.may_decide or view.may_review:
        gate.holds(emergency.KEPT_IN)  # whoever is about to decide reads why first
    return replace(view, why=(emergency.why_of(gate, row) or "") if _sees_code(gate, row) else "")


def one_of(gate: Gate, row: EmergencyOpening) -> EmergencyView:
    """One row, nothing opened."""
    (view,) = _views(gate, [row], emergency.database_now(gate))
    return view


def named(gate: Gate, rows: Sequence[EmergencyOpening]) -> Mapping[uuid.UUID, tuple[str, uuid.UUID]]:
    """Code and office of these cases as the cases say themselves: what a request says of them, nobody signed."""
    if not rows:
        return {}
    columns, wanted = (CaseFile.id, CaseFile.code, CaseFile.unit_id), {row.case_id for row in rows}
    with emergency.whole_agency(gate) as db:
        found = db.execute(select(*columns).where(CaseFile.id.in_(wanted))).all()
    return {one.id: (one.code, one.unit_id) for one in found}


def _rows(gate: Gate, since: datetime) -> Sequence[EmergencyOpening]:
    row = EmergencyOpening
    unreviewed = and_(row.approval.is_not(None), row.reviewed_at.is_(None))
    query = select(row).where(row.agency_id == gate.member.agency_id, or_(row.asked_at > since, unreviewed))
    return gate.db.scalars(query.order_by(row.asked_at.desc())).all()


def _of_concern(gate: Gate, rows: Sequence[EmergencyOpening], now: datetime) -> Sequence[EmergencyOpening]:
    """A role that works in one office sees what is asked of it, its own part, and what was opened of its office."""
    if not rows or not policy().by_unit(gate.member.role):
        return rows
    mine = CaseFile.id.in_({row.case_id for row in rows}), CaseFile.unit_id == gate.member.unit_id
    own = set(gate.db.scalars(select(CaseFile.id).where(*mine)))

    def concerns(row: EmergencyOpening) -> bool:
        took_part = gate.member.member_id in (row.asked_by, row.decided_by)
        opened = row.approval is not None and row.case_id in own
        return took_part or opened or _is_to_decide(gate, row, now)

    return [row for row in rows if concerns(row)]


def may_end(gate: Gate, row: EmergencyOpening, now: datetime) -> bool:
    """Whether the actor may close it, or withdraw it while it waits."""
    if emergency.is_waiting(row, now):
        return gate.member.member_id == row.asked_by
    return gate.member.member_id in (row.asked_by, row.decided_by) or gate.allows("emergency:review", row)


def _is_to_decide(gate: Gate, row: EmergencyOpening, now: datetime) -> bool:
    other = row.asked_by != gate.member.member_id
    return other and emergency.is_waiting(row, now) and gate.allows("emergency:decide", row)


def _is_mine(gate: Gate, row: EmergencyOpening, now: datetime) -> bool:
    return row.asked_by == gate.member.member_id and emergency.is_live(row, now)


def _is_to_review(gate: Gate, row: EmergencyOpening, now: datetime) -> bool:
    others = gate.member.member_id not in (row.asked_by, row.decided_by)
    over = row.approval is not None and row.reviewed_at is None and not emergency.is_live(row, now)
    return others and over and gate.allows("emergency:review", row)


def _is_told(gate: Gate, row: EmergencyOpening, now: datetime) -> bool:
    """A use that the actor had no part in, and that is not theirs to review now."""
    others = gate.member.member_id not in (row.asked_by, row.decided_by)
    return others and row.approval is not None and not _is_to_review(gate, row, now)


def _sees_code(gate: Gate, row: EmergencyOpening) -> bool:
    """Who may open the case anyway, or takes part, or is asked to."""
    return gate.allows("case:open", row) or gate.allows("emergency:decide", row)


def _views(gate: Gate, rows: Sequence[EmergencyOpening], now: datetime) -> tuple[EmergencyView, ...]:
    ids = {one for row in rows for one in (row.asked_by, row.decided_by, row.reviewed_by) if one}
    names = {one.id: one.display_name for one in gate.db.scalars(select(Member).where(Member.id.in_(ids)))}
    offices, cases = dict(units(gate)), named(gate, rows)

    def name(member_id: uuid.UUID | None) -> str:
        return names.get(member_id, "") if member_id else ""

    def view(row: EmergencyOpening) -> EmergencyView:
        code, unit_id = cases[row.case_id]
        return _view(gate, row, now, name, (code, offices.get(str(unit_id), "")))

    return tuple(view(row) for row in rows)


def _view(
    gate: Gate, row: EmergencyOpening, now: datetime, name: Callable[[uuid.UUID | None], str], case: tuple[str, str]
) -> EmergencyView:
    state, (code, office) = _state(row, now), case
    return EmergencyView(
        id=row.id, case_id=row.case_id, state=state, code=code if _sees_code(gate, row) else "",
        office=office, asked_by=name(row.asked_by), asked_at=row.asked_at, reason=row.reason, why="",
        decided_by=name(row.decided_by), decided_at=row.decided_at, until=row.until, ended_at=row.ended_at,
        reviewed_by=name(row.reviewed_by), reviewed_at=row.reviewed_at, finding=row.finding or "",
        mine=row.asked_by == gate.member.member_id, may_decide=_is_to_decide(gate, row, now),
        may_end=state in (states.WAITING, states.OPEN) and may_end(gate, row, now),
        may_review=_is_to_review(gate, row, now),
    )  # fmt: skip


def _state(row: EmergencyOpening, now: datetime) -> str:
    if row.reviewed_at is not None:
        return states.REVIEWED
    if row.approval is not None:
        return states.OPEN if emergency.is_live(row, now) else states.OVER
    if row.decided_at is not None:
        return states.REFUSED
    if row.ended_at is not None:
        return states.WITHDRAWN
    return states.WAITING if emergency.is_waiting(row, now) else states.LAPSED
