"""The driver's errors become three that the program knows; every other passes as it is."""

import psycopg
import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from protect.store import DatabaseGone, DiskFull, translate_errors
from protect.store.engine import engine
from tests.database import ClonedDatabase


def test_a_full_disk_is_named() -> None:
    with pytest.raises(DiskFull), translate_errors():
        raise OperationalError("insert", {}, psycopg.errors.DiskFull("could not extend file"))


def test_a_server_that_ends_the_connection_is_gone(clone: ClonedDatabase, web: Engine, owner: Engine) -> None:
    ender = create_engine(clone.url("web"), poolclass=NullPool)
    with web.connect() as connection:
        number = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
        with ender.connect() as other:
            other.execute(text("select pg_terminate_backend(:number)"), {"number": number})
        with pytest.raises(DatabaseGone), translate_errors():
            connection.exec_driver_sql("select 1")


def test_a_server_that_is_not_there_is_gone(tmp_path: object) -> None:
    absent = engine(f"postgresql+psycopg://protect_web@/protect?host={tmp_path}")
    with pytest.raises(DatabaseGone), translate_errors():
        absent.connect()


def test_a_mistake_is_not_translated(web: Engine) -> None:
    with web.connect() as connection, pytest.raises(ProgrammingError), translate_errors():
        connection.exec_driver_sql("select nothing from nowhere")
    with pytest.raises(KeyError), translate_errors():
        raise KeyError("x")


def test_a_pool_survives_the_end_of_its_connections(clone: ClonedDatabase, web: Engine) -> None:
    ender = create_engine(clone.url("web"), poolclass=NullPool)
    with web.connect() as connection:
        number = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
    with ender.connect() as other:
        other.execute(text("select pg_terminate_backend(:number)"), {"number": number})
    with web.connect() as connection:
        assert connection.exec_driver_sql("select 1").scalar_one() == 1
