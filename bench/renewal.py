"""Renewing a key: how many data keys a second are wrapped under its next version, and rows sealed anew after that.

Each piece has its entry of the trail and its commit.
"""

import gc
import time
import uuid
from datetime import UTC, datetime

from sqlalchemy import insert

from bench.people import Person
from bench.server import Processor
from protect.access.gate import Gate
from protect.access.rotation import Progress
from protect.app import connect_slices
from protect.cases.models import CaseCompartment, CaseFile
from protect.directory.actions_rotation import renew

KEY = "legal"
CHUNK = 2_000
ENOUGH_ROWS = 4_000
OPENED = datetime(2026, 6, 1, tzinfo=UTC)


class NothingDone(Exception):
    """There was nothing to measure."""


Rate = tuple[float, float]
"""By second of wall time, and of processor time."""


def rates(person: Person, count: int, processor: Processor) -> tuple[Rate, Rate]:
    """Data keys wrapped, of `count`, and rows sealed anew after that, of as many as one needs to tell."""
    connect_slices()
    gc.freeze()  # as the verb does
    _fill(person, count)
    _piece(person)  # begins: the next version is made and granted
    progress = _piece(person)  # the first piece prepares the statements
    processor.refresh()
    keys, progress = _measured(person, progress, processor, count)
    while progress.stage < progress.stages - 1 or not progress.replaced:
        progress = _piece(person)
    progress = _piece(person)
    rows, _progress = _measured(person, progress, processor, ENOUGH_ROWS)
    return keys, rows


def _measured(person: Person, progress: Progress, processor: Processor, most: int) -> tuple[Rate, Progress]:
    """What the stage at hand does until its end, or until it has done so many."""
    first, stage, wall, used = progress.done, progress.stage, time.perf_counter(), processor()
    while progress.stage == stage and progress.done - first < most and not progress.finished:
        done, wall_now, used_now = progress.done, time.perf_counter(), processor()
        progress = _piece(person)
    if progress.stage == stage:
        done, wall_now, used_now = progress.done, time.perf_counter(), processor()
    if done == first:
        raise NothingDone(f"stage {stage} of the renewal had nothing to do")
    return ((done - first) / (wall_now - wall), (done - first) / (used_now - used)), progress


def _piece(person: Person) -> Progress:
    with person.gate() as gate:
        return renew(gate, KEY)


def _fill(person: Person, count: int) -> None:
    for _ in range(0, count, CHUNK):
        with person.gate() as gate:
            cases = [_case(gate) for _ in range(CHUNK)]
            gate.db.execute(insert(CaseFile), cases)
            gate.db.add_all(CaseCompartment(**_sealed(gate, case["id"])) for case in cases)  # recorded in the trail


def _sealed(gate: Gate, case_id: uuid.UUID) -> dict[str, object]:
    return {**gate.seals.compartment(case_id, KEY, {}).columns(), "unit_id": gate.member.unit_id, "id": uuid.uuid4()}


def _case(gate: Gate) -> dict[str, uuid.UUID]:
    """The working columns of a case, random where they must differ."""
    member, case_id = gate.member, uuid.uuid4()
    return {
        "id": case_id, "agency_id": member.agency_id, "unit_id": member.unit_id, "owner_id": member.member_id,
        "code": f"CD-KN-26-{case_id}", "person_code": uuid.uuid4(), "coded_ref": uuid.uuid4(), "status": "active",
        "urgent": False, "administrative": {}, "import_key": None, "opened_at": OPENED, "updated_at": OPENED,
        "version": 1,
    }  # fmt: skip
