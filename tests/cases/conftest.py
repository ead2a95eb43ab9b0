"""A world that the tests of one file share: enrolling people costs seconds, and each test opens cases of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from protect.access.runtime import Runtime
from protect.auth.actions_onboarding import NewMember
from protect.config import Settings, load_secrets, make_secrets
from protect.store.engine import engine
from protect.store.shred import ShredStore
from tests.database import cloned
from tests.world import CLINIC, LEAD, OTHER_LEAD, SHELTER, Clock, World, build_world

FOREIGN = replace(
    OTHER_LEAD, members=[*OTHER_LEAD.members, NewMember("foreign_clinician", "Rosine Soins", "clinician")]
)


@pytest.fixture(scope="module")
def people(server, template, tmp_path_factory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("cases")
    make_secrets(folder / "secrets")
    with cloned(server, template) as clone:
        web = engine(clone.url("web"))
        store = ShredStore(folder / "shred.sqlite")
        runtime = Runtime(Settings(data=folder), load_secrets(folder / "secrets"), web, store, Clock())
        yield build_world(runtime, (LEAD, FOREIGN, SHELTER, CLINIC))
        web.dispose()
