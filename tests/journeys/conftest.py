"""One served instance and one browser for all journeys: the story is each test's own, the expensive set-up is not."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from protect.access import limits
from protect.access.runtime import system_clock
from protect.app import connect_slices
from protect.store.embedded import EmbeddedServer
from tests.conftest import opened
from tests.database import cloned
from tests.journeys.instance import Instance
from tests.journeys.serving import gunicorn
from tests.referrals.hands import OTHER_SHELTER, SHELTER, add_places
from tests.world import World

PLACES = 30
STORIES = (600, 900)  # one officer is in every story, and one hour has them all


@pytest.fixture(scope="session")
def instance(
    server: EmbeddedServer,
    settled: tuple[str, Path, World],
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Instance]:
    """The small world, served by gunicorn with the settings of an operator."""
    name, folder, original = settled
    data = tmp_path_factory.mktemp("journeys")
    shutil.copytree(folder, data, dirs_exist_ok=True)
    connect_slices()
    with (
        cloned(server, name) as database,
        opened(database, data) as runtime,
        gunicorn(data, database.url("web"), _limits()) as base,
    ):
        settings = runtime.settings.model_copy(update={"opening_limits": dict.fromkeys(limits.shipped(), STORIES)})
        world = original.copied(replace(runtime, clock=system_clock, settings=settings))
        served = Instance(world, base, browser)
        served.person("officer")  # who looks for the services; the sessions of the world are as old as the world
        for service, name in ((SHELTER, "shelter_intake"), (OTHER_SHELTER, "other_shelter_intake")):
            add_places(world, service, PLACES, served.person(name).name)
        yield served


def _limits() -> str:
    """How many people each role may open, as an operator writes it."""
    return "\n".join(("[opening_limits]", *(f"{role} = {list(STORIES)}" for role in limits.shipped())))
