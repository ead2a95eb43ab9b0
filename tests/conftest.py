"""What all tests share: a real database, a runtime over it, and a small world of enrolled people."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from protect.access.runtime import Runtime
from protect.config import Settings, load_secrets, make_secrets
from protect.store.embedded import EmbeddedServer
from protect.store.engine import Engine, engine
from protect.store.shred import ShredStore
from tests.world import Clock, World, build_world

if TYPE_CHECKING:
    from tests.database import ClonedDatabase

LONGEST = 10.0  # seconds

pytest_plugins = ["tests.database", "tests.browser", "tests.wire.serving"]


@contextmanager
def opened(database: "ClonedDatabase", folder: Path, clock: Clock | None = None) -> Iterator[Runtime]:
    """A runtime over a database and a folder with secrets, with a clock that the test may move."""
    web = engine(database.url("web"))
    settings = Settings(data=folder)
    try:
        yield Runtime(
            settings, load_secrets(folder / "secrets"), web, ShredStore(folder / "shred.sqlite"), clock or Clock()
        )
    finally:
        _all_given_back(web)
        web.dispose()


def _all_given_back(web: Engine) -> None:
    """Wait for answers that nobody reads any more: a connection that outlives its pool is never closed."""
    until = time.monotonic() + LONGEST
    while web.pool.checkedout() and time.monotonic() < until:  # type: ignore[attr-defined]  # a pool with a queue
        time.sleep(0.01)


@pytest.fixture
def runtime(database: "ClonedDatabase", tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on an empty migrated database of this test's own."""
    make_secrets(tmp_path / "secrets")
    with opened(database, tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def settled(
    server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, World]]:
    """One world, enrolled once by the real actions: its database and folder are copied for each test."""
    from tests.database import cloned

    folder = tmp_path_factory.mktemp("settled")
    make_secrets(folder / "secrets")
    with cloned(server, template) as database:
        with opened(database, folder) as runtime:
            world = build_world(runtime)
        yield database.name, folder, world


@pytest.fixture
def world(server: EmbeddedServer, settled: tuple[str, Path, World], tmp_path: Path) -> Iterator[World]:
    """Agencies and people, everybody signed in, on a database of this test's own."""
    from tests.database import cloned

    name, folder, original = settled
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    # The sessions began when this world was made, and must not be at rest already.
    clock = Clock(original.runtime.clock())
    with cloned(server, name) as database, opened(database, tmp_path, clock) as runtime:
        yield original.copied(runtime)
