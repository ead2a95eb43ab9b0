"""Tables of the directory: agencies, units, services, places and stays."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from protect.store.base import Base, CaseBound

OPEN = {"rls": "open"}


class Agency(Base):
    __tablename__ = "agency"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # lead, shelter, medical, legal, commission, other
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Unit(Base):
    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("agency_id", "name"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str]
    province: Mapped[str]  # ISO 3166-2


class HandedOver(Base):
    """How many things were handed over to a member, told until they are seen: no case and nobody is named."""

    __tablename__ = "handed_over"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[str]  # cases, referrals
    number: Mapped[int]
    at: Mapped[datetime]


class NameTry(Base):
    """That registrars of an agency met a sign-in name of another one; never which."""

    __tablename__ = "name_try"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    at: Mapped[datetime]


class Service(Base):
    """What an agency offers. An address is never kept here."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("agency_id", "name"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str]
    service_type: Mapped[str]  # code list service_type
    province: Mapped[str]
    sexes: Mapped[list[str]] = mapped_column(ARRAY(Text))  # whom it takes; empty = everybody
    majorities: Mapped[list[str]] = mapped_column(ARRAY(Text))  # child, adult; empty = both
    has_places: Mapped[bool]  # True where a person occupies a bed or a place
    free_places: Mapped[int] = mapped_column(server_default="0")
    free_places_at: Mapped[datetime | None]
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))


class Place(CaseBound, Base):
    """One bed or place of a service."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("service_id", "label"), {"info": {"rls": "agency"}})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"), index=True)
    label: Mapped[str]


class Stay(CaseBound, Base):
    """A place taken for a time; two live stays of one place can never overlap."""

    __tablename__ = "stay"
    __table_args__ = (
        ExcludeConstraint(
            ("place_id", "="),
            ("during", "&&"),
            where=text("status in ('held', 'confirmed', 'occupied')"),
            using="gist",
            name="ex_stay_place_during",
        ),
        Index("ix_stay_referral_id", "referral_id"),
        {"info": {"rls": "agency"}},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("place.id"))
    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    status: Mapped[str]  # held, confirmed, occupied, released
