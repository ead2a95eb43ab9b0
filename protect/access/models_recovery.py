"""Tables of recovery: the public keys of ceremonies, copies for the custodians, what they sent back, members reset."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from protect.access.models import OPEN
from protect.store.base import Base


class RecoveryKeyRow(Base):
    """A public recovery key of an agency, made at a ceremony; the one with the highest number is in use."""

    __tablename__ = "recovery_key"
    __table_args__ = (UniqueConstraint("agency_id", "number"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    number: Mapped[int]
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RecoveryCopyRow(Base):
    """A compartment key sealed to a recovery key by a holder: only the custodians together open it."""

    __tablename__ = "recovery_copy"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    recovery_key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_key.id"), index=True)
    compartment: Mapped[str]
    version: Mapped[int]
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RecoveryAcceptanceRow(Base):
    """That a holder compared the six words of a recovery key: without it that holder's keys are not copied for it."""

    __tablename__ = "recovery_acceptance"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    recovery_key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery_key.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RecoveryArrival(Base):
    """Recovered keys that came back from a ceremony: they count once the cooling-off is over and nobody objected."""

    __tablename__ = "recovery_arrival"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    content: Mapped[bytes]
    arrived_at: Mapped[datetime]
    due_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))


class MemberReset(Base):
    """That a registrar asked for a member, who lost every way in, to begin anew; the member's next sign-in ends it."""

    __tablename__ = "member_reset"
    __table_args__ = (
        Index("ix_member_reset_open", "member_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        {"info": OPEN},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # done, withdrawn, signed-in
