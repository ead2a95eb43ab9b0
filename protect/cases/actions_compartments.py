"""The one path by which answers get into a case and out of it: compartment by compartment, sealed."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import select

from protect.access import rows as sealed_rows
from protect.access.errors import NotFound, NotReady, StepUpRequired
from protect.access.gate import Gate, Ref
from protect.access.opening import COMPARTMENT, Opening
from protect.access.rows import CompartmentRow
from protect.cases.facts import (
    ADMINISTRATIVE,
    ERASED,
    FOR_SAVING,
    KEPT_BY_ITSELF,
    NAMES,
    CodedFacts,
    by_compartment,
    compartment_of,
    full_name,
)
from protect.cases.identification import computed, reassessed
from protect.cases.models import CaseCompartment, CaseFile
from protect.vocab import COMPARTMENTS, load

NAMED_BY: Final = "identity"
PURPOSES: Final = {"supervisor": "supervision"}
AGE: Final = frozenset({"birth_date", "age_at_registration", "age_estimated", "age_assessment_status"})
on_saved: Final[list[Callable[[Gate, CodedFacts], None]]] = []  # the composition root adds whoever wants to know


class NobodyReads(NotReady):
    """Nobody of the agency has the key of a compartment, so nothing can be kept in it; `compartment` names it."""

    def __init__(self, compartment: str) -> None:
        super().__init__(compartment)
        self.compartment = compartment


class CaseErased(NotFound):
    """Nothing is left of the case but that it was."""


@dataclass
class OpenCase:
    """A case inside an action: its rows, and what of them this session may read; `closed` are left alone for now."""

    row: CaseFile
    rows: Sequence[CompartmentRow]
    values: dict[str, str]
    opening: Opening | None = None
    closed: frozenset[str] = frozenset()

    def require_open(self, compartment: str) -> None:
        """Go on only if what the compartment says was read, where it is this session's: StepUpRequired."""
        if compartment in self.closed:
            raise StepUpRequired(compartment)

    def part(self, name: str) -> CompartmentRow | None:
        """The compartment itself, not what was dropped in."""
        return next((row for row in self.rows if row.name == name and row.part == 0), None)


def purpose_of(gate: Gate) -> str:
    """Why this role opens cases."""
    return PURPOSES.get(gate.member.role, "assistance")


def compartments_of(gate: Gate, case_ids: Iterable[uuid.UUID], *names: str) -> Sequence[CaseCompartment]:
    """All rows of some cases, or those of the named compartments, what was dropped in later coming after."""
    statement = select(CaseCompartment).where(CaseCompartment.case_id.in_(list(case_ids)))
    if names:
        statement = statement.where(CaseCompartment.name.in_(names))
    return gate.db.scalars(statement.order_by(CaseCompartment.case_id, CaseCompartment.part)).all()


def names_in(rows: Iterable[CompartmentRow]) -> tuple[str, ...]:
    """Names of the fields that some rows keep; their values stay sealed."""
    return tuple(sorted({name for row in rows for name in sealed_rows.blobs(row)}))


def open_rows(
    gate: Gate,
    action: str,
    case: CaseFile,
    rows: Sequence[CompartmentRow],
    wanted: Iterable[str] | None = None,
    purpose: str = "",
) -> OpenCase:
    """Write what will be read and why, then read it: all fields this session has keys of, or the `wanted` ones.

    What is closed for now is left out: `require_open` says beforehand what may not be. Raises CaseErased.
    """
    require_there(case)
    closed = closed_now(gate)
    wanted = None if wanted is None else set(wanted)
    readable = [row for row in rows if row.name not in closed and gate.holds(row.name)]
    named = names_in(readable)
    names = named if wanted is None else tuple(sorted(wanted.intersection(named)))
    opening = gate.opening(action, [Ref("case", case.id)], fields=names, purpose=purpose or purpose_of(gate))
    opening.require_newest(COMPARTMENT, readable)
    values: dict[str, str] = {**case.administrative, "case_code": case.code, "case_status": case.status}
    for row in readable:
        values |= opening.fields(row, names)
    return OpenCase(case, rows, values, opening, closed)


def require_there(case: CaseFile) -> None:
    """Go on only if the case was not erased: CaseErased."""
    if case.status == ERASED:
        raise CaseErased("CaseFile")


