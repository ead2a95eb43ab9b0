"""A database with planted tables, cloned for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from protect.store.embedded import EmbeddedServer
from protect.store.engine import engine
from protect.store.roles import OWNER
from tests.database import ClonedDatabase, cloned, execute
from tests.store import planted

PLANTED = "planted_template"


@pytest.fixture(scope="session")
def planted_template(server: EmbeddedServer) -> str:
    """A template with tables of every kind and the rows of two agencies."""
    execute(server, f"create database {PLANTED} owner {OWNER}")
    planted.lay(create_engine(server.url("owner", PLANTED), poolclass=NullPool))
    web = engine(server.url("web", PLANTED))
    planted.fill(web)
    web.dispose()
    return PLANTED


@pytest.fixture
def clone(server: EmbeddedServer, planted_template: str) -> Iterator[ClonedDatabase]:
    """The planted database of one test."""
    with cloned(server, planted_template) as made:
        yield made


@pytest.fixture
def web(clone: ClonedDatabase) -> Iterator[Engine]:
    """The planted database as the web role sees it."""
    made = engine(clone.url("web"))
    yield made
    made.dispose()


@pytest.fixture
def owner(clone: ClonedDatabase) -> Iterator[Engine]:
    """The planted database as its owner sees it."""
    made = create_engine(clone.url("owner"), poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def unprotected(server: EmbeddedServer, planted_template: str) -> Iterator[Engine]:
    """The owner with row-level security off: what the session alone must narrow. Nothing is committed here."""
    with cloned(server, planted_template) as made:
        engine = create_engine(made.url("owner"), poolclass=NullPool)
        with engine.begin() as connection:
            for table in planted.PlantedBase.metadata.sorted_tables:
                connection.exec_driver_sql(f'alter table "{table.name}" no force row level security')
        yield engine
