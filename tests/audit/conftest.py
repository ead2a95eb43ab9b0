"""A trail on a real server, with the hands that may touch it and the one that may not."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from protect.audit import ddl
from protect.store.base import Base
from tests.audit.hands import Trail

SOCKET = os.environ.get("PROTECT_TEST_SOCKET", "")


def _url(name: str, role: str) -> str:
    return f"postgresql+psycopg://{role}@/{name}?host={SOCKET}"


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    name = f"trail_{uuid.uuid4().hex[:8]}"
    admin = create_engine(_url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
        if not connection.scalar(text("select 1 from pg_roles where rolname = 'protect_web'")):
            connection.execute(text("create role protect_web login"))
    engine = create_engine(_url(name, "postgres"), poolclass=NullPool)
    with engine.begin() as connection:
        Base.metadata.create_all(
            connection, tables=[table for table in Base.metadata.sorted_tables if table.name.startswith("trail_")]
        )
        connection.exec_driver_sql(ddl.GUARD)
        connection.exec_driver_sql(ddl.grants("protect_web"))
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))


@contextmanager
def _clone(template: str) -> Iterator[tuple[Engine, Engine]]:
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    admin = create_engine(_url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {template}"))
    owner, web = create_engine(_url(name, "postgres"), poolclass=NullPool), create_engine(_url(name, "protect_web"))
    try:
        yield owner, web
    finally:
        web.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))


@pytest.fixture
def trail(template: str) -> Iterator[Trail]:
    with _clone(template) as (owner, web):
        yield Trail(owner, web)
