"""Tables of a case: its plain working columns, its sealed compartments, its consents, its search shards."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from protect.store.base import Base, CaseBound
from protect.store.sealed import Sealed

AGENCY = {"rls": "agency"}
AGENCY_UNIT = {"rls": "agency", "unit": True}
CASE = {**AGENCY_UNIT, "case": "id"}  # of the case that an emergency opens, what may be read
OF_CASE = {**AGENCY_UNIT, "case": "case_id"}


class CaseFile(CaseBound, Base):
    """One person's file as one agency keeps it. Only what work is queried by stands in clear."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("agency_id", "code"),
        UniqueConstraint("agency_id", "import_key"),
        Index("ix_case_file_unit_id_opened_at", "unit_id", "opened_at"),
        {"info": CASE},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    person_code: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    status: Mapped[str]
    urgent: Mapped[bool]
    administrative: Mapped[dict[str, str]] = mapped_column(JSONB)  # fields of class administrative only
    coded_ref: Mapped[uuid.UUID]  # id of the record sent to the commission
    import_key: Mapped[bytes | None]  # keyed hash of the imported row, so that a second run adds nothing
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]


class CaseCompartment(CaseBound, Base):
    """One compartment of a case: its wrapped data key and its sealed fields.

    Part 0 is the compartment; further parts were dropped in by someone who may write and not read.
    """

    __tablename__ = "case_compartment"
    __table_args__ = (UniqueConstraint("case_id", "name", "part"), {"info": OF_CASE})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    unit_id: Mapped[uuid.UUID]
    name: Mapped[str]
    part: Mapped[int]
    key_version: Mapped[int]
    wrap: Mapped[str]  # 'key', 'taken over': AES-KW under the compartment key; 'dropbox': HPKE to its drop-box
    wrapped_key: Mapped[Sealed]
    commitment: Mapped[bytes]
    generation: Mapped[int]
    manifest: Mapped[bytes]
    fields: Mapped[Sealed]  # lp(name, sealed value, name, sealed value, …)


class SearchShard(CaseBound, Base):
    """A sealed block of names and codes, matched only inside a session."""

    __tablename__ = "search_shard"
    __table_args__ = (UniqueConstraint("agency_id", "unit_id", "number"), {"info": AGENCY_UNIT})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    unit_id: Mapped[uuid.UUID]
    number: Mapped[int]
    generation: Mapped[int]
    entries: Mapped[int]
    block: Mapped[Sealed]


class Consent(CaseBound, Base):
    """What was agreed, one append-only row for each purpose and recipient; a withdrawal is a further row."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_case_id", "case_id"), {"info": OF_CASE})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    unit_id: Mapped[uuid.UUID]
    scope: Mapped[str]
    status: Mapped[str]
    given_by: Mapped[str]
    child_assent: Mapped[str | None]
    mode: Mapped[str]
    language: Mapped[str]
    legal_basis: Mapped[str]
    recipient_agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"))
    recipient_service_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("service.id"))
    classes: Mapped[list[str]] = mapped_column(ARRAY(Text))  # compartments that may be shared
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))  # names of the fields that may be shared
    information: Mapped[list[str]] = mapped_column(ARRAY(Text))
    restrictions: Mapped[Sealed | None]
    valid_until: Mapped[datetime | None]
    withdraws: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("consent.id"))
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
