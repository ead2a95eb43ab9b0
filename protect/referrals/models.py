"""Tables of a referral and of the disclosure package that follows its acceptance."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from protect.store.base import Base, CaseBound
from protect.store.sealed import Sealed

PARTIES = {"rls": "parties"}


class Referral(CaseBound, Base):
    """A demand by one agency to a service of another. `agency_id` sends, `to_agency_id` receives."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_referral_to_agency_id_status", "to_agency_id", "status"),
        Index("ix_referral_case_id", "case_id"),
        {"info": PARTIES},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    code: Mapped[str]
    to_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))  # of the sender
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    consent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("consent.id"))
    urgency: Mapped[str]
    status: Mapped[str]
    request: Mapped[Sealed]  # to the service's inbox: what it needs to answer, without identity
    sender_copy: Mapped[Sealed]  # the same, to the sender's coded drop-box
    decline_reason: Mapped[str | None]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]  # the receiver's word that it saw the withdrawal
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    version: Mapped[int]


class DisclosurePackage(CaseBound, Base):
    """The consented fields of one referral, under a fresh key that a withdrawal destroys."""

    __tablename__ = "disclosure_package"
    __table_args__ = (UniqueConstraint("referral_id"), {"info": PARTIES})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"))
    to_agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    wrapped_key: Mapped[Sealed]
    content: Mapped[Sealed]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_until: Mapped[datetime | None]  # of the consent; the package is bound to it
    closes_at: Mapped[datetime | None]  # as told to both sides; the shred store keeps its own and decides
    opened_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
