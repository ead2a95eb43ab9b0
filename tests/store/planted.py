"""Tables of every kind, apart from the program's own, with the rows of two agencies."""

import datetime as dt
import hashlib
import uuid

from sqlalchemy import Engine, ForeignKey, MetaData, text
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from protect.store import Base, CaseBound, GatedSession, Scope, Sealed
from protect.store.engine import sessions
from protect.store.rls import function_statements, policy_statements
from protect.store.roles import WEB

OPEN = {"rls": "open"}
HERE, THERE, COMMISSION = (uuid.UUID(int=number) for number in (1, 2, 3))
NORTH, SOUTH = uuid.UUID(int=11), uuid.UUID(int=12)


class PlantedBase(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry(metadata=metadata, type_annotation_map=Base.type_annotation_map)


class Agency(PlantedBase):
    __tablename__ = "agency"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cases: Mapped[list["Case"]] = relationship(viewonly=True)


class Member(PlantedBase):
    __tablename__ = "member"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID]
    unit_id: Mapped[uuid.UUID | None]
    role: Mapped[str]
    status: Mapped[str]


class Session(PlantedBase):
    __tablename__ = "session"
    __table_args__ = ({"info": OPEN},)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID]
    ended_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime]


class EmergencyOpening(PlantedBase):
    __tablename__ = "emergency_opening"
    __table_args__ = ({"info": {"rls": "agency"}},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    asked_by: Mapped[uuid.UUID]
    approval: Mapped[bytes | None]
    until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class Case(CaseBound, PlantedBase):
    __tablename__ = "case"
    __table_args__ = ({"info": {"rls": "agency", "unit": True, "case": "id"}},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    unit_id: Mapped[uuid.UUID]
    number: Mapped[int] = mapped_column(default=0)
    name: Mapped[Sealed | None]
    notes: Mapped[list["Note"]] = relationship(back_populates="case")


class Note(CaseBound, PlantedBase):
    __tablename__ = "note"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    case: Mapped[Case] = relationship(back_populates="notes")


class Demand(CaseBound, PlantedBase):
    __tablename__ = "demand"
    __table_args__ = ({"info": {"rls": "parties"}},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    to_agency_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(default="sent")


class Fact(CaseBound, PlantedBase):
    __tablename__ = "fact"
    __table_args__ = ({"info": {"rls": "feed"}},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def token(agency: uuid.UUID, state: str = "live") -> bytes:
    """The hash of the planted session token of an agency; the table keeps the hash of it."""
    return hashlib.sha256(f"{agency}:{state}".encode()).digest()


def lay(owner: Engine) -> None:
    """Make the tables and their protection as the owner."""
    with owner.begin() as connection:
        PlantedBase.metadata.create_all(connection)
        for statement in [*function_statements(), *policy_statements(PlantedBase.metadata)]:
            connection.execute(text(statement))
        connection.execute(text(f"grant select, insert, update, delete on all tables in schema public to {WEB}"))
        now = dt.datetime.now(dt.UTC)
        hour = dt.timedelta(hours=1)
        for agency, kind, role in (
            (HERE, "lead", "supervisor"),
            (THERE, "lead", "supervisor"),
            (COMMISSION, "commission", "analyst"),
        ):
            member = uuid.uuid4()
            connection.execute(Agency.__table__.insert(), {"id": agency, "kind": kind})
            connection.execute(
                Member.__table__.insert(), {"id": member, "agency_id": agency, "role": role, "status": "active"}
            )
            for state, ended, expires in (
                ("live", None, now + hour),
                ("ended", now, now + hour),
                ("expired", None, now - hour),
            ):
                row = {
                    "token_hash": hashlib.sha256(token(agency, state)).digest(),
                    "agency_id": agency,
                    "member_id": member,
                }
                connection.execute(Session.__table__.insert(), {**row, "ended_at": ended, "expires_at": expires})


def rows_of(agency: uuid.UUID, other: uuid.UUID) -> list[PlantedBase]:
    """A case in each of two units, a note, a demand to the other agency and a fact."""
    north = Case(id=uuid.uuid4(), agency_id=agency, unit_id=NORTH, name=Sealed(b"north"))
    south = Case(id=uuid.uuid4(), agency_id=agency, unit_id=SOUTH)
    note = Note(agency_id=agency, case_id=north.id)
    return [north, south, note, Demand(agency_id=agency, to_agency_id=other), Fact(agency_id=agency)]


def gated(web: Engine, agency: uuid.UUID | None, **scope: object) -> GatedSession:
    """A session as the gate makes it: token and scope of an agency, or of nobody."""
    session = sessions(web)()
    session.info["token_hash"] = token(agency) if agency else None
    if agency:
        session.info["scope"] = Scope(agency, **scope)
    return session


def fill(web: Engine) -> None:
    """Write the rows of both agencies, each through its own session."""
    for agency, other in ((HERE, THERE), (THERE, HERE)):
        with gated(web, agency) as session:
            session.add_all(rows_of(agency, other))
            session.info["committing"] = True
            session.commit()
