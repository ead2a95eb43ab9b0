"""The world that is measured: one database filled by the real actions, and a copy of it without row-level security."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import example, server, twins
from bench.people import Person, enrol
from bench.server import Processor
from protect.access.gate import Gate, Ref
from protect.access.opening import Opening
from protect.access.runtime import Runtime
from protect.cases.actions_compartments import compartments_of
from protect.cases.actions_import import NamedRow, import_cases
from protect.cases.models import CaseFile
from protect.config import load_secrets, load_settings, make_secrets
from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from protect.store.engine import engine
from protect.store.shred import ShredStore

DATABASE, BARE, MANY = "bench", "bench_bare", "bench_many"
PIECE = 100
Fill = Callable[[dict[str, Person]], None]
UNLIMITED = {"officer": (10**6, 10**6), "supervisor": (10**6, 10**6)}  # nobody reads as much in an hour as a measure
PROTECTED = ("case_file", "case_compartment", "search_shard", "bench_plain", "bench_utils")


@dataclass(frozen=True)
class World:
    """What the measures need, in three databases: as it is, without row-level security, and with many people."""

    server: EmbeddedServer
    processor: Processor
    people: dict[str, Person]
    bare: dict[str, Person]
    many: dict[str, Person]
    cases: int
    sync: float

    def keep_open(self) -> None:
        """Begin new sessions before what a second factor opened is closed: all at once, as the copies share keys."""
        everywhere = (self.people, self.bare, self.many)
        if not all(person.is_open() for people in everywhere for person in people.values()):
            for people in everywhere:
                people |= {name: person.anew() for name, person in people.items()}


@contextmanager
def opened(place: Path, running: EmbeddedServer, database: str) -> Iterator[Runtime]:
    """A runtime as the program has it."""
    web = engine(running.url("web", database))
    settings = load_settings(place).model_copy(update={"opening_limits": UNLIMITED})
    yield Runtime(settings, load_secrets(place / "secrets"), web, ShredStore(place / "shred.sqlite"))
    web.dispose()


@contextmanager
def built(cases: int, *more: Fill) -> Iterator[World]:
    """Fill the world with `cases` cases and more, start the server anew with its real durability, and lend it."""
    with server.folder() as place:
        make_secrets(place / "secrets")
        with server.running(place, durable=False) as fleeting:
            enrolled = _fill(place, fleeting, cases, more)
        with (
            server.running(place, durable=True) as durable,
            opened(place, durable, DATABASE) as runtime,
            opened(place, durable, BARE) as bare,
            opened(place, durable, MANY) as many,
        ):
            everywhere, unguarded, crowded = [signed_in(one, enrolled) for one in (runtime, bare, many)]
            processor = Processor(durable)
            yield World(durable, processor, everywhere, unguarded, crowded, cases, server.sync_time(place))
            processor.close()


def _fill(place: Path, running: EmbeddedServer, cases: int, more: Sequence[Fill]) -> dict[str, Person]:
    server.new_database(running, DATABASE)
    migrate.upgrade_url(running.url("owner", DATABASE))
    twins.create(running, DATABASE)
    with opened(place, running, DATABASE) as runtime:
        enrolled = enrol(runtime)
        _open_cases(enrolled["officer"], cases)
        _copy_cases(enrolled["officer"])
    server.as_owner(running, DATABASE, *[f"vacuum (full, analyze) {table}" for table in PROTECTED])
    server.new_database(running, BARE, DATABASE)
    server.as_owner(running, BARE, *[f"alter table {table} disable row level security" for table in PROTECTED])
    server.new_database(running, MANY, DATABASE)
    with opened(place, running, MANY) as runtime:
        for fill in more:
            fill(signed_in(runtime, enrolled))
    server.as_owner(running, MANY, "vacuum (analyze)")
    return enrolled


def signed_in(runtime: Runtime, people: dict[str, Person]) -> dict[str, Person]:
    """The same people over a copy of the database, with their sessions."""
    return {name: replace(person, runtime=runtime) for name, person in people.items()}


def _open_cases(officer: Person, cases: int) -> None:
    found = zip(range(cases), example.intakes(1), strict=False)
    rows = [NamedRow(intake, number.to_bytes(8, "big"), 0) for number, intake in found]
    for start in range(0, cases, PIECE):
        with officer.gate() as gate:
            import_cases(gate, rows[start : start + PIECE])


def _copy_cases(officer: Person) -> None:
    """Give the twins the same cases, from what was really sealed."""
    with officer.gate() as gate:
        files = gate.db.scalars(select(CaseFile)).all()
        opening = gate.opening("case:list", [Ref("case", "all")], fields=example.FIELDS, purpose="assistance")
        values = opened_values(gate, opening, [file.id for file in files])
        for file in files:
            columns: dict[str, Any] = {name: getattr(file, name) for name in twins.WORKING} | values[file.id]
            gate.db.add_all([twins.PlainCase(**columns), twins.EncryptedCase(**columns)])


def opened_values(gate: Gate, opening: Opening, case_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """All fields of these cases."""
    found: dict[uuid.UUID, dict[str, str]] = {case_id: {} for case_id in case_ids}
    for row in compartments_of(gate, case_ids):
        found[row.case_id] |= opening.fields(row)
    return found
