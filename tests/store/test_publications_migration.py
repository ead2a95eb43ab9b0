"""A release that was published before signatures stays as it is; nobody signed it, and none is made up for it."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import ClonedDatabase
from tests.store.test_members_migration import AGENCY, MEMBER, of_revision, owner

SECOND = uuid.UUID(int=41)
PROPOSED = {
    "id": uuid.UUID(int=42), "status": "proposed", "period_start": "2026-01-01", "period_end": "2026-03-31",
    "extracted_at": "2026-04-01", "threshold": 10, "excluded": "<10", "unreadable": 0, "tables": "[]", "digest": b"d",
    "proposed_by": MEMBER, "proposed_at": "2026-04-01",
}  # fmt: skip
DECIDED = "update release set status = 'published', number = 1, decided_by = :second, decided_at = '2026-04-02'"


@pytest.fixture
def before(server: EmbeddedServer) -> Iterator[ClonedDatabase]:
    """A database of the revision before, with one release that is published."""
    person = {"id": SECOND, "agency_id": AGENCY, "role": "publisher", "sign_in_name": "b", "display_name": "B"}
    with of_revision(server, "0011", ("member", person), ("release", PROPOSED)) as made:
        with owner(made).begin() as connection:
            connection.execute(text(DECIDED), {"second": SECOND})
        yield made


def test_a_release_of_before_is_kept_and_signed_by_nobody(before: ClonedDatabase) -> None:
    migrate.upgrade(before)
    with owner(before).begin() as connection:
        assert connection.execute(text("select number, status from release")).one() == (1, "published")
        assert connection.execute(text("select count(*) from publication")).scalar_one() == 0
