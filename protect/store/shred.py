"""The shred store: keys that must be destroyable, and counts of tries, kept outside the database and its backups."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

KEY_BYTES: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TABLES: Final = (
    """\
create table if not exists shred_key (
    kind text not null,
    id text not null,
    key blob,
    until integer,
    owner text not null,
    note blob not null,
    primary key (kind, id)
) strict, without rowid
""",
    "create table if not exists tried (kind text not null, id text not null, at integer not null) strict",
    "create index if not exists tried_of on tried (kind, id, at)",
)


class KeyAlreadyPut(Exception):
    """A key was put twice under one name, or put again after its destruction."""


class Label(NamedTuple):
    """Whose key it is, and what the trail will say when its time is over, sealed so that only auditors read it."""

    owner: str = ""
    note: bytes = b""


class Due(NamedTuple):
    """A key whose time is over."""

    kind: str
    key_id: str
    label: Label


UNLABELLED: Final = Label()


class ShredStore:
    """32-byte keys by kind and id, overwritten when they are destroyed.

    A destroyed key leaves its name behind, so that nobody can put another in
    its place. The end of a key's time is kept here too, and how often something
    was tried, where nobody who writes to the database can move it. Every call
    is its own transaction and forced to the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)
        with self._opened() as connection:
            for table in _TABLES:
                connection.execute(table)

    def put(
        self, kind: str, key_id: str, key: bytes, label: Label = UNLABELLED, until: datetime | None = None
    ) -> None:  # fmt: skip
        """Keep a key, until a moment if one is given; raise KeyAlreadyPut when the name was ever used."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        with self._opened() as connection:
            row = (kind, key_id, key, _microseconds(until), *label)
            try:
                connection.execute("insert into shred_key values (?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError:
                raise KeyAlreadyPut(kind) from None

    def get(self, kind: str, key_id: str, now: datetime | None = None) -> bytes | None:
        """Give a key, or None when it never was, is destroyed, or its time is over at `now`."""
        with self._opened() as connection:
            found = connection.execute(
                "select key from shred_key where kind = ? and id = ? and (? is null or until is null or until > ?)",
                (kind, key_id, _microseconds(now), _microseconds(now)),
            ).fetchone()
        return found[0] if found else None

    def limit(self, kind: str, key_id: str, until: datetime) -> None:
        """Let a key live until this moment at the longest. A time that is shorter already stays as it is."""
        with self._opened() as connection:
            connection.execute(
                "update shred_key set until = min(coalesce(until, ?1), ?1) where kind = ?2 and id = ?3",
                (_microseconds(until), kind, key_id),
            )

    def due(self, now: datetime) -> tuple[Due, ...]:
        """The keys that are still there although their time is over."""
        with self._opened() as connection:
            found = connection.execute(
                "select kind, id, owner, note from shred_key where key is not null and until <= ?",
                (_microseconds(now),),
            ).fetchall()
        return tuple(Due(kind, key_id, Label(owner, note)) for kind, key_id, owner, note in found)

    def destroy(self, kind: str, key_id: str) -> bool:
        """Overwrite a key and tell whether there was one; the second time there is none."""
        with self._opened() as connection:
            changed = connection.execute(
                "update shred_key set key = null where kind = ? and id = ? and key is not null", (kind, key_id)
            )
            return changed.rowcount == 1

    def count_try(self, kind: str, key_id: str, at: datetime, since: datetime | None = None) -> int:
        """Note a try and tell how many there are, or were after a moment; of two at one time each has its own number.

        What was tried until that moment is forgotten, whoever's of this kind it was.
        """
        with self._opened() as connection:
            connection.execute("delete from tried where kind = ? and at <= ?", (kind, _microseconds(since)))
            connection.execute("insert into tried values (?, ?, ?)", (kind, key_id, _microseconds(at)))
            row = connection.execute("select count(*) from tried where kind = ? and id = ?", (kind, key_id)).fetchone()
        return int(row[0])

    def take_back_try(self, kind: str, key_id: str, at: datetime) -> None:
        """Let one try of that moment not have been."""
        with self._opened() as connection:
            one = "select rowid from tried where kind = ? and id = ? and at = ? limit 1"
            connection.execute(f"delete from tried where rowid = ({one})", (kind, key_id, _microseconds(at)))  # noqa: S608 -- a text of ours

    def forget_tries(self, kind: str, key_id: str) -> None:
        """Begin to count anew."""
        with self._opened() as connection:
            connection.execute("delete from tried where kind = ? and id = ?", (kind, key_id))

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


def _microseconds(moment: datetime | None) -> int | None:
    """As exact as the database is: with whole seconds a key would end before the page knows that its time is over."""
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
