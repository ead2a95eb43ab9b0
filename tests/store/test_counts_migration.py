"""A session of before goes on: only its count of wrong codes is elsewhere now, and begins anew."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase
from tests.store.test_members_migration import AGENCY, MEMBER, of_revision, owner

MOMENT = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one session."""
    moments = dict.fromkeys(("created_at", "seen_at", "expires_at"), MOMENT)
    session = {
        "id": uuid.UUID(int=8), "token_hash": b"hash", "member_id": MEMBER, "agency_id": AGENCY, **moments,
        "keys": b"keys", "step_key": True, "wrong": 3, "device": "Firefox",
    }  # fmt: skip
    with of_revision(server, "0010", ("session", session)) as made:
        yield made


def test_a_session_of_before_stays_without_its_count(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    with owner(before).begin() as connection:
        (row,) = connection.execute(text("select * from session")).mappings().all()
    assert (bytes(row["keys"]), row["step_key"], row["device"]) == (b"keys", True, "Firefox")
    assert "wrong" not in row
