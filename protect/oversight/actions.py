"""Reading and checking the trail; reading it is itself an entry."""

import uuid
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from protect.access.gate import Gate, Ref
from protect.access.models import AgencyRoot, KeyStateRow, Member
from protect.audit import alarms, read
from protect.audit.entry import AUDIT, Detail, open_detail
from protect.audit.epochs import start_keys
from protect.audit.read import Filter, TrailLine
from protect.audit.verify import Report, verify
from protect.directory.actions import agency_names
from protect.oversight.hours import WorkingHours
from protect.oversight.journal import JournalLine, JournalPage, Wanted
from protect.vault.errors import CiphertextRejected

OVERSIGHT: Final = "oversight"
SEARCHED: Final = 40
"""Pages looked through for one object before the reader is asked to go on: ids are sealed and cannot be queried."""


def journal(gate: Gate, wanted: Wanted, before: int | None = None) -> JournalPage:
    """A page of the trail within reach, its details opened in this session.

    The entry of this reading is committed first, so that the page shows it. Raises CompartmentLocked
    without the auditors' key.
    """
    gate.permit("trail:read")
    looked_for = [Ref("trail", wanted.object_id)] if wanted.object_id else []
    gate.opening("trail:read", looked_for, fields=("detail",), purpose=OVERSIGHT)
    reader = _Reader(gate)
    if wanted.entry is not None:
        before = wanted.entry + 1
    lines: list[JournalLine] = []
    for _ in range(SEARCHED if wanted.object_id or wanted.out_of_hours else 1):
        page = read.page(gate.db, _filter(gate, wanted), before=before)
        for line in page.lines:
            shown, before = reader.line(line), line.id
            if wanted.entry is not None:
                return JournalPage((shown,) if shown.id == wanted.entry else (), None)
            if shown.fits(wanted):
                lines.append(shown)
                if len(lines) == read.PAGE_SIZE:
                    return JournalPage(tuple(lines), None if page.older is None and line is page.lines[-1] else before)
        if page.older is None:
            return JournalPage(tuple(lines), None)
    return JournalPage(tuple(lines), before)


def people(gate: Gate) -> tuple[tuple[uuid.UUID, str], ...]:
    """Everybody whose entries there may be, by name."""
    gate.permit("trail:read")
    return tuple(sorted(_names(gate).items(), key=lambda found: found[1]))


def verify_trail(gate: Gate) -> Report:
    """Check the whole trail, its codes too as far as the auditors' start keys reach."""
    gate.permit("trail:read")
    gate.opening("trail:verify", [], fields=("start_key",), purpose=OVERSIGHT)
    keys = start_keys(gate.db, tuple(gate.keyring.dropboxes(AUDIT)), gate.member.agency_id)
    return verify(gate.db, start_keys=keys, watch=gate.watch)


def explain(gate: Gate, why: str) -> None:
    """Say why people saw another trail than this one, for the other auditors; the alarm ends with it."""
    gate.permit("trail:read")
    alarms.end_warnings(gate.db, gate.now())
    gate.record_said(alarms.EXPLAIN, why)


class _Reader:
    """Opens details with the auditors' key of this session."""

    def __init__(self, gate: Gate) -> None:
        self._keys = tuple(gate.keyring.dropboxes(AUDIT))
        self._agency_id = gate.member.agency_id
        self._names = _names(gate)
        self._hours = WorkingHours.of(gate.settings)

    def line(self, line: TrailLine) -> JournalLine:
        """The entry with its detail."""
        detail = self._detail(line)
        return JournalLine(
            id=line.id,
            sequence=line.sequence,
            at=line.at,
            who=self._names.get(line.actor_id, "") if line.actor_id else "",
            role=line.role,
            action=line.action,
            result=line.result,
            purpose=line.purpose,
            detail=detail,
            closed=line.detail is not None and detail is None,
            out_of_hours=line.actor_id is not None and not self._hours.hold(line.at),
        )

    def _detail(self, line: TrailLine) -> Detail | None:
        """The detail, if it was sealed to these auditors; before they had a key, others received it."""
        if line.detail is None:
            return None
        for key in self._keys:
            try:
                return open_detail(key, self._agency_id, line.detail)
            except CiphertextRejected:
                continue
        return None


def _agencies(gate: Gate) -> frozenset[uuid.UUID]:
    """One's own agency; for the lead also those that have no auditors, whose details are sealed to the lead's."""
    own = gate.member.agency_id
    if gate.db.scalar(select(AgencyRoot.kind).where(AgencyRoot.agency_id == own)) != "lead":
        return frozenset({own})
    audited = select(KeyStateRow.agency_id).where(KeyStateRow.compartment == AUDIT)
    without = gate.db.scalars(select(AgencyRoot.agency_id).where(AgencyRoot.agency_id.not_in(audited)))
    return frozenset({own, *without})


def _names(gate: Gate) -> Mapping[uuid.UUID, str]:
    """Names of the members; those of another agency with its name."""
    agencies = _agencies(gate)
    others = agency_names(gate, agencies - {gate.member.agency_id})
    columns = (Member.id, Member.display_name, Member.agency_id)
    rows = gate.db.execute(select(*columns).where(Member.agency_id.in_(agencies)))
    return {
        member_id: f"{name} ({others[agency_id]})" if agency_id in others else name
        for member_id, name, agency_id in rows
    }


def _filter(gate: Gate, wanted: Wanted) -> Filter:
    return Filter(
        agencies=_agencies(gate),
        actor_id=wanted.actor_id,
        action=wanted.action,
        result=wanted.result,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        zone=wanted.zone,
    )
