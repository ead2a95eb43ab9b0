"""The table of approvals: what one asked for, who else agreed, from when until when, and how it ended."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from protect.store.base import Base, CaseBound


class Approval(CaseBound, Base):
    """An erasure or an export that one person asked for and another agreed to; the table checks the two.

    What both signed is verified when it is used: a row that somebody put here approves nothing.
    """

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        CheckConstraint("kind in ('erasure', 'export')", name="kind"),
        CheckConstraint("case_id is not null or kind = 'export'", name="one_case"),
        CheckConstraint("covers >= 1 and (case_id is null or covers = 1)", name="covers"),
        CheckConstraint(
            "case when approval is null then num_nonnulls(not_before, until, done_at) = 0"
            " else num_nulls(decided_by, decided_at) = 0 end",
            name="given",
        ),
        CheckConstraint(
            "kind <> 'export' or approval is null"
            " or (until is not null and not_before >= decided_at and until <= not_before + interval '24 hours')",
            name="a_day",
        ),
        CheckConstraint("covers = 1 or approval is null or not_before > decided_at", name="cooled_off"),
        Index("ix_approval_agency_id_asked_at", "agency_id", "asked_at"),
        Index("ix_approval_case_id", "case_id"),
        {"info": {"rls": "agency"}},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))  # whose cases; empty: of every office
    kind: Mapped[str]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"))  # empty: all opened until asked_at
    covers: Mapped[int]  # how many cases these were
    reason: Mapped[str]  # one of a closed list; what is said in words is in the trail alone
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    asked_at: Mapped[datetime]
    request: Mapped[bytes]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None]
    approval: Mapped[bytes | None]  # empty once it is decided: refused
    not_before: Mapped[datetime | None]
    until: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    ended_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
