"""Closing a case, with the day and the reason, and opening it again: its answers stay as they are."""

import uuid
from collections.abc import Mapping
from typing import Final

from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.cases.actions_compartments import open_to_change
from protect.cases.actions_edit import EditableCompartment, keep_answers
from protect.cases.facts import CLOSED, is_child
from protect.cases.models import CaseFile

ASKED: Final[tuple[str, ...]] = ("case_closure_date", "case_closure_reason", "case_closure_details")
REFERRED: Final = "transferred"  # the reason after which it counts as closed by a referral


def before(gate: Gate, case_id: uuid.UUID) -> EditableCompartment:
    """What was answered about its end before. Raises Conflict where it is closed already."""
    row = gate.find(CaseFile, case_id, "case:edit")
    _require(row, closed=False)
    case = open_to_change(gate, "case:edit", row, ASKED)
    values = {name: case.values[name] for name in ASKED if name in case.values}
    child = is_child(case.values)
    return EditableCompartment(row.id, row.code, "", row.version, values, readable=True, child=child)


def close(gate: Gate, case_id: uuid.UUID, answers: Mapping[str, str], expected_version: int | None) -> None:
    """Close the case. Raises EditConflict if somebody saved it meanwhile, Conflict where it is closed already."""
    row = gate.find(CaseFile, case_id, "case:edit", lock=True)
    _require(row, closed=False)
    case = open_to_change(gate, "case:edit", row, answers)
    keep_answers(gate, case, answers, stale=expected_version != row.version)
    _set(gate, row, "closed_referred" if answers.get("case_closure_reason") == REFERRED else "closed", "case:close")


def reopen(gate: Gate, case_id: uuid.UUID) -> None:
    """Open a closed case again. Raises Conflict where it is not closed; a request to erase it is never met then."""
    row = gate.find(CaseFile, case_id, "case:edit", lock=True)
    _require(row, closed=True)
    _set(gate, row, "reopened", "case:reopen")


def _require(row: CaseFile, *, closed: bool) -> None:
    if (row.status in CLOSED) is not closed:
        raise Conflict("case")


def _set(gate: Gate, row: CaseFile, status: str, action: str) -> None:
    row.status = status
    row.version += 1
    row.updated_at = gate.now()
    gate.record(action, Ref("case", row.id), generation=row.version)
