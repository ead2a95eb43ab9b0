"""The shred store: keys that must be destroyable, kept outside the database and its backups."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32

_TABLE: Final = """\
create table if not exists shred_key (
    kind text not null,
    id text not null,
    key blob,
    primary key (kind, id)
) strict, without rowid
"""


class KeyAlreadyPut(Exception):
    """A key was put twice under one name, or put again after its destruction."""


class ShredStore:
    """32-byte keys by kind and id, overwritten when they are destroyed.

    A destroyed key leaves its name behind, so that nobody can put another in
    its place. Every call is its own transaction and forced to the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)
        with self._opened() as connection:
            connection.execute(_TABLE)

    def put(self, kind: str, key_id: str, key: bytes) -> None:
        """Keep a key; raise KeyAlreadyPut when the name was ever used."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        with self._opened() as connection:
            try:
                connection.execute("insert into shred_key values (?, ?, ?)", (kind, key_id, key))
            except sqlite3.IntegrityError:
                raise KeyAlreadyPut(kind) from None

    def get(self, kind: str, key_id: str) -> bytes | None:
        """Give a key, or None when it never was or is destroyed."""
        with self._opened() as connection:
            found = connection.execute("select key from shred_key where kind = ? and id = ?", (kind, key_id)).fetchone()
        return found[0] if found else None

    def destroy(self, kind: str, key_id: str) -> bool:
        """Overwrite a key and tell whether there was one; the second time there is none."""
        with self._opened() as connection:
            changed = connection.execute(
                "update shred_key set key = null where kind = ? and id = ? and key is not null", (kind, key_id)
            )
            return changed.rowcount == 1

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open for one transaction: the store is used seldom and by several processes."""
        with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as connection:
            # Freed pages are zeroed, and the journal, which holds the old page, is removed at each commit.
            connection.execute("pragma secure_delete = on")
            connection.execute("pragma journal_mode = delete")
            connection.execute("pragma synchronous = full")
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")
