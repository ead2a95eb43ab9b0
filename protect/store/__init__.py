"""The store: declarative base, sealed column, gated session, server, migrations, shred store."""

from protect.store.base import Base, CaseBound
from protect.store.errors import (
    CommitOutsideGate,
    DatabaseGone,
    DiskFull,
    RawStatementRefused,
    RevisionMismatch,
    ScopeMissing,
    ScopeViolated,
    ScopeViolation,
    translate_errors,
)
from protect.store.scope import GatedSession, Scope
from protect.store.sealed import Sealed, SealedBytes

__all__ = [
    "Base",
    "CaseBound",
    "CommitOutsideGate",
    "DatabaseGone",
    "DiskFull",
    "GatedSession",
    "RawStatementRefused",
    "RevisionMismatch",
    "Scope",
    "ScopeMissing",
    "ScopeViolated",
    "ScopeViolation",
    "Sealed",
    "SealedBytes",
    "translate_errors",
]
