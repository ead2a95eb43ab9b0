"""Looking at cases: the list of one's office, the page of one case, and the facts that a referral is made of."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from protect.access.gate import Gate
from protect.access.rows import CompartmentRow
from protect.cases.actions_compartments import (
    NAMED_BY,
    compartments_of,
    on_saved,
    open_names,
    open_rows,
    require_open,
    require_there,
)
from protect.cases.actions_consent import consents_of
from protect.cases.actions_reading import ListedRow, case_with_parts, page_of_cases, page_with_parts
from protect.cases.consents import ConsentRecord
from protect.cases.facts import CLOSED as CLOSED_CASE
from protect.cases.facts import ERASED, CodedFacts, full_name
from protect.cases.models import CaseFile
from protect.directory.actions import services_by_id
from protect.vocab import COMPARTMENTS, load

__all__ = ["CodedFacts", "case_facts", "consents_of", "list_cases", "on_saved", "show_case"]

PAGE: Final = 50
HEALTH: Final = "health"
CLOSED: Final = "closed"


@dataclass(frozen=True)
class ListedCase:
    """One line of the list. `name` is None until names are opened, and empty where there is none."""

    id: uuid.UUID
    code: str
    status: str
    urgent: bool
    opened_at: datetime
    updated_at: datetime
    mine: bool
    name: str | None = None


@dataclass(frozen=True)
class CaseList:
    """One page of the list, the urgent first, then the newest."""

    cases: tuple[ListedCase, ...]
    page: int
    pages: int
    total: int
    named: bool


@dataclass(frozen=True)
class CompartmentView:
    """A compartment as this person may see it; `why` says why it is locked: role, health, or closed for now."""

    name: str
    locked: bool
    why: str
    values: Mapping[str, str]
    version: int
    dropped: int  # how often somebody added to it who cannot read it


@dataclass(frozen=True)
class CaseView:
    """A case as this person may see it."""

    id: uuid.UUID
    code: str
    status: str
    urgent: bool
    name: str
    opened_at: datetime
    updated_at: datetime
    version: int
    majority: str
    assessment: str
    administrative: Mapping[str, str]
    compartments: tuple[CompartmentView, ...]
    consents: tuple[ConsentRecord, ...]
    services: Mapping[uuid.UUID, str]  # names of those that consents name
    may_edit: bool
    may_withdraw: bool
    may_erase: bool
    may_export: bool

    @property
    def is_closed(self) -> bool:
        """Whether parts of it want a second factor again."""
        return any(part.why == CLOSED for part in self.compartments)

    @property
    def is_ended(self) -> bool:
        """Whether the case itself was closed."""
        return self.status in CLOSED_CASE

    @property
    def is_draft(self) -> bool:
        """Whether the intake is not finished."""
        return self.status == "draft"


def list_cases(gate: Gate, page: int = 1, *, names: bool = False) -> CaseList:
    """A page of the cases within reach. Names are opened only when asked for, with one entry for the whole page."""
    gate.permit("case:list")
    total = gate.db.scalar(select(func.count()).select_from(CaseFile).where(CaseFile.status != ERASED)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    start, named = (page - 1) * PAGE, names and gate.holds(NAMED_BY)
    rows, parts = page_with_parts(gate, start, PAGE, NAMED_BY) if named else (page_of_cases(gate, start, PAGE), [])
    opened = open_names(gate, "case:list", [row.id for row in rows], parts) if names and rows else {}
    listed = (_listed(gate, row, opened.get(row.id, "") if named else None) for row in rows)
    return CaseList(tuple(listed), page, pages, total, named)


def show_case(gate: Gate, case_id: uuid.UUID, *, by: str = "case:open", purpose: str = "") -> CaseView:
    """A whole case: compartments with keys opened, the others locked and why, and the consents."""
    gate.permit(by)
    _held, parts = case_with_parts(gate, case_id)
    row = gate.find(CaseFile, case_id, by)
    case = open_rows(gate, by, row, parts, purpose=purpose)
    values, consents = case.values, consents_of(gate, case_id, case.opening)
    return CaseView(
        id=row.id, code=row.code, status=row.status, urgent=row.urgent, name=full_name(values),
        opened_at=row.opened_at, updated_at=row.updated_at, version=row.version,
        majority=values.get("majority_status", "unknown"), assessment=values.get("amp_assessment", ""),
        administrative=dict(row.administrative),
        compartments=tuple(_view(gate, name, case.rows, values) for name in COMPARTMENTS),
        consents=consents, services=_service_names(gate, consents),
        may_edit=gate.allows("case:edit", row), may_withdraw=gate.allows("consent:withdraw", row),
        may_erase=gate.allows("case:erase", row),
        may_export=gate.allows("case:export", row),
    )  # fmt: skip


def case_facts(
    gate: Gate, case_id: uuid.UUID, fields: Iterable[str], *, action: str = "case:open", purpose: str = ""
) -> dict[str, str]:
    """The values of some fields of a case, as far as this session can open them; those never answered are absent."""
    row = gate.find(CaseFile, case_id, "case:open")
    wanted = set(fields)
    require_open(gate, wanted)
    case = open_rows(gate, action, row, compartments_of(gate, [row.id]), wanted, purpose)
    values = {**case.values, "case_code": row.code}
    return {name: value for name, value in values.items() if name in wanted and value}


def one_listed(gate: Gate, case_id: uuid.UUID) -> ListedCase:
    """The plain working data of one case; nothing is opened."""
    row = gate.find(CaseFile, case_id, "case:open")
    require_there(row)
    return _listed(gate, row, None)


def _listed(gate: Gate, row: CaseFile | ListedRow, name: str | None) -> ListedCase:
    mine = row.owner_id == gate.member.member_id
    return ListedCase(row.id, row.code, row.status, row.urgent, row.opened_at, row.updated_at, mine, name)


def _service_names(gate: Gate, consents: Sequence[ConsentRecord]) -> dict[uuid.UUID, str]:
    ids = {consent.recipient_service_id for consent in consents if consent.recipient_service_id}
    services = services_by_id(gate, ids).values() if ids else ()
    return {service.id: f"{service.name} ({service.agency})" for service in services}


def _view(gate: Gate, name: str, rows: Sequence[CompartmentRow], values: Mapping[str, str]) -> CompartmentView:
    own = [row for row in rows if row.name == name]
    version = next((row.generation for row in own if row.part == 0), 0)
    if gate.is_closed(name):
        return CompartmentView(name, locked=True, why=CLOSED, values={}, version=version, dropped=0)
    if not gate.holds(name):
        why = HEALTH if name == HEALTH else "role"
        return CompartmentView(name, locked=True, why=why, values={}, version=version, dropped=len(own))
    fields = [field.name for field in load().fields_of(name)]
    shown = {field: values[field] for field in fields if values.get(field)}
    dropped = sum(row.part > 0 for row in own)
    return CompartmentView(name, locked=False, why="", values=shown, version=version, dropped=dropped)
