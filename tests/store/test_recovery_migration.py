"""Keys that colleagues supplied before recovery stay supplied, and the root can supply one now."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase
from tests.store.test_members_migration import AGENCY, GRANT, MEMBER, of_revision, owner, put


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one member who holds a key."""
    with of_revision(server, "0005", ("key_grant", GRANT)) as made:
        yield made


def test_grants_stay_and_the_root_may_supply(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    with owner(before).begin() as connection:
        put(connection, "key_grant", {**GRANT, "id": uuid.UUID(int=6), "supplier_id": None})
        found = connection.execute(text("select supplier_id from key_grant order by id")).scalars().all()
    assert found == [MEMBER, None]


def test_one_new_beginning_at_a_time(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    asked = {
        "agency_id": AGENCY, "member_id": MEMBER, "asked_by": MEMBER, "asked_at": "2026-01-01", "due_at": "2026-01-02",
    }  # fmt: skip
    with owner(before).begin() as connection:
        put(connection, "member_reset", {**asked, "id": uuid.UUID(int=7), "ended_at": "2026-01-01"})
        put(connection, "member_reset", {**asked, "id": uuid.UUID(int=8)})
    with pytest.raises(IntegrityError), owner(before).begin() as connection:
        put(connection, "member_reset", {**asked, "id": uuid.UUID(int=9)})
