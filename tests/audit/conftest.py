"""A trail in a migrated database of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import NullPool, create_engine

from protect.store.embedded import EmbeddedServer
from protect.store.engine import engine
from tests.audit.hands import AGENCY, Trail
from tests.database import ClonedDatabase, cloned


@contextmanager
def trail_in(database: ClonedDatabase) -> Iterator[Trail]:
    """The trail of a database, through the web role's hand and the owner's."""
    web = engine(database.url("web"), pool_size=12)
    yield Trail(create_engine(database.url("owner"), poolclass=NullPool), web)
    web.dispose()


@pytest.fixture
def trail(database: ClonedDatabase) -> Iterator[Trail]:
    """A trail that a test may ruin."""
    with trail_in(database) as made:
        yield made


@pytest.fixture(scope="module")
def lasting(server: EmbeddedServer, template: str) -> Iterator[Trail]:
    """A trail with sealed and pending entries, for attempts that must leave it as it is."""
    with cloned(server, template) as database, trail_in(database) as made:
        made.epoch(AGENCY)
        made.write(2)
        made.seal()
        made.write(1, first=2)
        yield made
