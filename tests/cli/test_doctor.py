"""The doctor: silent about what is well, and each planted fault is named with what to do."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protect.access.trail_log import log_signer
from protect.app import open_runtime
from protect.audit.sealer import Sealer
from protect.cli import main
from protect.cli.checks import database as database_checks
from protect.cli.checks import host as host_checks
from protect.config import SECRET_NAMES, SecretsPlace, add_version
from protect.process import leaves_no_core
from protect.store import facts
from tests.cases.stories import opened as opened_case
from tests.cli import planted, planted_trail
from tests.cli.planted import LIKEWISE, SEALED_DUMP, Plant, as_owner
from tests.cli.planted_trail import WITNESS, witness_signs
from tests.world import World

Verb = Callable[..., tuple[int, str]]
FAULTS = planted.FAULTS | planted_trail.FAULTS
WARNINGS = planted.WARNINGS | planted_trail.WARNINGS
BY_NATURE = {"keys.one", "recovery.none"}  # the small world has one clinician, one auditor, … and held no ceremony


@pytest.fixture
def healthy(folder: Path, world: World) -> Path:
    """The instance as a careful operator has it."""
    runtime = world.runtime
    opened_case(world.officer)
    Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime)).seal_now()
    witness_signs(runtime, datetime.now(UTC))
    runtime.engine.dispose()
    backups = folder / "copies"
    backups.mkdir(mode=0o700)
    (backups / "protect.age").write_bytes(SEALED_DUMP)
    with (folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write(f'witnesses = ["{WITNESS.verifier}"]\nbackups = "{backups}"\n')
    return folder


def look(capsys: pytest.CaptureFixture[str], folder: Path) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The exit code, and what is not good by its check."""
    capsys.readouterr()
    code = main(["doctor", "--json", "--data", str(folder)])
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is (code == 0)
    found: dict[str, list[tuple[str, str]]] = {}
    for one in told["findings"]:
        if one["level"] != "good":
            assert one["remedy"], one
            found.setdefault(one["check"], []).append((one["level"], one["told"]))
    return code, found