def closed_now(gate: Gate) -> frozenset[str]:
    """The compartments that are this session's and want a second factor again."""
    return frozenset(name for name in COMPARTMENTS if gate.is_closed(name))


def require_open(gate: Gate, fields: Iterable[str]) -> None:
    """Go on only if none of these fields is kept in what is closed for now: StepUpRequired."""
    known = load().fields
    for name in sorted({known[field].compartment for field in fields if field in known} & closed_now(gate)):
        raise StepUpRequired(name)


def open_names(
    gate: Gate, action: str, case_ids: Sequence[uuid.UUID], rows: Iterable[CompartmentRow]
) -> dict[uuid.UUID, str]:
    """The full names of some cases under one entry; empty where this session has no key or nothing is kept."""
    opening = gate.opening(
        action, [Ref("case", case_id) for case_id in case_ids], fields=NAMES, purpose=purpose_of(gate)
    )
    readable = list(rows) if opening.holds(NAMED_BY) else []
    opening.require_newest(COMPARTMENT, readable)
    values: dict[uuid.UUID, dict[str, str]] = {}
    for row in readable:
        values.setdefault(row.case_id, {}).update(opening.fields(row, NAMES))
    return {case_id: full_name(found) for case_id, found in values.items()}


def open_to_change(gate: Gate, action: str, case: CaseFile, fields: Iterable[str]) -> OpenCase:
    """Read the fields that will be changed, and those that others are computed from or reported with.

    Of the latter, what is closed for now is left as it stands, unless a change bears on it: StepUpRequired.
    """
    fields = set(fields)
    coded = (field.name for field in load().fields_of("coded"))
    require_open(gate, fields | AGE if fields & AGE else fields)
    return open_rows(gate, action, case, compartments_of(gate, [case.id]), {*fields, *coded, *FOR_SAVING})


def save(gate: Gate, case: OpenCase, changes: Mapping[str, str]) -> None:
    """Seal the changes with everything computed from them. The caller records, and tells `tell_saved` at the end."""
    day = {**case.values, **changes}.get("registration_date")
    keep(gate, case, changes, date.fromisoformat(day) if day else gate.now().date())
    case.row.version += 1
    case.row.updated_at = gate.now()


def keep(gate: Gate, case: OpenCase, changes: Mapping[str, str], registered: date) -> None:
    """The same for a case whose row already says that it is new."""
    everything = {**case.values, **changes}
    bands = load().lists["age_group"].codes()
    facts = reassessed(everything) if case.closed else computed(everything, registered, bands)
    changes = {**changes, **{name: value for name, value in facts.items() if value != everything.get(name)}}
    writes = [_sealed(gate, case, name, values) for name, values in by_compartment(changes).items()]
    for write in writes:  # nothing is written before everything could be sealed
        write()
    case.values |= changes


def tell_saved(gate: Gate, case: OpenCase, *, agreed: bool) -> None:
    """Give the coded facts to whoever registered for them; a draft is nobody's business yet."""
    if case.row.status == "draft":
        return
    coded = {name: value for name, value in case.values.items() if compartment_of(name) == "coded"}
    for told in on_saved:
        told(gate, CodedFacts(case.row.id, case.row.coded_ref, case.row.person_code, coded, agreed))


def _sealed(gate: Gate, case: OpenCase, name: str, values: dict[str, str]) -> Callable[[], None]:
    """What writes the values into their compartment, once they are sealed. Raises NobodyReads."""
    if name == ADMINISTRATIVE:
        kept = {field: value for field, value in values.items() if field not in KEPT_BY_ITSELF}
        return partial(setattr, case.row, "administrative", {**case.row.administrative, **kept})
    row = case.part(name)
    if row is not None and gate.holds(name):
        return partial(_assign, row, gate.seals.change(row, values))
    part = 0 if gate.holds(name) else 1 + max((one.part for one in case.rows if one.name == name), default=0)
    try:
        sealed = gate.seals.compartment(case.row.id, name, values, part=part)
    except NotReady as error:
        raise NobodyReads(name) from error
    return partial(_add, gate, case, CaseCompartment(**sealed.columns(), unit_id=case.row.unit_id))


def _assign(row: CompartmentRow, columns: Mapping[str, Any]) -> None:
    for column, value in columns.items():
        setattr(row, column, value)


def _add(gate: Gate, case: OpenCase, row: CaseCompartment) -> None:
    gate.db.add(row)
    case.rows = [*case.rows, row]
