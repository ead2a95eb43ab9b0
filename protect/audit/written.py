"""States of sealed rows as an entry records them, in the open but telling nobody which case a row belongs to.

Of each row: a keyed hash of its place (16 bytes), its generation (4), and the SHA-256 of its manifest (32). A row that
was removed has a digest of zeros.
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


class RowState(NamedTuple):
    """The state that was written to one row."""

    mark: bytes
    generation: int
    digest: bytes


def marking_key(server_secret: bytes) -> bytes:
    """The key under which places become marks; who has only the database links no entry to a case."""
    return derive(server_secret, "row-mark.v1")


def mark(key: bytes, *place: str) -> bytes:
    """The mark of a place: table, case, compartment, part."""
    return hmac.digest(key, lp("row-mark.v1", *place), "sha256")[:MARK_BYTES]


def state(row_mark: bytes, generation: int, manifest: bytes) -> RowState:
    """The state of a row that was just sealed."""
    return RowState(row_mark, generation, hashlib.sha256(manifest).digest())


def pack(states: Iterable[RowState]) -> bytes | None:
    """States as an entry keeps them; nothing where there are none."""
    return b"".join(_RECORD.pack(*one) for one in states) or None


def unpack(packed: bytes) -> Iterator[RowState]:
    """The states again."""
    return (RowState(*one) for one in _RECORD.iter_unpack(packed))
