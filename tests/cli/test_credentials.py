"""Secrets that systemd hands over are renewed where it takes them from, by hand, and the next start goes over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from protect.access.renewal import trail_opens
from protect.app import open_runtime
from protect.audit.sealer import Sealer
from protect.config import SECRET_NAMES
from tests.world import World

LAID = b"laid by root, 32 bytes long here"


@pytest.fixture
def handed_over(folder: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The secrets as the service finds them, with something in the trail."""
    Sealer(world.runtime.unit_of_work, world.runtime.secrets.session).seal_now()
    world.runtime.engine.dispose()
    for name in SECRET_NAMES:
        (folder / f"secrets/{name}").rename(folder / f"secrets/protect_{name}")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder / "secrets"))
    return folder


def test_the_verb_refuses_and_writes_nothing(handed_over: Path, protect: Callable[..., tuple[int, str]]) -> None:
    before = sorted(path.name for path in (handed_over / "secrets").iterdir())
    code, said = protect("rotate-secret", "pepper")
    assert code == 2
    assert "systemd" in said
    assert sorted(path.name for path in (handed_over / "secrets").iterdir()) == before


def test_a_version_that_root_laid_there_is_taken_over_at_the_next_start(handed_over: Path) -> None:
    path = handed_over / "secrets/protect_session.1"
    path.write_bytes(LAID)
    path.chmod(0o400)
    runtime, _database = open_runtime(handed_over)
    with runtime.unit_of_work() as db:
        assert trail_opens(db, LAID)
        assert not trail_opens(db, runtime.secrets.versions("session")[1])
    runtime.engine.dispose()
