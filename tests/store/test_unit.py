"""Who works in one office is kept to it by the database too, but for one case while it is open in an emergency."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import ProgrammingError

from protect.access.policy import policy
from protect.store.rls import UNIT_BODY
from protect.store.scope import reach_whole_agency
from tests.store.planted import HERE, NORTH, SOUTH, Case, gated, token
from tests.store.test_rls import ask

WRITES = (
    "update \"case\" set number = 1 where unit_id = '{south}'",
    "delete from \"case\" where unit_id = '{south}'",
)


@pytest.fixture
def officer(owner: Engine) -> uuid.UUID:
    """The planted member of HERE is an officer of the north now."""
    with owner.begin() as connection:
        change = f"update member set role = 'officer', unit_id = '{NORTH}' where agency_id = '{HERE}' returning id"
        found: uuid.UUID = connection.exec_driver_sql(change).scalar_one()
    return found


def units(connection: Connection) -> set[uuid.UUID]:
    ask(connection, token(HERE).hex())
    return set(connection.exec_driver_sql('select unit_id from "case"').scalars())


def open_south(web: Engine, officer: uuid.UUID, **changes: object) -> None:
    """An emergency opening of the case of the south."""
    now = dt.datetime.now(dt.UTC)
    row = {
        "id": uuid.uuid4(), "agency_id": HERE, "asked_by": officer, "approval": b"a", "until": now + dt.timedelta(hours=1),
        "ended_at": None, **changes,
    }  # fmt: skip
    with web.begin() as connection:
        ask(connection, token(HERE).hex())
        connection.exec_driver_sql("select set_config('app.reach', 'agency', true)")
        south = connection.exec_driver_sql(f"select id from \"case\" where unit_id = '{SOUTH}'").scalar_one()
        names = ", ".join(row)
        holes = ", ".join(f"%({name})s" for name in row)
        connection.exec_driver_sql(
            f"insert into emergency_opening (case_id, {names}) values ('{south}', {holes})", {**row}
        )


def test_an_officer_sees_one_office(web: Engine, officer: uuid.UUID) -> None:
    with web.begin() as connection:
        assert units(connection) == {NORTH}
        for statement in WRITES:
            assert connection.exec_driver_sql(statement.format(south=SOUTH)).rowcount == 0


def test_nobody_moves_or_makes_a_case_elsewhere(web: Engine, officer: uuid.UUID) -> None:
    for statement in (
        f"update \"case\" set unit_id = '{SOUTH}'",
        f"insert into \"case\" (id, agency_id, unit_id, number) values (gen_random_uuid(), '{HERE}', '{SOUTH}', 1)",
    ):
        with web.connect() as connection:
            ask(connection, token(HERE).hex())
            with pytest.raises(ProgrammingError, match="row-level security"):
                connection.exec_driver_sql(statement)


def test_an_officer_of_no_office_sees_none(web: Engine, owner: Engine, officer: uuid.UUID) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("update member set unit_id = null")
    with web.begin() as connection:
        assert units(connection) == set()


def test_another_role_sees_the_agency(web: Engine) -> None:
    with web.begin() as connection:
        assert units(connection) == {NORTH, SOUTH}


def test_a_renewal_says_that_it_reaches_every_office(web: Engine, officer: uuid.UUID) -> None:
    with gated(web, HERE) as session:
        assert len(session.scalars(select(Case)).all()) == 1
        reach_whole_agency(session, HERE)
        assert len(session.scalars(select(Case)).all()) == 2
        session.rollback()
        assert len(session.scalars(select(Case)).all()) == 2  # in the next transaction of the same work, too
    with gated(web, HERE) as session:
        assert len(session.scalars(select(Case)).all()) == 1  # and in nobody else's


def test_an_emergency_opens_one_case_for_reading(web: Engine, officer: uuid.UUID) -> None:
    open_south(web, officer)
    with web.begin() as connection:
        assert units(connection) == {NORTH, SOUTH}
        for statement in WRITES:
            assert connection.exec_driver_sql(statement.format(south=SOUTH)).rowcount == 0


HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"until": dt.datetime.now(dt.UTC) - HOUR},
        {"until": dt.datetime.now(dt.UTC) + 5 * HOUR},
        {"until": None},
        {"ended_at": dt.datetime.now(dt.UTC)},
        {"approval": None},
        {"asked_by": uuid.uuid4()},
    ],
)
def test_what_opens_nothing(web: Engine, officer: uuid.UUID, changes: dict[str, object]) -> None:
    open_south(web, officer, **changes)
    with web.begin() as connection:
        assert units(connection) == {NORTH}


def test_the_database_narrows_the_roles_that_the_policy_narrows() -> None:
    narrowed = [role for role in policy().roles if policy().by_unit(role)]
    assert narrowed == ["officer"]
    assert "m.role = 'officer'" in UNIT_BODY
