"""An instance folder over the small world, as the operator's verbs find it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from protect.access.runtime import Runtime
from protect.app import open_runtime
from protect.cli import main
from tests.world import World


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """The folder of the world's instance; nobody is connected to its database."""
    address = world.runtime.engine.url.render_as_string(hide_password=False)
    (tmp_path / "config.toml").write_text(f'database = "{address}"\n', encoding="utf-8")
    (tmp_path / "config.toml").chmod(0o600)
    tmp_path.chmod(0o700)
    world.runtime.engine.dispose()
    return tmp_path


@pytest.fixture
def protect(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run a verb over the folder: its exit code and everything it said."""

    def run(verb: str, *arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main([verb, *arguments, "--data", str(folder)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def started(folder: Path, world: World) -> Iterator[Callable[[], Runtime]]:
    """Start anew, as a server does."""
    with ExitStack() as ends:

        def start() -> Runtime:
            runtime, _database = open_runtime(folder)
            ends.callback(runtime.engine.dispose)
            return replace(runtime, clock=world.runtime.clock)

        yield start
