"""Agencies of thousands of people, found by name: real shards, sealed by the real function."""

import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle

from sqlalchemy import insert

from bench import example
from bench.people import Person
from bench.timing import Act
from protect.access.gate import Gate
from protect.access.opening import SearchEntry
from protect.cases import search
from protect.cases.actions_search import ENTRIES, MOST_HITS, search_cases
from protect.cases.code import ALPHABET
from protect.cases.models import CaseCompartment, CaseFile, SearchShard

SIZES = {"small": 5_000, "large": 70_000}
OPENED = datetime(2026, 6, 1, tzinfo=UTC)
CHUNK = 2_000


def questions() -> tuple[str, ...]:
    """A frequent family, a rarer one with a slip of the finger, two names with a year, and a piece of a code."""
    families = example.Names().families
    rare = families[200]
    return families[0], rare[:-2] + rare[-1], f"{families[3]} Béatrice 1990", "KN-26-7F"


def fill(people: dict[str, Person], names: Sequence[str]) -> None:
    """Give these agencies their people."""
    for name in names:
        with people[name].gate() as gate:
            _fill_agency(gate, SIZES[name])


def _fill_agency(gate: Gate, size: int) -> None:
    chance = random.Random(size)
    entries = [
        example.entry(uuid.uuid4(), code, name, chance.randint(1970, 2012))
        for code, name in zip(_codes(chance, size), example.Names(size).draw(size), strict=True)
    ]
    for start in range(0, size, CHUNK):
        gate.db.execute(insert(CaseFile), [_case(gate, entry) for entry in entries[start : start + CHUNK]])
    for number, start in enumerate(range(0, size, ENTRIES)):
        _add_shard(gate, number, entries[start : start + ENTRIES])
    found = {hit.entry for question in questions() for hit in search.find(entries, question, limit=MOST_HITS)}
    for entry in found:
        _seal_names(gate, entry)


def _codes(chance: random.Random, size: int) -> list[str]:
    numbers = chance.sample(range(len(ALPHABET) ** 4), size)
    return [
        f"CD-KN-26-{''.join(ALPHABET[number // len(ALPHABET) ** at % len(ALPHABET)] for at in range(4))}"
        for number in numbers
    ]


def _case(gate: Gate, entry: SearchEntry) -> dict[str, object]:
    member = gate.member
    return {
        "id": uuid.UUID(entry.case_id), "agency_id": member.agency_id, "unit_id": member.unit_id,
        "owner_id": member.member_id, "code": entry.code, "person_code": uuid.uuid4(), "coded_ref": uuid.uuid4(),
        "status": "active", "urgent": False, "administrative": {}, "import_key": None, "opened_at": OPENED,
        "updated_at": OPENED, "version": 1,
    }  # fmt: skip


def _add_shard(gate: Gate, number: int, entries: Sequence[SearchEntry]) -> None:
    unit_id = _unit(gate)
    block = gate.seals.shard(unit_id, number, 1, entries)
    owner = gate.member.agency_id
    place = {"agency_id": owner, "unit_id": unit_id, "number": number, "generation": 1}
    gate.db.add(SearchShard(**place, entries=len(entries), block=block))


def _seal_names(gate: Gate, entry: SearchEntry) -> None:
    """Only who is found is opened, so only they need a compartment."""
    names = dict(zip(example.LISTED, (*entry.names, "", "", "")[:3], strict=False))
    sealed = gate.seals.compartment(uuid.UUID(entry.case_id), "identity", names)
    gate.db.add(CaseCompartment(**sealed.columns(), unit_id=_unit(gate)))


def _unit(gate: Gate) -> uuid.UUID:
    if gate.member.unit_id is None:
        raise ValueError("the supervisor needs a unit")
    return gate.member.unit_id


def asked(person: Person) -> Act:
    """A whole request that searches, with another question each time."""
    waiting = cycle(questions())

    def ask() -> None:
        with person.request() as gate:
            if not search_cases(gate, next(waiting)):
                raise AssertionError("everybody who is asked for is there")

    return ask
