"""A renewal that was under way before its total was kept goes on, and does not know one."""

import uuid

from sqlalchemy import NullPool, create_engine, text

from protect.store import migrate
from protect.store.embedded import EmbeddedServer
from tests.database import cloned
from tests.store.test_members_migration import AGENCY, MEMBER, ROWS, owner, put

BEFORE = "0008"
UNDER_WAY = {
    "id": uuid.UUID(int=31), "agency_id": AGENCY, "compartment": "identity", "version": 2, "started_by": MEMBER,
    "started_at": "2026-01-01", "settled": True, "stage": 1, "done": 7, "left_behind": [],
}  # fmt: skip
HANDED = {"id": uuid.UUID(int=32), "agency_id": AGENCY, "member_id": MEMBER, "kind": "cases", "number": 3}


def test_it_goes_on_without_a_total_and_the_program_may_tell_and_forget(server: EmbeddedServer) -> None:
    with cloned(server, "template0") as made:
        migrate.upgrade(made, BEFORE)
        with owner(made).begin() as connection:
            for table, row in (*ROWS[:2], ("key_rotation", UNDER_WAY)):
                put(connection, table, row)
        migrate.upgrade(made)
        with create_engine(made.url("web"), poolclass=NullPool).begin() as connection:
            (row,) = connection.execute(text("select done, total from key_rotation")).all()
            assert tuple(row) == (7, None)
            put(connection, "handed_over", {**HANDED, "at": "2026-01-01"})
            put(connection, "name_try", {"id": uuid.UUID(int=33), "agency_id": AGENCY, "at": "2026-01-01"})
            assert connection.execute(text("delete from handed_over returning number")).scalar_one() == 3
