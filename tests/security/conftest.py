"""One story for all tests of this room: lived through once, then copied for each file that needs a world of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from protect.store.embedded import EmbeddedServer
from tests.security.acting import Acted, act
from tests.security.canaries import Canaries
from tests.security.cast import add_house
from tests.security.filling import Filler
from tests.security.places import Recorder, dump
from tests.security.story import Story
from tests.security.telling import Copy, Told, overheard, tell
from tests.world import Clock, World


@pytest.fixture(scope="session")
def told(
    server: EmbeddedServer, settled: tuple[str, Path, World], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """The story, told. Its database is then a template: nobody is connected to it."""
    from tests.conftest import opened
    from tests.database import cloned

    name, before, original = settled
    folder = tmp_path_factory.mktemp("told")
    shutil.copytree(before, folder, dirs_exist_ok=True)
    canaries = Canaries()
    with cloned(server, name) as database:
        blank = repr(dump(database.url("backup"))).encode()
        found = Told(database, folder, original, Story(original, Filler(canaries, blank)), canaries)
        clock = Clock(original.runtime.clock())  # sessions that began then must not be at rest already
        with overheard(found), opened(database, folder, clock) as runtime:
            found.world = found.story.world = original.copied(runtime)
            add_house(found.world)
            found.recorder = Recorder(found.world.app)
            with found.writes.watched():
                tell(found)
        yield found


@pytest.fixture(scope="module")
def copy(server: EmbeddedServer, told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The world after the story, everybody signed in, on a database of this file's own."""
    from tests.conftest import opened
    from tests.database import cloned

    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(told.folder, folder, dirs_exist_ok=True)
    clock = Clock(told.world.runtime.clock())
    with cloned(server, told.database.name) as database, opened(database, folder, clock) as runtime:
        yield Copy(database, folder, told.world.copied(runtime), told.story.ids, told.known)


@pytest.fixture(scope="module")
def acted(copy: Copy) -> Acted:
    """The copy with a word in every field of two cases, and a referral in each state."""
    return act(copy)


@pytest.fixture(scope="module")
def loose(copy: Copy) -> Copy:
    """The copy with the database's own guards off: what is left is the cryptography."""
    copy.loosen()
    return copy
