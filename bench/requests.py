"""Whole requests, from the look-up of the session to the commit, with the entry of the trail in each.

On the plain side the same gate, permission, queries and entry; the entry's detail is written unsealed there.
"""

import json
import uuid
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from sqlalchemy import func, select

from bench.example import FIELDS, LISTED, intakes
from bench.paths import SHOWN, case_ids, newest
from bench.people import Person
from bench.timing import Act
from bench.twins import EncryptedCase, PlainCase, Twin
from protect.access.gate import Gate
from protect.audit.append import append
from protect.audit.entry import Entry
from protect.cases.actions import consents_of, list_cases, show_case
from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.code import new_code
from protect.cases.identification import computed
from protect.directory.actions import province_of_unit
from protect.vocab import load

NAMED = LISTED[:3]


def record(gate: Gate, action: str, detail: dict[str, Any]) -> None:
    """The entry of a product that seals nothing."""
    actor = gate.member
    append(
        gate.db,
        Entry(
            at=gate.now(), actor_id=actor.member_id, agency_id=actor.agency_id, role=actor.role, action=action,
            session_hash=actor.session_hash, result="allowed", purpose="assistance", authorisation=action,
            program="bench", detail=json.dumps(detail).encode(),
        ),
    )  # fmt: skip


class Protected:
    """The product as it is."""

    def __init__(self, person: Person, intake: Iterator[IntakeAnswers]) -> None:
        self._person = person
        self._ids = cycle(case_ids(person))
        self._intakes = intake

    def list(self) -> object:
        """The page of fifty with its names."""
        with self._person.request() as gate:
            return list_cases(gate, names=True)

    def open(self) -> object:
        """The page of one case."""
        with self._person.request() as gate:
            return show_case(gate, next(self._ids))

    def create(self) -> object:
        """A new case, searchable at once."""
        with self._person.request() as gate:
            return open_case(gate, next(self._intakes), uuid.uuid4())


class Unprotected:
    """The same requests over a twin."""

    def __init__(self, person: Person, model: Twin, intake: Iterator[IntakeAnswers]) -> None:
        self._person = person
        self._model = model
        self._named = newest(model, *SHOWN, *NAMED)
        self._ids = cycle(case_ids(person))
        self._intakes = intake

    def list(self) -> object:
        """The page of fifty with its names."""
        with self._person.request() as gate:
            gate.permit("case:list")
            gate.db.scalar(select(func.count()).select_from(self._model))
            rows = gate.db.execute(self._named).all()
            record(gate, "case:list", {"object": [str(row.id) for row in rows], "fields": NAMED})
            return [" ".join(getattr(row, name) for name in NAMED) for row in rows]

    def open(self) -> object:
        """The page of one case."""
        with self._person.request() as gate:
            row: Any = gate.find(self._model, next(self._ids), "case:open")
            record(gate, "case:open", {"object": [str(row.id)], "fields": FIELDS})
            return {name: getattr(row, name) for name in FIELDS}, consents_of(gate, row.id)

    def create(self) -> object:
        """A new case."""
        with self._person.request() as gate:
            gate.permit("case:create")
            key, intake = uuid.uuid4(), next(self._intakes)
            gate.once(key)
            row = self._new_row(gate, intake)
            with gate.db.begin_nested():
                gate.db.add(row)
            record(gate, "case:create", {"object": [str(row.id)], "fields": sorted(intake.values)})
            gate.done(key, f"/dossiers/{row.id}")
            return row.id

    def _new_row(self, gate: Gate, intake: IntakeAnswers) -> Any:
        member, now, day = gate.member, gate.now(), intake.registered_on
        if member.unit_id is None or day is None:
            raise ValueError("an officer's case needs a unit and a day")
        province = province_of_unit(gate, member.unit_id)
        facts = computed(intake.values, day, load().lists["age_group"].codes())
        return self._model(
            id=uuid.uuid4(), agency_id=member.agency_id, unit_id=member.unit_id, owner_id=member.member_id,
            code=new_code(province, day), person_code=uuid.uuid4(), coded_ref=uuid.uuid4(), status=intake.status,
            urgent=False, administrative={}, opened_at=now, updated_at=now, version=1,
            registration_province=province, **intake.values, **facts,
        )  # fmt: skip


def sides(person: Person, what: str) -> dict[str, Act]:
    """The three ways through a whole request."""
    ways: dict[str, Protected | Unprotected] = {
        "protect": Protected(person, intakes(2)),
        "plain": Unprotected(person, PlainCase, intakes(3)),
        "utils": Unprotected(person, EncryptedCase, intakes(4)),
    }
    return {name: getattr(way, what) for name, way in ways.items()}
