"""The same cases without protection: one table with plain columns, and one with sqlalchemy-utils' encrypted columns.

Working columns, keys to other tables, row-level security and scope are those of the real table of cases.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy_utils import StringEncryptedType
from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine

from bench.example import FIELDS
from bench.server import as_owner, owner_engine
from protect.store import rls
from protect.store.base import Base, CaseBound
from protect.store.embedded import EmbeddedServer
from protect.store.roles import WEB

KEY = "a key of thirty-two letters size"


class Working(CaseBound):
    """What a case has besides its protected fields."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    person_code: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    status: Mapped[str]
    urgent: Mapped[bool]
    administrative: Mapped[dict[str, str]] = mapped_column(JSONB)
    coded_ref: Mapped[uuid.UUID]
    import_key: Mapped[bytes | None]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 -- SQLAlchemy gives the class
        return (
            UniqueConstraint("agency_id", "code"),
            UniqueConstraint("agency_id", "import_key"),
            Index(None, "unit_id", "opened_at"),
            {"info": {"rls": "agency", "unit": True}},
        )


class PlainCase(Working, Base):
    """A case whose fields anybody who reaches the database can read."""

    __tablename__ = "bench_plain"


class EncryptedCase(Working, Base):
    """A case whose fields are encrypted column by column, with one key for everything."""

    __tablename__ = "bench_utils"


for _field in FIELDS:
    setattr(PlainCase, _field, mapped_column(Text))
    setattr(EncryptedCase, _field, mapped_column(StringEncryptedType(Text, KEY, AesGcmEngine)))

WORKING = (*Working.__annotations__, "agency_id")
Twin = type[PlainCase] | type[EncryptedCase]


def create(server: EmbeddedServer, database: str) -> None:
    """Make both tables, with the policies of the real one."""
    tables = [twin.__table__ for twin in (PlainCase, EncryptedCase) if isinstance(twin.__table__, Table)]
    with owner_engine(server, database).connect() as connection:
        Base.metadata.create_all(connection, tables=tables)
    for table in tables:
        name = table.name
        as_owner(server, database, f"alter table {name} enable row level security")
        as_owner(server, database, f"alter table {name} force row level security")
        as_owner(server, database, f"grant select, insert, update, delete on {name} to {WEB}")
        as_owner(server, database, *[policy.sql for policy in rls.policies(table)])
