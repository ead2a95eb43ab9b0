"""Cases of before are there after the office became a line of the database, and every one is found by its office."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase, cloned
from tests.store.test_members_migration import AGENCY, MEMBER, owner, put

UNIT, CASE = uuid.UUID(int=21), uuid.UUID(int=22)
ROWS = (
    ("agency", {"id": AGENCY, "name": "Agence", "kind": "lead"}),
    ("unit", {"id": UNIT, "agency_id": AGENCY, "name": "Goma", "province": "CD-NK"}),
    ("member", {
        "id": MEMBER, "agency_id": AGENCY, "unit_id": UNIT, "role": "officer", "sign_in_name": "a", "display_name": "A",
    }),
    ("case_file", {
        "id": CASE, "agency_id": AGENCY, "unit_id": UNIT, "code": "CD-NK-26-2222", "person_code": uuid.UUID(int=23),
        "owner_id": MEMBER, "status": "active", "urgent": False, "administrative": "{}",
        "coded_ref": uuid.UUID(int=24), "opened_at": "2026-01-01", "updated_at": "2026-01-01", "version": 1,
    }),
)  # fmt: skip
OPENING = {
    "id": uuid.UUID(int=25), "agency_id": AGENCY, "case_id": CASE, "case_code": "CD-NK-26-2222", "unit_id": UNIT,
    "asked_by": MEMBER, "asked_at": "2026-01-01", "reason": "danger", "request": b"r",
}  # fmt: skip


def unprotected(connection: Connection, *tables: str) -> None:
    for table in tables:
        connection.execute(text(f"alter table {table} no force row level security"))


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one case."""
    with cloned(server, "template0") as made:
        migrate.upgrade(made, "0006")
        with owner(made).begin() as connection:
            unprotected(connection, "case_file")
            for table, row in ROWS:
                put(connection, table, row)
            connection.execute(text("alter table case_file force row level security"))
        yield made


def test_the_case_is_there_and_knows_the_new_line(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    with create_engine(before.url("owner"), poolclass=NullPool).begin() as connection:
        assert connection.execute(text("select count(*) from case_file")).scalar_one() == 0  # no session, no rows
        unprotected(connection, "case_file", "emergency_opening")
        assert connection.execute(text("select unit_id from case_file")).scalar_one() == UNIT
        put(connection, "emergency_opening", OPENING)
        with pytest.raises(IntegrityError):
            connection.execute(text("update emergency_opening set decided_by = asked_by"))