def test_of_a_healthy_instance_only_lonely_and_uncopied_keys_are_told(
    healthy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = look(capsys, healthy)
    assert code == 0, found
    assert set(found) == BY_NATURE
    assert all(level == "warning" for level, _told in found["keys.one"])


def test_a_name_in_the_database_gives_the_terminal_no_orders(
    healthy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    as_owner(world, r"update agency set name = name || E'\x1b[2J\nno line of its own'")
    assert main(["doctor", "--data", str(healthy)]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert not [line for line in said.splitlines() if line.startswith("no line")]
    assert "[2J" in said


def test_it_speaks_french_one_line_a_check(healthy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", str(healthy)]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert {line[0] for line in lines[:-1]} == {"✓", "!"}
    assert "La base de données répond" in "\n".join(lines)
    assert "0 anomalie" in lines[-1]


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_named(
    healthy: Path, world: World, capsys: pytest.CaptureFixture[str], plant: Plant
) -> None:
    plant(world, healthy)
    code, found = look(capsys, healthy)
    assert code == 1
    assert "fault" in [level for level, _told in found[FAULTS[plant]]]
    faults = {check for check, told in found.items() if "fault" in dict(told)}
    assert faults <= {FAULTS[plant], *LIKEWISE.get(plant, ())}


@pytest.mark.parametrize("plant", WARNINGS, ids=lambda plant: plant.__name__)
def test_what_somebody_should_look_after_is_a_warning_and_no_fault(
    healthy: Path, world: World, capsys: pytest.CaptureFixture[str], plant: Plant
) -> None:
    plant(world, healthy)
    code, found = look(capsys, healthy)
    assert code == 0, found
    assert set(found) == {*BY_NATURE, WARNINGS[plant]}


def test_between_a_new_session_secret_and_the_next_start_it_says_so(
    healthy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_version(SecretsPlace(healthy / "secrets"), "session")
    code, found = look(capsys, healthy)
    assert code == 0
    assert set(found) == {*BY_NATURE, "secrets.session", "trail.key"}
    runtime, _database = open_runtime(healthy)
    runtime.engine.dispose()
    assert set(look(capsys, healthy)[1]) == {*BY_NATURE, "secrets.session"}


def test_between_a_new_log_secret_and_its_last_witness_it_counts(
    healthy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_version(SecretsPlace(healthy / "secrets"), "log")
    code, found = look(capsys, healthy)
    assert code == 0
    assert set(found) == {*BY_NATURE, "trail.former"}
    rows, witnesses = counted(found)
    assert (int(rows) > 5, witnesses) == (True, "1")
    runtime, _database = open_runtime(healthy)
    Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime)).seal_now()
    runtime.engine.dispose()
    assert counted(look(capsys, healthy)[1]) == ["0", "1"]
    witness_signs(runtime, datetime.now(UTC))
    runtime.engine.dispose()
    found = look(capsys, healthy)[1]
    assert found["trail.former"] == [("warning", "Plus rien n’a besoin de l’ancien secret log")]
    assert main(["rotate-secret", "log", "--drop", "--data", str(healthy)]) == 0
    assert set(look(capsys, healthy)[1]) == BY_NATURE


def counted(found: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Rows and witnesses that still need the former secret."""
    return re.findall(r"\d+", found["trail.former"][0][1])


@pytest.mark.parametrize(
    ("name", "content", "counts"),
    [
        ("protect.dump", b"PGDMP\x01\x0e", True),
        ("protect.age", SEALED_DUMP, True),
        ("protect.asc", b"-----BEGIN AGE ENCRYPTED FILE-----\n", True),
        ("base/backup_manifest", b'{ "PostgreSQL-Backup-Manifest-Version": 2 }', True),
        ("backup_manifest", b"", False),
        ("config.toml", b'backups = "x"', False),
        ("protect.dump", b"", False),
        ("protect.sql", b"pg_dump: error: connection failed", False),
        (".protect.dump", b"PGDMP", False),
    ],
)
def test_what_counts_as_a_backup(
    healthy: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, counts: bool
) -> None:
    (healthy / "copies/protect.age").unlink()
    path = healthy / "copies" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
    assert ("backup.age" not in look(capsys, healthy)[1]) is counts


def test_secrets_that_are_closed_to_this_user_are_told_beside_the_rest(
    healthy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.iterdir

    def closed(path: Path) -> Iterator[Path]:
        if path == healthy / "secrets":
            raise PermissionError
        return real(path)

    monkeypatch.setattr(Path, "iterdir", closed)
    code, found = look(capsys, healthy)
    assert code == 1
    assert [level for level, _told in found["secrets.folder"]] == ["fault"]
    assert "keys.one" in found
    assert main(["verify-trail", "--data", str(healthy)]) == 2
    assert "is closed to this user" in capsys.readouterr().err


def test_a_verb_whose_database_does_not_answer_says_so_without_its_address(
    healthy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = healthy / "config.toml"
    path.write_text('database = "postgresql+psycopg://protect_web:a-password@127.0.0.1:1/protect"\n', encoding="utf-8")
    for verb in (["rotate-secret", "flask"], ["verify-trail"], ["doctor"]):
        assert main([*verb, "--data", str(healthy)]) != 0
        said = "".join(capsys.readouterr())
        assert "ne répond pas" in said
        assert "a-password" not in said
    assert len(SecretsPlace(healthy / "secrets").versions("flask")) == 1


def test_a_database_that_does_not_answer_is_told_beside_the_rest(
    healthy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = healthy / "config.toml"
    path.write_text('database = "postgresql+psycopg://protect_web@127.0.0.1:1/protect"\n', encoding="utf-8")
    code, found = look(capsys, healthy)
    assert code == 1
    assert found["database.answer"] == [("fault", "La base de données ne répond pas")]
    assert "backup.age" in found


@pytest.mark.parametrize(("seconds", "level"), [(1, None), (5, "warning"), (-5, "warning"), (60, "fault")])
def test_clocks_apart(
    healthy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, seconds: int, level: str | None
) -> None:
    real = facts.server_time
    monkeypatch.setattr(database_checks, "server_time", lambda web: real(web) + timedelta(seconds=seconds))
    _code, found = look(capsys, healthy)
    assert found.get("clock.database", [(None, "")])[0][0] == level


def test_a_clock_that_jumps(healthy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Jumping:
        """Time as this machine counts it, set forward while somebody sleeps."""

        ahead = 0.0

        def time(self) -> float:
            return time.time() + self.ahead

        def monotonic(self) -> float:
            return time.monotonic()

        def sleep(self, seconds: float) -> None:
            self.ahead += 60 + seconds

    monkeypatch.setattr(database_checks, "time", Jumping())
    _code, found = look(capsys, healthy)
    assert found["clock.steady"][0][0] == "fault"


@pytest.mark.parametrize(("free", "level"), [(50, None), (8, "warning"), (2, "fault")])
def test_room_on_the_disk(
    healthy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, free: int, level: str | None
) -> None:
    class Disk:
        total = 100 * 1024**3

        def __init__(self, share: int) -> None:
            self.free = share * 1024**3

    monkeypatch.setattr(host_checks.shutil, "disk_usage", lambda _path: Disk(free))
    _code, found = look(capsys, healthy)
    assert found.get("disk.data", [(None, "")])[0][0] == level


def test_memory_that_could_be_dumped(
    healthy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leaves_no_core()  # every verb has seen to it
    monkeypatch.setattr(host_checks, "leaves_no_core", lambda: False)
    _code, found = look(capsys, healthy)
    assert found["process.core"][0][0] == "fault"


def test_a_folder_without_an_instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", str(tmp_path / "nothing")]) == 2
    code, found = look(capsys, tmp_path)
    assert code == 1
    assert {*(f"secrets.{name}" for name in SECRET_NAMES), "database.answer"} <= set(found)
    assert not (tmp_path / "postgresql").exists()


def test_no_secret_and_no_name_is_ever_said(healthy: Path, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["doctor", "--data", str(healthy)])
    said = capsys.readouterr().out
    for name in SECRET_NAMES:
        value = (healthy / "secrets" / name).read_bytes()
        assert value.hex() not in said
    assert "Aline" not in said
