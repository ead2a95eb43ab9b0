"""Tables of statistics: sealed coded records and releases."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from protect.store.base import Base, CaseBound
from protect.store.sealed import Sealed


class CodedRecord(CaseBound, Base):
    """One person's coded facts, sealed to the commission; only the sending agency can tell whose it is."""

    __tablename__ = "coded_record"
    __table_args__ = ({"info": {"rls": "feed"}},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_version: Mapped[int]
    generation: Mapped[int]
    record: Mapped[Sealed]
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Release(Base):
    """A numbered set of controlled tables: proposed by one person, published by another, then unchanged."""

    __tablename__ = "release"
    __table_args__ = ({"info": {"rls": "open"}},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[int | None] = mapped_column(unique=True)
    status: Mapped[str]  # proposed, published, refused
    period_start: Mapped[date]
    period_end: Mapped[date]
    extracted_at: Mapped[datetime]
    threshold: Mapped[int]
    excluded: Mapped[str]  # number of excluded persons, itself disclosure-controlled
    unreadable: Mapped[int]  # number of records that could not be read and are not counted
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    digest: Mapped[bytes]
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None]
