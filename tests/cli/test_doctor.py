"""The doctor: silent about what is well, and each planted fault is named with what to do."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, pool, text

from protect.audit.sealer import Sealer
from protect.cli import main
from protect.cli.checks import database as database_checks
from protect.cli.checks import host as host_checks
from protect.config import DEMONSTRATION_MARK, SECRET_NAMES, SecretsPlace, add_version
from protect.process import leaves_no_core
from protect.store import facts
from tests.world import World

Verb = Callable[..., tuple[int, str]]
Plant = Callable[[World, Path], None]


@pytest.fixture
def healthy(folder: Path, world: World) -> Path:
    """The instance as a careful operator has it."""
    Sealer(world.runtime.unit_of_work, world.runtime.secrets.session).seal_now()
    world.runtime.engine.dispose()
    backups = folder / "copies"
    backups.mkdir(mode=0o700)
    (backups / "protect.age").write_bytes(b"sealed")
    with (folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write(f'backups = "{backups}"\n')
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


def as_owner(world: World, *statements: str) -> None:
    owner = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=pool.NullPool)
    with owner.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    owner.dispose()


def test_of_a_healthy_instance_only_lonely_keys_are_told(healthy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = look(capsys, healthy)
    assert code == 0, found
    assert set(found) == {"keys.one"}  # the small world has one clinician, one auditor, …
    assert all(level == "warning" for level, _told in found["keys.one"])


def test_it_speaks_french_one_line_a_check(healthy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", str(healthy)]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert {line[0] for line in lines[:-1]} == {"✓", "!"}
    assert "La base de données répond" in "\n".join(lines)
    assert "0 anomalie" in lines[-1]


def secret_missing(_world: World, folder: Path) -> None:
    (folder / "secrets/pepper").unlink()


def secret_open(_world: World, folder: Path) -> None:
    (folder / "secrets/session").chmod(0o444)


def secret_short(_world: World, folder: Path) -> None:
    write(folder / "secrets/flask", b"short")


def secret_same(_world: World, folder: Path) -> None:
    write(folder / "secrets/flask", (folder / "secrets/pepper").read_bytes())


def secret_zero(_world: World, folder: Path) -> None:
    write(folder / "secrets/flask", bytes(32))


def secret_invented(_world: World, folder: Path) -> None:
    write(folder / "secrets/flask", DEMONSTRATION_MARK + bytes(range(28)))


def secrets_gone(_world: World, folder: Path) -> None:
    (folder / "secrets").rename(folder / "elsewhere")


def secrets_entered(_world: World, folder: Path) -> None:
    (folder / "secrets").chmod(0o755)


def accounts_of_a_demonstration(_world: World, folder: Path) -> None:
    (folder / "demonstration-accounts.json").write_text("[]", encoding="utf-8")


def folder_open(_world: World, folder: Path) -> None:
    folder.chmod(0o755)


def settings_open(_world: World, folder: Path) -> None:
    (folder / "config.toml").chmod(0o644)


def shred_open(_world: World, folder: Path) -> None:
    (folder / "shred.sqlite").chmod(0o640)


def backup_old(_world: World, folder: Path) -> None:
    before = time.time() - 48 * 3600
    os.utime(folder / "copies/protect.age", (before, before))


def backup_empty(_world: World, folder: Path) -> None:
    (folder / "copies/protect.age").write_bytes(b"")


def backup_open(_world: World, folder: Path) -> None:
    (folder / "copies").chmod(0o755)


def backup_with_shred(_world: World, folder: Path) -> None:
    (folder / "copies/shred.sqlite").write_bytes(b"keys")


def revision(world: World, _folder: Path) -> None:
    as_owner(world, "update alembic_version set version_num = '0000'")


def policy_dropped(world: World, _folder: Path) -> None:
    as_owner(world, "alter table case_file no force row level security")


def entry_edited(world: World, _folder: Path) -> None:
    as_owner(
        world,
        "alter table trail_entry disable trigger user",
        "update trail_entry set action = 'case:list' where sequence = (select max(sequence) from trail_entry)",
    )


def entry_deleted(world: World, _folder: Path) -> None:
    as_owner(
        world,
        "alter table trail_entry disable trigger user",
        "delete from trail_entry where sequence = (select max(sequence) - 1 from trail_entry)",
    )


def code_rewritten(world: World, _folder: Path) -> None:
    as_owner(
        world,
        "alter table trail_entry disable trigger user",
        "update trail_entry set mac = sha256(mac) where sequence = (select max(sequence) from trail_entry)",
    )


def head_moved(world: World, _folder: Path) -> None:
    as_owner(world, "alter table trail_head disable trigger user", "update trail_head set root = sha256(root)")


def entry_of_tomorrow(world: World, _folder: Path) -> None:
    world.runtime.clock.now = datetime.now(UTC) + timedelta(days=1)
    with world.officer.gate() as gate:
        gate.record("session:end")
    world.runtime.engine.dispose()


def trail_key_lost(_world: World, folder: Path) -> None:
    write(folder / "secrets/session", bytes(range(100, 132)))


def nobody_left(world: World, _folder: Path) -> None:
    as_owner(world, "update key_grant set revoked_at = now() where compartment = 'health'")


def pepper_lost(_world: World, folder: Path) -> None:
    write(folder / "secrets/pepper", bytes(range(100, 132)))


def write(path: Path, value: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(value)
    path.chmod(0o400)


FAULTS: dict[Plant, str] = {
    secret_missing: "secrets.pepper",
    secret_open: "secrets.session",
    secret_short: "secrets.flask",
    secret_same: "secrets.equal",
    secret_zero: "secrets.flask",
    secret_invented: "secrets.flask",
    secrets_gone: "secrets.folder",
    secrets_entered: "secrets.folder",
    accounts_of_a_demonstration: "secrets.accounts",
    folder_open: "files.data",
    settings_open: "files.config",
    shred_open: "files.shred",
    backup_old: "backup.age",
    backup_empty: "backup.age",
    backup_open: "backup.folder",
    backup_with_shred: "backup.shred",
    revision: "database.revision",
    policy_dropped: "database.drift",
    entry_edited: "trail.head",
    entry_deleted: "trail.head",
    code_rewritten: "trail.head",
    head_moved: "trail.head",
    entry_of_tomorrow: "clock.trail",
    trail_key_lost: "trail.key",
    nobody_left: "keys.none",
    pepper_lost: "accounts.pepper",
}


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


LIKEWISE: dict[Plant, tuple[str, ...]] = {  # what is wrong besides, because of it
    secrets_gone: ("secrets.pepper", "secrets.session", "secrets.flask"),
}


def no_backups(_world: World, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("backups")[0], encoding="utf-8")


def secret_writable(_world: World, folder: Path) -> None:
    (folder / "secrets/flask").chmod(0o600)


def keys_on_line(_world: World, folder: Path) -> None:
    (folder / "offline").mkdir()
    (folder / "offline/directory-root.key").write_bytes(bytes(32))


def backups_kept_too_long(_world: World, folder: Path) -> None:
    old = folder / "copies/of-last-winter.age"
    old.write_bytes(b"sealed")
    os.utime(old, (time.time() - 40 * 86400,) * 2)


def former_pepper_needed(_world: World, folder: Path) -> None:
    add_version(SecretsPlace(folder / "secrets"), "pepper")


def former_flask(_world: World, folder: Path) -> None:
    add_version(SecretsPlace(folder / "secrets"), "flask")


def entries_waiting(world: World, _folder: Path) -> None:
    world.runtime.clock.now = datetime.now(UTC) - timedelta(hours=3)
    with world.officer.gate() as gate:
        gate.record("session:end")
    world.runtime.engine.dispose()


WARNINGS: dict[Plant, str] = {
    no_backups: "backup.age",
    secret_writable: "secrets.flask",
    keys_on_line: "files.offline",
    backups_kept_too_long: "backup.kept",
    former_pepper_needed: "accounts.pepper",
    former_flask: "secrets.flask",
    entries_waiting: "trail.waiting",
}


@pytest.mark.parametrize("plant", WARNINGS, ids=lambda plant: plant.__name__)
def test_what_somebody_should_look_after_is_a_warning_and_no_fault(
    healthy: Path, world: World, capsys: pytest.CaptureFixture[str], plant: Plant
) -> None:
    plant(world, healthy)
    code, found = look(capsys, healthy)
    assert code == 0, found
    assert set(found) == {"keys.one", WARNINGS[plant]}


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
