"""Tables of the trail: entries, epochs of its key, the state of the sealer, heads, and what others say of them."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from protect.store.base import Base

RESULTS = ("allowed", "denied", "rejected", "failed")
"""What a request came to: let through, refused by policy, refused by a seal, or broken off."""


class Xid8(UserDefinedType[int]):
    """A PostgreSQL transaction number that never wraps, as an integer."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        """Name the type in DDL."""
        return "xid8"

    def bind_processor(self, dialect: Dialect) -> Callable[[int | None], str | None]:  # noqa: ARG002
        """Send the number as text: the server reads it as xid8."""
        return lambda value: None if value is None else str(value)

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
        coltype: object,  # noqa: ARG002
    ) -> Callable[[Any], int | None]:
        """Read the number from its text."""
        return lambda value: None if value is None else int(value)


class TrailEntry(Base):
    """One line of the trail; the last three columns are filled once, by the sealer alone."""

    __tablename__ = "trail_entry"
    __table_args__ = (
        CheckConstraint("result in ('allowed', 'denied', 'rejected', 'failed')", name="result"),
        CheckConstraint(
            "num_nulls(sequence, epoch, mac) in (0, 3)",
            name="sealed_whole",
        ),
        Index("uq_trail_entry_sequence", "sequence", unique=True, postgresql_where=text("sequence is not null")),
        Index("ix_trail_entry_pending", "written_xid", "id", postgresql_where=text("sequence is null")),
        Index("ix_trail_entry_agency", "agency_id", "id"),
        {"info": {"rls": "open"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    written_xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    agency_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(Text)
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    action: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    consent_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    authorisation: Mapped[str] = mapped_column(Text)
    case_generation: Mapped[int | None] = mapped_column(Integer)
    program: Mapped[str] = mapped_column(Text)
    detail: Mapped[bytes | None] = mapped_column(LargeBinary)
    written: Mapped[bytes | None] = mapped_column(LargeBinary)  # states of sealed rows; see protect/audit/written.py
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    epoch: Mapped[int | None] = mapped_column(Integer)
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)


class TrailEpoch(Base):
    """The first key of an epoch, sealed to the auditors of one agency."""

    __tablename__ = "trail_epoch"
    __table_args__ = ({"info": {"rls": "open"}},)

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    agency_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sealed_start_key: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TrailState(Base):
    """The one row the sealer goes on from; its key is sealed together with all the rest of the row."""

    __tablename__ = "trail_state"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        {"info": {"rls": "open"}},
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(Integer)
    ratchet: Mapped[bytes] = mapped_column(LargeBinary)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    up_to_xid: Mapped[int] = mapped_column(Xid8)


class TrailHead(Base):
    """The root of the tree after one batch; the tree's size is `last_sequence`."""

    __tablename__ = "trail_head"
    __table_args__ = ({"info": {"rls": "open"}},)

    last_sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_sequence: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TrailNode(Base):
    """A perfect subtree of at least 256 leaves: what a proof of consistency is put together from."""

    __tablename__ = "trail_node"
    __table_args__ = ({"info": {"rls": "open"}},)

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class TrailCheckpoint(Base):
    """A head as the log signed it, in the form that witnesses read."""

    __tablename__ = "trail_checkpoint"
    __table_args__ = ({"info": {"rls": "open"}},)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)


class TrailCosignature(Base):
    """A checkpoint with the signature of the log and that of one witness under it."""

    __tablename__ = "trail_cosignature"
    __table_args__ = ({"info": {"rls": "open"}},)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    note: Mapped[str] = mapped_column(Text)


class TrailRow(Base):
    """Which state of a sealed row an entry recorded: derived from the entry by the database itself, for looking up."""

    __tablename__ = "trail_row"
    __table_args__ = ({"info": {"rls": "open"}},)

    mark: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class TrailContradiction(Base):
    """A checkpoint that a member saw and that the log does not continue: evidence, signed by the log itself.

    A row of no member is the explanation of all before it; what is said there stands in the trail.
    """

    __tablename__ = "trail_contradiction"
    __table_args__ = ({"info": {"rls": "open"}},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen: Mapped[str | None] = mapped_column(Text)
    found: Mapped[str | None] = mapped_column(Text)
