"""Fixtures of a real database: one private server a session, a migrated template, a clone a test."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, pool, text

from protect.store import migrate
from protect.store.embedded import EmbeddedServer, start
from protect.store.roles import BACKUP, OWNER, WEB, Role

TEMPLATE = "protect_template"


class ClonedDatabase:
    """A database of one test, by role, as ``protect.store.database.Database``."""

    def __init__(self, server: EmbeddedServer, name: str) -> None:
        self.server = server
        self.name = name

    def url(self, role: Role, database: str | None = None) -> str:
        return self.server.url(role, database or self.name)

    def stop(self) -> None:
        """The server belongs to the whole session."""


def execute(server: EmbeddedServer, *statements: str, database: str = "protect") -> None:
    """Run statements as the owner, outside a transaction."""
    engine = create_engine(server.url("owner", database), poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def cloned(server: EmbeddedServer, template: str) -> Iterator[ClonedDatabase]:
    """A copy of a template database, dropped at the end together with whoever is still connected."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    execute(
        server,
        f"create database {name} template {template}",
        f"revoke all on database {name} from public",
        f"grant connect on database {name} to {WEB}, {BACKUP}",
    )
    try:
        yield ClonedDatabase(server, name)
    finally:
        execute(server, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """A private server without fsync, where the server's user can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="protect-test-"))
    folder.chmod(0o755)
    running = start(folder, durable=False)
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """Name of a database at the head of the migrations, which nobody connects to."""
    execute(server, f"create database {TEMPLATE} owner {OWNER}")
    migrate.upgrade_url(server.url("owner", TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database(server: EmbeddedServer, template: str) -> Iterator[ClonedDatabase]:
    """A migrated database of this test's own."""
    with cloned(server, template) as clone:
        yield clone
