"""States of sealed rows as an entry records them, in the open but telling nobody which case a row belongs to.

Of each row: a keyed hash of its place (16 bytes), its generation (4), and a keyed hash of the generation with what its
whole content hangs on (32): its manifest, or the one sealed value that it has. The newest state is that of the highest
generation, so who has only the database can neither make one nor repeat an older one. A row that was removed has zeros.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from protect.vault.derivation import derive
from protect.vault.encoding import lp

MARK_BYTES: Final = 16
REMOVED: Final = bytes(32)
_RECORD: Final = struct.Struct(">16sI32s")


class Kind(NamedTuple):
    """A table of sealed rows: the columns that say which row it is, and the column that its content hangs on."""

    table: str
    place: tuple[str, ...]
    content: str


COMPARTMENT: Final = Kind("case_compartment", ("case_id", "name", "part"), "manifest")
SHARD: Final = Kind("search_shard", ("unit_id", "number"), "block")
CODED: Final = Kind("coded_record", ("id",), "record")
KINDS: Final = {kind.table: kind for kind in (COMPARTMENT, SHARD, CODED)}


class RowState(NamedTuple):
    """The state that was written to one row."""

    mark: bytes
    generation: int
    digest: bytes


def marking_key(server_secret: bytes) -> bytes:
    """The key under which places become marks; who has only the database links no entry to a case."""
    return derive(server_secret, "row-mark.v1")


def mark(key: bytes, kind: Kind, place: Iterable[object]) -> bytes:
    """The mark of a row, from the values of the columns of its place."""
    return hmac.digest(key, lp("row-mark.v1", kind.table, *map(str, place)), "sha256")[:MARK_BYTES]


def state(key: bytes, row_mark: bytes, generation: int, content: bytes) -> RowState:
    """The state of a row with this content."""
    told = lp("row-state.v1", row_mark, generation.to_bytes(4, "big"), hashlib.sha256(content).digest())
    return RowState(row_mark, generation, hmac.digest(key, told, "sha256"))


def gone(known: RowState) -> RowState:
    """The state that ends a mark: whatever was recorded of it before, the row is known by it no more."""
    return RowState(known.mark, known.generation + 1, REMOVED)


def pack(states: Iterable[RowState]) -> bytes | None:
    """States as an entry keeps them; nothing where there are none."""
    return b"".join(_RECORD.pack(*one) for one in states) or None


def unpack(packed: bytes) -> Iterator[RowState]:
    """The states again."""
    return (RowState(*one) for one in _RECORD.iter_unpack(packed))
