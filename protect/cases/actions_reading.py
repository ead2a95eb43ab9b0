"""Reading cases together with what is sealed of them: one statement for a page or a case, columns before objects."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Select, and_, bindparam, select

from protect.access.gate import Gate
from protect.access.rows import CompartmentRow
from protect.cases.facts import ERASED
from protect.cases.models import CaseCompartment, CaseFile
from protect.store.sealed import Sealed


class SealedPart(NamedTuple):
    """A row of a compartment that is only read: as a `CompartmentRow` it differs in that nothing can be assigned."""

    case_id: uuid.UUID
    agency_id: uuid.UUID
    name: str
    part: int
    key_version: int
    wrap: str
    wrapped_key: Sealed
    commitment: bytes
    generation: int
    manifest: bytes
    fields: Sealed


class ListedRow(NamedTuple):
    """What a list shows of a case without opening anything."""

    id: uuid.UUID
    code: str
    status: str
    urgent: bool
    opened_at: datetime
    updated_at: datetime
    owner_id: uuid.UUID


LISTED: Final = tuple(getattr(CaseFile, name) for name in ListedRow._fields)
PARTS: Final = tuple(getattr(CaseCompartment, name) for name in SealedPart._fields[2:])
NOT_NAMED: Final = PARTS[1:]  # for rows of one compartment
ORDER: Final = (CaseFile.urgent.desc(), CaseFile.opened_at.desc(), CaseFile.id)


def _page() -> Select[Any]:
    there = select(*LISTED).where(CaseFile.status != ERASED)
    return there.order_by(*ORDER).limit(bindparam("size")).offset(bindparam("start"))


def _page_with_parts() -> Select[Any]:
    page = _page().subquery("page")
    named = and_(CaseCompartment.case_id == page.c.id, CaseCompartment.name == bindparam("name"))
    order = (page.c.urgent.desc(), page.c.opened_at.desc(), page.c.id, CaseCompartment.part)
    return select(page, *NOT_NAMED).outerjoin(CaseCompartment, named).order_by(*order)


def _case_with_parts() -> Select[Any]:
    joined = select(CaseFile, *PARTS).outerjoin(CaseCompartment, CaseCompartment.case_id == CaseFile.id)
    return joined.where(CaseFile.id == bindparam("case_id")).order_by(CaseCompartment.name, CaseCompartment.part)


Rows = Sequence[CompartmentRow]
# Each is one object, so that what it touches is looked up once: protect/store/scope.py.
PAGE: Final = _page()
PAGE_WITH_PARTS: Final = _page_with_parts()
CASE_WITH_PARTS: Final = _case_with_parts()


def page_of_cases(gate: Gate, start: int, size: int) -> list[ListedRow]:
    """A page of the cases within reach, the urgent first, then the newest."""
    return [ListedRow(*row) for row in gate.db.execute(PAGE, {"start": start, "size": size})]


def page_with_parts(gate: Gate, start: int, size: int, name: str) -> tuple[list[ListedRow], Rows]:
    """The same page, and the rows of one compartment of its cases, what was dropped in later coming after."""
    agency_id, width = gate.member.agency_id, len(LISTED)  # a row of another agency would not open
    cases: dict[uuid.UUID, ListedRow] = {}
    parts = []
    for row in gate.db.execute(PAGE_WITH_PARTS, {"start": start, "size": size, "name": name}):
        case_id = row[0]
        if case_id not in cases:
            cases[case_id] = ListedRow(*row[:width])
        if row[width] is not None:
            parts.append(SealedPart(case_id, agency_id, name, *row[width:]))
    return list(cases.values()), cast("Rows", parts)


def parts_of_cases(gate: Gate, case_ids: Sequence[uuid.UUID]) -> Rows:
    """All rows of the compartments of some cases, what was dropped in later coming after."""
    order = (CaseCompartment.case_id, CaseCompartment.name, CaseCompartment.part)
    query = select(CaseCompartment.case_id, *PARTS).where(CaseCompartment.case_id.in_(list(case_ids)))
    agency_id = gate.member.agency_id  # a row of another agency would not open
    parts = [SealedPart(row[0], agency_id, *row[1:]) for row in gate.db.execute(query.order_by(*order))]
    return cast("Rows", parts)


def case_with_parts(gate: Gate, case_id: uuid.UUID) -> tuple[CaseFile | None, Rows]:
    """A case within reach and all rows of its compartments. `gate.find` asks no second time while the case is held."""
    rows = gate.db.execute(CASE_WITH_PARTS, {"case_id": case_id}).all()
    agency_id = gate.member.agency_id
    parts = [SealedPart(case_id, agency_id, *row[1:]) for row in rows if row[1] is not None]
    return (rows[0][0] if rows else None), cast("Rows", parts)
