"""Cases of before can be asked about after approvals came, and the new table holds to two people by itself."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase, cloned
from tests.store.test_break_glass_migration import CASE, ROWS, UNIT, unprotected
from tests.store.test_members_migration import AGENCY, MEMBER, owner, put

OTHER = uuid.UUID(int=31)
SECOND = {"id": OTHER, "agency_id": AGENCY, "role": "supervisor", "sign_in_name": "b", "display_name": "B"}
ASKED = {
    "id": uuid.UUID(int=32), "agency_id": AGENCY, "unit_id": UNIT, "kind": "export", "case_id": None, "covers": 12,
    "reason": "court", "asked_by": MEMBER, "asked_at": "2026-01-01", "request": b"r",
}  # fmt: skip
ONE = {**ASKED, "id": uuid.UUID(int=33), "kind": "erasure", "case_id": CASE, "covers": 1}
GIVEN = (
    "update approval set decided_by = :second, decided_at = '2026-01-02', approval = 'a', not_before = {0}, until = {1}"
)
REFUSED = (
    "update approval set decided_by = asked_by",
    "update approval set approval = 'a'",
    "update approval set done_at = now()",
    "update approval set covers = 0",
    "update approval set kind = 'erasure' where case_id is null",
    "update approval set kind = 'curiosity'",
    "update approval set covers = 2 where case_id is not null",
    GIVEN.format("'2026-01-02'", "'2026-01-03'") + " where covers = 12",
    GIVEN.format("'2026-01-03'", "'2026-01-05'") + " where covers = 12",
    GIVEN.format("null", "null") + " where covers = 12",
)


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one case."""
    with cloned(server, "template0") as made:
        migrate.upgrade(made, "0007")
        with owner(made).begin() as connection:
            unprotected(connection, "case_file")
            for table, row in (*ROWS, ("member", SECOND)):
                put(connection, table, row)
            connection.execute(text("alter table case_file force row level security"))
        yield made


def test_the_case_is_there_and_the_table_refuses_what_is_none(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    engine = create_engine(before.url("owner"), poolclass=NullPool)
    with engine.begin() as connection:
        unprotected(connection, "case_file", "approval")
        assert connection.execute(text("select id from case_file")).scalar_one() == CASE
        for row in (ASKED, ONE):
            put(connection, "approval", row)
    for statement in REFUSED:
        with engine.begin() as connection, pytest.raises(IntegrityError):
            connection.execute(text(statement), {"second": OTHER} if ":second" in statement else {})
    with engine.begin() as connection:
        good = GIVEN.format("'2026-01-03'", "'2026-01-04'") + " where covers = 12"
        connection.execute(text(good), {"second": OTHER})
