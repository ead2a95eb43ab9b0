"""Changing what a case says, one compartment at a time, without losing what somebody else changed meanwhile."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.cases.actions_compartments import OpenCase, open_to_change, save, tell_saved
from protect.cases.actions_consent import statistics_agreed
from protect.cases.actions_search import change_in_search
from protect.cases.facts import ADMINISTRATIVE, NAMES, compartment_of, is_child, is_urgent
from protect.cases.models import CaseFile

SEARCHED = frozenset({*NAMES, "birth_date"})


@dataclass(frozen=True)
class Difference:
    """A field that two people answered differently."""

    field: str
    theirs: str
    mine: str


class EditConflict(Conflict):
    """Somebody saved the case after the form was made; `differences` are for a human to decide."""

    def __init__(self, version: int, differences: tuple[Difference, ...]) -> None:
        super().__init__("case")
        self.version = version  # of the case, for the answer of that human
        self.differences = differences


@dataclass(frozen=True)
class EditableCompartment:
    """What a form needs to change a compartment. `values` is empty where one may add and not read."""

    case_id: uuid.UUID
    code: str
    name: str
    version: int
    values: Mapping[str, str]
    readable: bool
    child: bool


def editable(gate: Gate, case_id: uuid.UUID, name: str, fields: Iterable[str]) -> EditableCompartment:
    """The compartment as it stands, opened for a form that asks `fields`."""
    row = gate.find(CaseFile, case_id, "case:edit")
    fields = tuple(fields)
    case = open_to_change(gate, "case:edit", row, fields)
    values = {field: case.values[field] for field in fields if field in case.values}
    return EditableCompartment(
        row.id, row.code, name, _version(case, name), values, readable(gate, name), is_child(case.values)
    )


def edit_compartment(
    gate: Gate, case_id: uuid.UUID, name: str, changes: Mapping[str, str], expected_version: int | None
) -> int:
    """Save the answers to fields of one compartment and say its new version. An empty answer empties the field.

    Raises EditConflict if the compartment has another version by now and says something else than these answers.
    """
    row = gate.find(CaseFile, case_id, "case:edit", lock=True)
    case = open_to_change(gate, "case:edit", row, changes)
    own = {field: value for field, value in changes.items() if compartment_of(field) == name}
    stale = readable(gate, name) and expected_version != _version(case, name)
    keep_answers(gate, case, own, stale=stale)
    return _version(case, name)


def answer(gate: Gate, case_id: uuid.UUID, answers: Mapping[str, str], expected_version: int | None) -> None:
    """Save answers to fields of any compartment. Raises EditConflict if the case has another version by now."""
    row = gate.find(CaseFile, case_id, "case:edit", lock=True)
    case = open_to_change(gate, "case:edit", row, answers)
    keep_answers(gate, case, answers, stale=expected_version != row.version)


def keep_answers(gate: Gate, case: OpenCase, answers: Mapping[str, str], *, stale: bool) -> None:
    """Save what of the answers is new, unless it would overwrite what the person who answered had not seen."""
    changes = {name: value for name, value in answers.items() if value != _known(gate, case, name)}
    if not changes:
        return
    if stale:
        differences = (Difference(name, case.values.get(name, ""), value) for name, value in changes.items())
        raise EditConflict(case.row.version, tuple(differences))
    save(gate, case, changes)
    if not case.closed:  # with it goes what says how urgent it is
        case.row.urgent = is_urgent(case.values)
    if SEARCHED & changes.keys():
        change_in_search(gate, case)
    gate.record("case:save", Ref("case", case.row.id), fields=sorted(changes), generation=case.row.version)
    tell_saved(gate, case, agreed=statistics_agreed(gate, case.row.id))


def readable(gate: Gate, name: str) -> bool:
    """Whether this session can read what a compartment says already."""
    return name == ADMINISTRATIVE or gate.holds(name)


def _known(gate: Gate, case: OpenCase, name: str) -> str:
    """What a field says now; nothing where nobody here can read, so that every answer given is new."""
    return case.values.get(name, "") if readable(gate, compartment_of(name)) else ""


def _version(case: OpenCase, name: str) -> int:
    """Version of a compartment; the plain columns go by the version of the case. 0: not begun yet."""
    if name == ADMINISTRATIVE:
        return case.row.version
    part = case.part(name)
    return part.generation if part else 0
