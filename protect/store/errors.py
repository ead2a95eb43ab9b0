"""What can go wrong in the store, as nouns in the past, and the translation of the driver's errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError


class StoreError(Exception):
    """Parent of everything the store raises on purpose."""


class ScopeMissing(StoreError):
    """A statement touched a case-bound table, and nobody said whose."""


class ScopeViolated(StoreError):
    """A statement or an object left the scope of its session."""


ScopeViolation = ScopeViolated


class RawStatementRefused(StoreError):
    """SQL as text, which no scope can narrow, without a stated reason."""


class CommitOutsideGate(StoreError):
    """Somebody other than the gate tried to commit."""


class RevisionMismatch(StoreError):
    """The database is not at the revision this program was built for."""


class DriftFound(StoreError):
    """The database's protection differs from what the program declares."""


class ServerRefused(StoreError):
    """The private database server cannot be started; the text says why and what to do."""


class DatabaseGone(StoreError):
    """The database cannot be reached, or went away in the middle."""


class DiskFull(StoreError):
    """The database has no room left; reading still works."""


class _Cause(NamedTuple):
    """A driver error, reduced to what decides its translation."""

    state: str
    disconnected: bool


_GONE_CLASSES = ("08", "57P")
_FULL = "53100"


def _cause(error: DBAPIError) -> _Cause:
    return _Cause(getattr(error.orig, "sqlstate", None) or "", error.connection_invalidated)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn a full disk into DiskFull and a lost server into DatabaseGone; let everything else pass."""
    try:
        yield
    except DBAPIError as error:
        state, disconnected = _cause(error)
        if state == _FULL:
            raise DiskFull from error
        unreachable = type(error.orig).__name__ == "OperationalError" and not state
        if disconnected or unreachable or state.startswith(_GONE_CLASSES):
            raise DatabaseGone from error
        raise
