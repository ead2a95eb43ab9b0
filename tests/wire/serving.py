"""Starts two processes of the real server over a copy of the small world."""

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
    def run(program: str = PROGRAM, settings: str = "") -> Iterator[Served]:
        data = tmp_path_factory.mktemp("wire")
        shutil.copytree(folder, data, dirs_exist_ok=True)
        with (
            cloned(server, name) as database,
            opened(database, data) as runtime,
            gunicorn(data, database.url("web"), settings, program) as base,
        ):
            world = original.copied(replace(runtime, clock=system_clock))
            yield Served(world, int(urlsplit(base).port or 0))

    return run
