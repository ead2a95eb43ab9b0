"""What was enrolled before registrars certified stays in force; keys that were granted before are not brought over."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import InternalError, ProgrammingError

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase, cloned

AGENCY, MEMBER, INVITATION = (uuid.UUID(int=number) for number in (1, 2, 3))
ROWS = (
    ("agency", {"id": AGENCY, "name": "Agence", "kind": "lead"}),
    ("member", {"id": MEMBER, "agency_id": AGENCY, "role": "registrar", "sign_in_name": "a", "display_name": "A"}),
    ("invitation", {
        "id": INVITATION, "member_id": MEMBER, "agency_id": AGENCY, "enrol_public": b"e", "statement": b"i",
        "pins": b"p", "expires_at": "2026-01-02",
    }),
    ("certificate", {
        "id": uuid.UUID(int=4), "member_id": MEMBER, "invitation_id": INVITATION, "epoch": 1, "statement": b"c",
        "created_at": "2026-01-01",
    }),
)  # fmt: skip
GRANT = {
    "id": uuid.UUID(int=5), "agency_id": AGENCY, "recipient_id": MEMBER, "supplier_id": MEMBER,
    "compartment": "identity", "version": 1, "statement": b"g",
}  # fmt: skip


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one member who enrolled."""
    with of_revision(server, "0004") as made:
        yield made


@contextmanager
def of_revision(
    server: EmbeddedServer, revision: str, *more: tuple[str, dict[str, object]]
) -> Iterator[ClonedDatabase]:
    """A database of that revision, with one member who enrolled, and more rows by table."""
    with cloned(server, "template0") as made:
        migrate.upgrade(made, revision)
        with owner(made).begin() as connection:
            for table, row in (*ROWS, *more):
                put(connection, table, row)
        yield made


def owner(database: ClonedDatabase):
    return create_engine(database.url("owner"), poolclass=NullPool)


def put(connection: Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(row)
    connection.execute(text(f"insert into {table} ({names}) values ({', '.join(f':{name}' for name in row)})"), row)


def test_whoever_was_certified_before_is_in_force(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    with owner(before).begin() as connection:
        created, in_force, issued_by = connection.execute(
            text("select created_at, in_force_at, issued_by from certificate")
        ).one()
    assert (in_force, issued_by) == (created, None)


def test_keys_that_nobody_authorised_are_not_brought_over(before: ClonedDatabase) -> None:
    with owner(before).begin() as connection:
        put(connection, "key_grant", GRANT)
    with pytest.raises((InternalError, ProgrammingError), match="begin a new instance"):
        migrate.upgrade(before)
