"""Making an instance: what is absent is made, what is there is left, and nothing is made up for people who are there."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from protect.app import DIRECTORY_KEY, found_instance
from protect.cli import main
from protect.config import SECRET_NAMES, SecretMissing
from protect.store.embedded import made, start
from tests.world import World


@pytest.fixture
def empty() -> Iterator[Path]:
    """A folder that the private server's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="protect-test-"))
    yield folder
    if made(folder):
        server = start(folder)
        server.stop()
        shutil.rmtree(server.places.base)
    shutil.rmtree(folder, ignore_errors=True)


def test_init_says_what_it_made_and_the_second_time_that_it_was_there(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--data", str(empty)]) == 0
    first = capsys.readouterr().out
    kept = {path: path.read_bytes() for path in (*(empty / "secrets").iterdir(), empty / DIRECTORY_KEY)}
    assert first.count("créé") == len(SECRET_NAMES) + 2
    assert "protect doctor" in first
    assert main(["init", "--data", str(empty)]) == 0
    again = capsys.readouterr().out
    assert again.count("déjà là") == len(SECRET_NAMES) + 2
    assert kept == {path: path.read_bytes() for path in kept}
    assert main(["doctor", "--data", str(empty)]) == 0
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o400}


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_lost_secret_is_not_made_up_for_people_who_are_there(folder: Path, world: World, name: str) -> None:
    (folder / "secrets" / name).unlink()
    with pytest.raises(SecretMissing, match=name):
        found_instance(folder)
    assert not (folder / "secrets" / name).exists()


def test_a_directory_root_that_was_taken_away_is_not_made_anew(folder: Path, world: World) -> None:
    assert not found_instance(folder).exists()
