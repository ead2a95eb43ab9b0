"""The small world behind two processes of the real server, one for each file of tests."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from protect.access.runtime import system_clock
from protect.app import connect_slices
from protect.store.embedded import EmbeddedServer
from tests.conftest import opened
from tests.database import cloned
from tests.journeys.serving import PROGRAM, gunicorn
from tests.wire.served import Served
from tests.world import World

Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def serve(server: EmbeddedServer, settled: tuple[str, Path, World], tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Serves a copy of the small world, by the real program or by one that plants a fault."""
    name, folder, original = settled
    connect_slices()

    @contextmanager
    def run(program: str = PROGRAM) -> Iterator[Served]:
        data = tmp_path_factory.mktemp("wire")
        shutil.copytree(folder, data, dirs_exist_ok=True)
        with (
            cloned(server, name) as database,
            opened(database, data) as runtime,
            gunicorn(data, database.url("web"), program=program) as base,
        ):
            yield Served(original.copied(replace(runtime, clock=system_clock)), int(urlsplit(base).port or 0))

    return run


@pytest.fixture(scope="module")
def served(serve: Serve) -> Iterator[Served]:
    """The real program."""
    with serve() as found:
        yield found
