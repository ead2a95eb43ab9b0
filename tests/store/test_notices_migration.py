"""Notices of before stay, and are shown: nobody knows whether they were."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase
from tests.store.test_members_migration import MEMBER, of_revision, owner


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one member who was told something."""
    notice = {"id": uuid.UUID(int=7), "member_id": MEMBER, "what": "factor:add totp", "at": "2026-01-01"}
    with of_revision(server, "0009", ("notice", notice)) as made:
        yield made


def test_a_notice_of_before_was_shown_to_nobody(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    with owner(before).begin() as connection:
        rows = connection.execute(text("select what, shown_at from notice")).all()
        granted = text("select column_name from information_schema.column_privileges where table_name = 'notice'"
                       " and grantee = 'protect_web' and privilege_type = 'UPDATE'")  # fmt: skip
        may_change = connection.execute(granted).scalars().all()
    assert [tuple(row) for row in rows] == [("factor:add totp", None)]
    assert may_change == ["shown_at"]
