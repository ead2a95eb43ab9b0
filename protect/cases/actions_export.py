"""Cases as a file: asking for it, the words that will open it, and the file itself, once two people agreed."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, func, select

from protect.access import approvals, export
from protect.access.approvals import EXPORT, Wanted
from protect.access.export import WordsRefused
from protect.access.gate import Gate, Ref
from protect.access.models_approval import Approval
from protect.access.opening import COMPARTMENT
from protect.access.policy import policy
from protect.cases import actions_approvals
from protect.cases.actions_approvals_list import view
from protect.cases.actions_compartments import names_in, require_there
from protect.cases.actions_reading import parts_of_cases
from protect.cases.approvals import ApprovalView
from protect.cases.exporting.columns import exported
from protect.cases.exporting.content import Occasion, files
from protect.cases.facts import ERASED
from protect.cases.models import CaseFile
from protect.directory.actions import agency_names
from protect.vocab import COMPARTMENTS

__all__ = ["WordsRefused", "ask", "fetch", "offer", "reach"]

ACTION: Final = "case:export"
PURPOSE: Final = "export"
PIECE: Final = 200  # cases of one entry


class NothingToExport(Exception):
    """There is no case yet."""


@dataclass(frozen=True)
class Reach:
    """What would leave: one case by its code, or so many of the office or, with `whole`, of the agency."""

    code: str
    count: int
    whole: bool


@dataclass(frozen=True)
class Offer:
    """What waits to be fetched: the words that will open it, and the note that brings them back."""

    approval: ApprovalView
    words: tuple[str, ...]
    note: str


def reach(gate: Gate, case_id: uuid.UUID | None) -> Reach:
    """What the actor would ask for; nothing is opened. Raises NothingToExport."""
    if case_id:
        return Reach(_one(gate, case_id).code, 1, whole=False)
    gate.permit(ACTION)
    unit_id = _unit(gate)
    count = gate.db.scalar(select(func.count()).select_from(CaseFile).where(*_within(gate, unit_id))) or 0
    if not count:
        raise NothingToExport
    return Reach("", count, whole=unit_id is None)


def ask(gate: Gate, case_id: uuid.UUID | None, reason: str, why: str, once: uuid.UUID | None = None) -> uuid.UUID:
    """Ask that one case, or all within the actor's reach, may leave. Raises NothingToExport, StepUpRequired.

    Where the same waits already, that is the answer.
    """
    found = reach(gate, case_id)
    unit_id = _one(gate, case_id).unit_id if case_id else _unit(gate)
    try:
        return actions_approvals.ask(gate, Wanted(EXPORT, case_id, unit_id, found.count, reason), why, once)
    except actions_approvals.AlreadyAsked as earlier:
        return earlier.approval_id


def offer(gate: Gate, approval_id: uuid.UUID) -> Offer:
    """Fresh words for a file that may be fetched now. Raises NotFound as `approvals.use` does, StepUpRequired."""
    row = _usable(gate, approval_id)
    words, note = export.draw_words(gate, row.id)
    gate.record("export:words", Ref("approval", row.id), purpose=PURPOSE)
    return Offer(view(gate, row), words, note)


def fetch(gate: Gate, approval_id: uuid.UUID, note: str) -> bytes:
    """The file, sealed with exactly the words that were shown. It can be fetched again until the approval's end.

    Raises WordsRefused besides what `offer` raises, and Conflict where more cases are there than two people signed for.
    """
    row = _usable(gate, approval_id)
    words = export.words_of(gate, row.id, note)
    cases = _covered(gate, row)
    export.let_through(gate, row, [case.id for case in cases])
    opened = [values for piece in _pieces(cases) for values in _opened(gate, piece)]
    agency = agency_names(gate, [row.agency_id])[row.agency_id]
    sealed = export.seal(words, files(opened, Occasion(agency, gate.now().date(), _open_compartments(gate))))
    gate.record("export:fetch", Ref("approval", row.id), purpose=PURPOSE)
    return sealed


def _usable(gate: Gate, approval_id: uuid.UUID) -> Approval:
    """The approval, for who proved a second factor a moment ago and has open all that the role opens."""
    gate.permit(ACTION)
    gate.require_fresh()
    _open_compartments(gate)
    return approvals.use(gate, approval_id, EXPORT)


def _open_compartments(gate: Gate) -> frozenset[str]:
    return frozenset(name for name in COMPARTMENTS if gate.holds(name))


def _one(gate: Gate, case_id: uuid.UUID) -> CaseFile:
    case = gate.find(CaseFile, case_id, ACTION)
    require_there(case)
    return case


def _unit(gate: Gate) -> uuid.UUID | None:
    return gate.member.unit_id if policy().by_unit(gate.member.role) else None


def _within(gate: Gate, unit_id: uuid.UUID | None) -> tuple[ColumnElement[bool], ...]:
    own = (CaseFile.unit_id == unit_id,) if unit_id else ()
    return (CaseFile.agency_id == gate.member.agency_id, CaseFile.status != ERASED, *own)


def _covered(gate: Gate, row: Approval) -> Sequence[CaseFile]:
    """The cases that two people spoke of: the one, or those that were there when it was asked for."""
    if row.case_id:
        return [_one(gate, row.case_id)]
    then = (*_within(gate, row.unit_id), CaseFile.opened_at <= row.asked_at)
    return gate.db.scalars(select(CaseFile).where(*then).order_by(CaseFile.code)).all()


def _pieces(cases: Sequence[CaseFile]) -> Iterator[list[CaseFile]]:
    rest = iter(cases)
    while piece := list(islice(rest, PIECE)):
        yield piece


def _opened(gate: Gate, cases: Sequence[CaseFile]) -> Iterator[Mapping[str, str]]:
    """What may leave of some cases, and nothing else is opened; their entry is committed first."""
    rows = [row for row in parts_of_cases(gate, [case.id for case in cases]) if gate.holds(row.name)]
    names = sorted({field.name for field in exported()}.intersection(names_in(rows)))
    opening = gate.opening(ACTION, [Ref("case", case.id) for case in cases], fields=names, purpose=PURPOSE)
    opening.require_newest(COMPARTMENT, rows)
    values = {case.id: {**case.administrative, "case_code": case.code, "case_status": case.status} for case in cases}
    for row in rows:
        values[row.case_id] |= opening.fields(row, names)
    return iter(values.values())
