"""SQL in the wrong hands: what an injected statement of the web role reads and writes, and what it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from protect.store.rls import declared_tables, kind_of
from protect.vault.session import token_hash
from tests.security.telling import Copy

KINDS = {name: kind_of(table) for name, table in declared_tables().tables.items()}
PROTECTED = sorted(name for name, kind in KINDS.items() if kind != "open")
THIRD = "foreign_officer"  # of an agency that has no part in anything
TOKENLESS = {
    "nothing": "select ''",
    "a hash that is kept": "select encode(token_hash, 'hex') from session where ended_at is null limit 1",
    "any id": "select replace(agency_id::text, '-', '') from member where role = 'officer' limit 1",
    "a hash of the trail": "select encode(session_hash, 'hex') from trail_entry where session_hash is not null limit 1",
    "zeros": "select repeat('0', 64)",
}


@contextmanager
def injected(copy: Copy, person: str = "") -> Iterator[Connection]:
    """A connection of the web role as an injected statement finds it; nothing of it is kept."""
    with copy.world.runtime.engine.connect() as connection:
        if person:
            proof = token_hash(copy.world.people[person].token).hex()
            connection.execute(text("select set_config('app.session', :hex, true)"), {"hex": proof})
        yield connection
        connection.rollback()


def everything(copy: Copy) -> dict[str, list[str]]:
    """Every protected row as the backup sees it, whole, as text."""
    engine = create_engine(copy.database.url("backup"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        return {name: _texts(connection, name) for name in PROTECTED}


def _texts(connection: Connection, table: str) -> list[str]:
    return list(connection.execute(text(f'select t::text from "{table}" t order by 1')).scalars())


def seen(connection: Connection) -> int:
    return sum(len(_texts(connection, table)) for table in PROTECTED)


@pytest.mark.parametrize("given", TOKENLESS)
def test_what_sql_itself_can_read_is_no_token(copy: Copy, given: str) -> None:
    with injected(copy) as connection:
        hexed = connection.execute(text(TOKENLESS[given])).scalar_one()
        connection.execute(text("select set_config('app.session', :hex, true)"), {"hex": hexed})
        assert seen(connection) == 0


def test_the_token_of_a_session_opens_the_rows_of_its_agency(copy: Copy) -> None:
    with injected(copy, "house_officer") as connection:
        assert seen(connection) > 20
        assert connection.execute(text("select count(distinct agency_id) from case_file")).scalar_one() == 1


@pytest.mark.parametrize("table", PROTECTED)
def test_another_agency_reads_nothing_and_changes_no_byte(copy: Copy, table: str) -> None:
    before = everything(copy)
    assert before[table]
    columns = declared_tables().tables[table].columns
    attempts = [f'delete from "{table}"', *(f'update "{table}" set "{c.name}" = "{c.name}"' for c in columns)]
    with injected(copy, THIRD) as connection:
        assert _texts(connection, table) == []
        for statement in attempts:
            with connection.begin_nested() as savepoint:
                try:
                    assert connection.execute(text(statement)).rowcount == 0
                except DBAPIError:
                    savepoint.rollback()
        connection.commit()
    assert everything(copy) == before


def test_the_receiver_changes_its_answer_and_not_whose_the_referral_is(copy: Copy) -> None:
    for column in ("agency_id", "to_agency_id", "case_id", "service_id", "unit_id", "created_by", "code"):
        with injected(copy, "shelter_intake") as connection, pytest.raises(DBAPIError):
            connection.execute(text(f'update referral set "{column}" = "{column}"'))
    with injected(copy, "shelter_intake") as connection:
        assert connection.execute(text("update referral set status = status")).rowcount > 0
        assert connection.execute(text("delete from referral")).rowcount == 0
        assert connection.execute(text("delete from disclosure_package")).rowcount == 0


def test_nobody_writes_a_row_in_the_name_of_another_agency(copy: Copy) -> None:
    for table, found in everything(copy).items():
        insert = text(f'insert into "{table}" select (cast(:row as "{table}")).*')
        with injected(copy, THIRD) as connection, pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(insert, {"row": found[0]})


FORBIDDEN = [
    *(f'alter table "{table}" disable row level security' for table in PROTECTED),
    *(f'alter table "{table}" no force row level security' for table in PROTECTED),
    "drop policy app_select on case_file",
    "alter table trail_entry disable trigger all",
    "truncate case_compartment",
    "set role protect_owner",
    "set session_replication_role = replica",
    "create or replace function app_agency() returns uuid language sql as 'select null::uuid'",
    "alter function app_agency() rename to other",
    "delete from trail_entry",
    "update trail_entry set action = 'x'",
    "insert into trail_head values (1, 1, '', now()) on conflict (last_sequence) do update set root = ''",
    "update trail_state set sequence = 0",
    "update release set tables = '[]'",
    "copy case_compartment to '/tmp/stolen'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_web_role_changes_no_protection_and_no_trail(copy: Copy, statement: str) -> None:
    with injected(copy, "house_officer") as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))
