"""The database's own line: no token, no rows, and no write for another agency, whatever the program asks."""

import uuid

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from protect.store.rls import KINDS, declared_tables, kind_of, policies
from protect.store.roles import WEB
from tests.store.planted import COMMISSION, HERE, NORTH, THERE, gated, token

TABLES = ("case", "note", "demand", "fact")
SEEN = {HERE: (2, 1, 2, 1), THERE: (2, 1, 2, 1), COMMISSION: (0, 0, 0, 2)}


def ask(connection: Connection, hexed: str) -> None:
    connection.execute(text("select set_config('app.session', :hex, true)"), {"hex": hexed})


def count(connection: Connection) -> tuple[int, ...]:
    return tuple(connection.exec_driver_sql(f'select count(*) from "{table}"').scalar_one() for table in TABLES)


@pytest.mark.parametrize("agency", SEEN)
def test_a_token_opens_the_rows_of_its_agency(web: Engine, agency: uuid.UUID) -> None:
    with web.begin() as connection:
        ask(connection, token(agency).hex())
        assert count(connection) == SEEN[agency]


@pytest.mark.parametrize("hexed", ["", token(HERE, "ended").hex(), token(HERE, "expired").hex(), "00" * 32, HERE.hex])
def test_without_a_live_token_there_are_no_rows(web: Engine, hexed: str) -> None:
    with web.begin() as connection:
        assert count(connection) == (0, 0, 0, 0)
        ask(connection, hexed)
        assert count(connection) == (0, 0, 0, 0)


def test_the_owner_is_bound_as_well(owner: Engine) -> None:
    with owner.begin() as connection:
        assert count(connection) == (0, 0, 0, 0)


def test_the_token_ends_with_its_transaction(web: Engine) -> None:
    with web.connect() as connection:
        with connection.begin():
            ask(connection, token(HERE).hex())
        with connection.begin():
            assert count(connection) == (0, 0, 0, 0)


def test_the_session_sets_its_token_in_each_transaction(web: Engine) -> None:
    reason = {"raw": "the test asks the database itself"}
    with gated(web, HERE) as session:
        for _ in range(2):
            assert session.scalar(text("select app_agency()"), execution_options=reason) == HERE
            session.rollback()
        session.info["token_hash"] = None
        assert session.scalar(text("select app_agency()"), execution_options=reason) is None


FOREIGN_ROWS = {
    "case": f"insert into \"case\" (id, agency_id, unit_id, number) values (gen_random_uuid(), '{THERE}', '{NORTH}', 1)",
    "demand in the sender's name": (
        f"insert into demand (id, agency_id, to_agency_id, status) values (gen_random_uuid(), '{THERE}', '{HERE}', 'sent')"
    ),
    "fact": f"insert into fact (id, agency_id) values (gen_random_uuid(), '{THERE}')",
    "moved case": f"update \"case\" set agency_id = '{THERE}'",
    "moved fact": f"update fact set agency_id = '{THERE}'",
}


@pytest.mark.parametrize("name", FOREIGN_ROWS)
def test_a_row_of_another_agency_is_not_written(web: Engine, name: str) -> None:
    with web.connect() as connection:
        ask(connection, token(HERE).hex())
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.exec_driver_sql(FOREIGN_ROWS[name])


@pytest.mark.parametrize("table", TABLES)
def test_a_write_touches_own_rows_only(web: Engine, table: str) -> None:
    with web.connect() as connection:
        ask(connection, token(THERE).hex())
        connection.exec_driver_sql("delete from note")
        assert connection.exec_driver_sql(f'delete from "{table}"').rowcount == {"case": 2, "note": 0}.get(table, 1)
        ask(connection, token(HERE).hex())
        expected = dict(zip(TABLES, SEEN[HERE], strict=True))[table]
        assert connection.exec_driver_sql(f'select count(*) from "{table}"').scalar_one() == expected - (
            table == "demand"
        )


def test_the_commission_reads_facts_and_changes_none(web: Engine) -> None:
    with web.connect() as connection:
        ask(connection, token(COMMISSION).hex())
        assert connection.exec_driver_sql("update fact set agency_id = agency_id").rowcount == 0
        assert connection.exec_driver_sql("delete from fact").rowcount == 0


@pytest.mark.parametrize("change", ["role = 'officer'", "status = 'suspended'", f"agency_id = '{HERE}'"])
def test_only_an_active_analyst_of_the_commission_reads_every_fact(web: Engine, owner: Engine, change: str) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql(f"update member set {change} where agency_id = '{COMMISSION}'")
    with web.connect() as connection:
        ask(connection, token(COMMISSION).hex())
        assert count(connection)[3] == 0


def test_an_analyst_elsewhere_is_no_statistician(web: Engine, owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("update agency set kind = 'lead'")
    with web.connect() as connection:
        ask(connection, token(COMMISSION).hex())
        assert count(connection)[3] == 0


FORBIDDEN = [
    'alter table "case" disable row level security',
    'drop policy app_select on "case"',
    'truncate "case"',
    "create table mine (x integer)",
    "create function app_agency() returns uuid language sql as 'select null::uuid'",
    "set role protect_owner",
    "set session authorization protect_owner",
    "create role another",
    "copy agency to program 'true'",
    "select pg_read_file('/etc/passwd')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_web_role_cannot_free_itself(web: Engine, statement: str) -> None:
    with web.connect() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql(statement)


def test_row_security_off_is_an_error_and_no_way_out(web: Engine) -> None:
    with web.connect() as connection:
        connection.exec_driver_sql("set row_security = off")
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.exec_driver_sql('select * from "case"')


def test_a_shadowing_temporary_table_does_not_change_the_lookup(web: Engine) -> None:
    with web.connect() as connection:
        try:
            connection.exec_driver_sql("create temporary table session as select * from public.session")
            connection.exec_driver_sql(f"update pg_temp.session set agency_id = '{THERE}'")
        except ProgrammingError:
            connection.rollback()
        ask(connection, token(HERE).hex())
        assert connection.exec_driver_sql("select app_agency()").scalar_one() == HERE


def test_the_lookup_is_for_the_web_role_only(clone: object, web: Engine) -> None:
    with web.connect() as connection:
        for name in ("app_agency()", "app_statistics()"):
            grants = connection.exec_driver_sql(
                f"select grantee::regrole::text from pg_proc p, aclexplode(p.proacl) where p.oid = '{name}'::regprocedure"
            ).scalars()
            assert set(grants) == {WEB, "protect_owner"}


def test_the_lookup_runs_once_a_statement(web: Engine) -> None:
    with web.connect() as connection:
        plan = "\n".join(connection.exec_driver_sql('explain select * from "case"').scalars())
        assert "InitPlan" in plan
        assert "SubPlan" not in plan


def test_backup_reads_everything_and_writes_nothing(clone: object, server: object) -> None:
    from protect.store.engine import engine

    backup = engine(clone.url("backup"), role="backup")
    with backup.connect() as connection:
        assert count(connection) == (4, 2, 2, 2)
        for statement in ("delete from fact", "set default_transaction_read_only = off; delete from fact"):
            with pytest.raises(DBAPIError):
                connection.exec_driver_sql(statement)
            connection.rollback()
    backup.dispose()


def test_every_declared_table_says_its_kind() -> None:
    tables = declared_tables().tables
    assert tables
    assert {name for name, table in tables.items() if kind_of(table) is None} == set()
    for table in tables.values():
        assert len(policies(table)) in (0, 4)
        assert set(KINDS) == {"agency", "parties", "feed", "open"}
