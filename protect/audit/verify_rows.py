"""Holding every sealed row against the trail: is it the state that was recorded last, was it ever put back, is it gone.

It reads ciphertext and hashes only, over all agencies, in one snapshot: the connection is that of the backup role.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, TextClause, text

from protect.audit import held, written
from protect.audit.held import Held

SHOWN: Final = 1_000

RowKind = Literal["rolled-back", "unrecorded", "replayed", "gone", "index"]
"""Not the newest state; never recorded; went back once and on from there; recorded and absent; the look-up differs."""

# The table that openings ask must say what the entries say, and nothing else.
_SPREAD: Final = """
  select substring(e.written from begins for 16) as mark, e.id as entry_id,
         (get_byte(e.written, begins + 15)::bigint << 24) + (get_byte(e.written, begins + 16) << 16)
           + (get_byte(e.written, begins + 17) << 8) + get_byte(e.written, begins + 18) as generation,
         substring(e.written from begins + 20 for 32) as digest
  from trail_entry e, generate_series(1, octet_length(e.written), 52) as begins where e.written is not null"""
_INDEX: Final = text(f"""
select (select count(*) from ({_SPREAD} except all select mark, entry_id, generation, digest from trail_row) missing)
     + (select count(*) from (select mark, entry_id, generation, digest from trail_row except all {_SPREAD}) added)
""")  # noqa: S608 -- constants of this file
_REPLAYED: Final = text("""
select mark, count(*) as times from (
  select mark, generation < lag(generation) over steps
      or generation = lag(generation) over steps and digest <> lag(digest) over steps as back
  from trail_row window steps as (partition by mark order by entry_id)
) walked where back group by mark""")
_LIVE: Final = text("""
select count(*) from (
  select distinct on (mark) digest from trail_row order by mark, generation desc, entry_id) newest
where digest <> :removed""")


class RowFault(NamedTuple):
    """What does not hold, of which row where that is known."""

    kind: RowKind
    place: str = ""
    rows: int = 1


@dataclass(frozen=True)
class RowReport:
    """What the check of all rows found."""

    rows: int
    faults: tuple[RowFault, ...]
    fault_count: int

    @property
    def sound(self) -> bool:
        """Whether every row is in the state recorded last, and none is missing."""
        return self.fault_count == 0


def verify_rows(connection: Connection, log_secrets: Sequence[bytes]) -> RowReport:
    """Hold all rows against what the entries recorded, in one snapshot. The entries themselves `verify` checks."""
    connection = held.snapshot(connection)
    found: list[RowFault] = []
    rows = matched = count = 0
    replayed = _counts(connection, _REPLAYED)
    for batch in held.rows(connection, log_secrets):
        for row in batch:
            rows += 1
            matched += row.version is not None and row.recorded[row.version] != written.REMOVED
            for kind in _kinds(row, replayed=any(state.mark in replayed for state in row.states)):
                count += 1
                found += [RowFault(kind, row.name)] if len(found) < SHOWN else []
    for kind, wrong in _totals(connection, matched):
        count += wrong
        found.append(RowFault(kind, rows=wrong))
    return RowReport(rows, tuple(found), count)


def _kinds(row: Held, *, replayed: bool) -> Iterator[RowKind]:
    if row.version is None:
        yield "unrecorded"
    elif not row.newest:
        yield "rolled-back"
    if replayed:
        yield "replayed"


def _totals(connection: Connection, matched: int) -> Iterator[tuple[RowKind, int]]:
    """Faults of no row that could be named."""
    live = connection.execute(_LIVE, {"removed": written.REMOVED}).scalar_one()
    if live > matched:
        yield "gone", live - matched
    differing = connection.execute(_INDEX).scalar_one()
    if differing:
        yield "index", differing


def _counts(connection: Connection, query: TextClause) -> Mapping[bytes, int]:
    return {bytes(row.mark): row.times for row in connection.execute(query)}
