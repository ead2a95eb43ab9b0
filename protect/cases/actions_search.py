"""Search by name and code over the sealed shards of a unit, and keeping those shards true."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Row, bindparam, select
from sqlalchemy.exc import IntegrityError

from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.access.opening import SHARD, Opening, SearchEntry
from protect.access.rows import ShardRow
from protect.cases import search
from protect.cases.actions_compartments import NAMED_BY, OpenCase, compartments_of, open_names
from protect.cases.facts import NAMES
from protect.cases.models import CaseFile, SearchShard
from protect.cases.names import sounds, words
from protect.store.sealed import Sealed
from protect.vocab import PartialDate

ENTRIES: Final = 64  # of one shard at most: a change re-seals one block, and its length tells little
MOST_HITS: Final = 50
ATTEMPTS: Final = 5
COLUMNS: Final = (  # thousands of rows are read at once: columns cost less than objects
    SearchShard.agency_id, SearchShard.unit_id, SearchShard.number, SearchShard.generation, SearchShard.block,
)  # fmt: skip
NEWEST_FIRST: Final = (
    select(SearchShard)
    .where(SearchShard.unit_id == bindparam("unit_id"))
    .order_by(SearchShard.number.desc())
    .execution_options(populate_existing=True)
)
NEWEST: Final = NEWEST_FIRST.limit(1).with_for_update()


@dataclass(frozen=True)
class FoundCase:
    """A case that fits what was typed."""

    id: uuid.UUID
    code: str
    name: str
    birth_year: int | None
    status: str
    urgent: bool


def search_cases(gate: Gate, typed: str) -> tuple[FoundCase, ...]:
    """The cases within reach whose name or code fits, best first; a supervisor reaches all units of the agency."""
    gate.permit("case:search")
    gate.holds("identity")  # the search reads names: it waits until they may be opened
    shards = gate.db.execute(select(*COLUMNS).order_by(SearchShard.unit_id, SearchShard.number)).all()
    refs = [Ref("unit", unit_id) for unit_id in dict.fromkeys(shard.unit_id for shard in shards)]
    opening = gate.opening("case:search", refs, fields=(*NAMES, "birth_date"), purpose="search")
    opening.require_newest(SHARD, shards)
    entries = (entry for shard in shards for entry in _entries(opening, shard))
    hits = [hit.entry for hit in search.find(entries, typed, limit=MOST_HITS)]
    return _found(gate, hits)


def add_to_search(gate: Gate, case: OpenCase) -> None:
    """Put a new case into the newest search shard of its unit, or into a fresh one when that is full."""
    add_all_to_search(gate, [case])


def add_all_to_search(gate: Gate, cases: Sequence[OpenCase]) -> None:
    """Put new cases of one unit into its search shards: fill the newest, begin others. Raises Conflict."""
    unit_id, left = cases[0].row.unit_id, [_entry(case) for case in cases]
    for _ in range(ATTEMPTS + len(left)):
        newest = gate.db.scalars(NEWEST, {"unit_id": unit_id}).first()
        if newest is not None and newest.entries < ENTRIES:
            added, left = left[: ENTRIES - newest.entries], left[ENTRIES - newest.entries :]
            _widen(gate, newest, added)
        elif _begin_shard(gate, unit_id, newest.number + 1 if newest else 0, left[:ENTRIES]):
            left = left[ENTRIES:]
        if not left:
            return
    raise Conflict("search_shard")


def change_in_search(gate: Gate, case: OpenCase) -> None:
    """Rewrite the entry of a case whose name or year of birth is another now."""
    entry = _entry(case)
    for shard in gate.db.scalars(NEWEST_FIRST, {"unit_id": case.row.unit_id}):
        if case.opening is None or entry.case_id not in {one.case_id for one in _entries(case.opening, shard)}:
            continue
        gate.db.refresh(shard, with_for_update=True)  # somebody may have added a case to it meanwhile
        others = [one for one in _entries(case.opening, shard) if one.case_id != entry.case_id]
        _rewrite(gate, shard, [*others, entry])
        return
    add_to_search(gate, case)


def remove_from_search(gate: Gate, case: CaseFile, opening: Opening) -> None:
    """Take the entry of a case out of the shard of its unit that has it. The opening has announced why."""
    for shard in gate.db.scalars(NEWEST_FIRST, {"unit_id": case.unit_id}):
        if str(case.id) in {one.case_id for one in _entries(opening, shard)}:
            gate.db.refresh(shard, with_for_update=True)  # somebody may have added a case to it meanwhile
            _rewrite(gate, shard, [one for one in _entries(opening, shard) if one.case_id != str(case.id)])
            return


def _begin_shard(gate: Gate, unit_id: uuid.UUID, number: int, entries: Sequence[SearchEntry]) -> bool:
    """Whether the shard could be begun; somebody else may have begun it in this very moment."""
    block = gate.seals.shard(unit_id, number, 1, entries)
    shard = SearchShard(
        agency_id=gate.member.agency_id, unit_id=unit_id, number=number, generation=1, entries=len(entries), block=block
    )
    try:
        with gate.db.begin_nested():
            gate.db.add(shard)
    except IntegrityError:
        return False
    return True


def _widen(gate: Gate, shard: SearchShard, added: Sequence[SearchEntry]) -> None:
    shard.block, shard.entries = gate.seals.widened_shard(shard, added)
    shard.generation += 1


def _rewrite(gate: Gate, shard: SearchShard, entries: Sequence[SearchEntry]) -> None:
    shard.generation += 1
    shard.entries = len(entries)
    shard.block = gate.seals.shard(shard.unit_id, shard.number, shard.generation, entries)


def _entries(opening: Opening, shard: SearchShard | Row[uuid.UUID, uuid.UUID, int, int, Sealed]) -> list[SearchEntry]:
    return opening.shard(cast("ShardRow", shard))


def _entry(case: OpenCase) -> SearchEntry:
    names = tuple(word for name in NAMES for word in words(case.values.get(name, "")))
    born = case.values.get("birth_date", "")
    year = PartialDate.parse(born).year if born else None
    return SearchEntry(str(case.row.id), case.row.code, names, sounds(names), year)


def _found(gate: Gate, hits: Sequence[SearchEntry]) -> tuple[FoundCase, ...]:
    ids = [uuid.UUID(hit.case_id) for hit in hits]
    cases = {case.id: case for case in gate.db.scalars(select(CaseFile).where(CaseFile.id.in_(ids)))}
    parts = compartments_of(gate, cases, NAMED_BY) if cases and gate.holds(NAMED_BY) else ()
    names = open_names(gate, "case:search", list(cases), parts) if cases else {}
    return tuple(
        FoundCase(
            case.id,
            case.code,
            names.get(case.id, ""),
            hit.birth_year,
            case.status,
            case.urgent,
        )
        for hit in hits
        if (case := cases.get(uuid.UUID(hit.case_id)))
    )
