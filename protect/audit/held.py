"""Every sealed row beside what the trail recorded of it, under each version of the secret that is kept.

Of the versions the first that knows a row decides: what was recorded under a former one counts only until the row is
recorded under the one in use. It reads ciphertext and hashes, over all agencies: the connection is the backup role's.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, Connection, LargeBinary, Row, bindparam, text

from protect.audit import written
from protect.audit.written import RowState

_BATCH: Final = 1_000
_ROWS: Final = text(
    " union all ".join(
        f"""select '{kind.table}' as kind, array[{", ".join(f"{column}::text" for column in kind.place)}] as place,
            generation, {kind.content} as content from {kind.table}"""  # noqa: S608 -- constants of a file
        for kind in written.KINDS.values()
    )
)
_NEWEST: Final = text("""
select asked.mark, newest.digest from unnest(:marks) as asked(mark)
cross join lateral (
  select digest from trail_row where trail_row.mark = asked.mark order by generation desc, entry_id limit 1) newest
""").bindparams(bindparam("marks", type_=ARRAY(LargeBinary)))


class Held(NamedTuple):
    """A row: its name, its state under each version, and what was recorded last under each, the one in use first."""

    name: str
    states: tuple[RowState, ...]
    recorded: tuple[bytes | None, ...]

    @property
    def version(self) -> int | None:
        """The version under which the row is known; None if it was never recorded."""
        return next((number for number, digest in enumerate(self.recorded) if digest is not None), None)

    @property
    def newest(self) -> bool:
        """Whether it is in the state that was recorded last."""
        known = self.version
        return known is not None and self.states[known].digest == self.recorded[known]

    @property
    def left(self) -> bool:
        """Whether only a former version knows it."""
        return bool(self.version)

    def renewed(self) -> Iterator[RowState]:
        """Its state under the version in use, and that the former versions know it no more."""
        current, *former = self.states
        yield current
        for state, digest in zip(former, self.recorded[1:], strict=True):
            if digest is not None:
                yield written.gone(state)


def rows(connection: Connection, log_secrets: Sequence[bytes]) -> Iterator[list[Held]]:
    """All rows in batches, in the snapshot of the connection."""
    keys = [written.marking_key(secret) for secret in log_secrets]
    with connection.execute(_ROWS, execution_options={"yield_per": _BATCH}) as found:
        for batch in found.partitions():
            states = [_states(keys, row) for row in batch]
            marks = [state.mark for each in states for state in each]
            known = {bytes(one.mark): bytes(one.digest) for one in connection.execute(_NEWEST, {"marks": marks})}
            yield [
                Held(" ".join((row.kind, *row.place)), each, tuple(known.get(state.mark) for state in each))
                for row, each in zip(batch, states, strict=True)
            ]


def snapshot(connection: Connection) -> Connection:
    """The connection, seeing one instant from its first statement on."""
    return connection.execution_options(isolation_level="REPEATABLE READ")


def _states(keys: Sequence[bytes], row: Row[Any]) -> tuple[RowState, ...]:
    kind = written.KINDS[row.kind]
    return tuple(
        written.state(key, written.mark(key, kind, row.place), row.generation, bytes(row.content)) for key in keys
    )
