"""Faults of an instance, each planted by one function: what the doctor calls it."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, pool, text

from protect.audit.sealer import Sealer
from protect.config import DEMONSTRATION_MARK, SECRET_NAMES, SecretsPlace, add_version
from tests.access import ceremony
from tests.world import World

Plant = Callable[[World, Path], None]
SEALED_DUMP = b"age-encryption.org/v1\n"


def as_owner(world: World, *statements: str) -> None:
    owner = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=pool.NullPool)
    with owner.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    owner.dispose()


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


def backup_other(_world: World, folder: Path) -> None:
    """The dumps ended, and a copy of the settings is new every day."""
    backup_old(_world, folder)
    (folder / "copies/config.toml").write_text("", encoding="utf-8")
    (folder / "copies/dump.log").write_text("pg_dump: error: connection failed", encoding="utf-8")


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


def heads_gone(world: World, _folder: Path) -> None:
    as_owner(world, "alter table trail_head disable trigger user", "delete from trail_head")


def entry_of_tomorrow(world: World, _folder: Path) -> None:
    world.runtime.clock.now = datetime.now(UTC) + timedelta(days=1)
    with world.officer.gate() as gate:
        gate.record("session:end")
    world.runtime.engine.dispose()


def trail_key_lost(_world: World, folder: Path) -> None:
    write(folder / "secrets/session", bytes(range(100, 132)))


def totp_lost(_world: World, folder: Path) -> None:
    write(folder / "secrets/totp", bytes(range(100, 132)))


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
    heads_gone: "trail.head",
    entry_of_tomorrow: "clock.trail",
    trail_key_lost: "trail.key",
    nobody_left: "keys.none",
    pepper_lost: "accounts.pepper",
    totp_lost: "accounts.totp",
    backup_other: "backup.age",
}
LIKEWISE: dict[Plant, tuple[str, ...]] = {  # what is wrong besides, because of it
    secrets_gone: tuple(f"secrets.{name}" for name in SECRET_NAMES),
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
    old.write_bytes(SEALED_DUMP)
    os.utime(old, (time.time() - 40 * 86400,) * 2)


def former_pepper_needed(_world: World, folder: Path) -> None:
    add_version(SecretsPlace(folder / "secrets"), "pepper")


def former_flask(_world: World, folder: Path) -> None:
    made = add_version(SecretsPlace(folder / "secrets"), "flask")
    os.utime(made, (time.time() - 13 * 3600,) * 2)


def entries_waiting(world: World, _folder: Path) -> None:
    world.runtime.clock.now = datetime.now(UTC) - timedelta(hours=3)
    with world.officer.gate() as gate:
        gate.record("session:end")
    world.runtime.engine.dispose()


def copies_missing(world: World, _folder: Path) -> None:
    ceremony.hold(world, by=("auditor",))  # nobody who has the keys of cases accepted yet
    Sealer(world.runtime.unit_of_work, world.runtime.secrets.session).seal_now()
    world.runtime.engine.dispose()


def keys_of_last_year(world: World, _folder: Path) -> None:
    as_owner(world, "update key_state set created_at = now() - interval '366 days' where compartment = 'contact'")


WARNINGS: dict[Plant, str] = {
    keys_of_last_year: "keys.old",
    no_backups: "backup.age",
    secret_writable: "secrets.flask",
    keys_on_line: "files.offline",
    backups_kept_too_long: "backup.kept",
    former_pepper_needed: "accounts.pepper",
    former_flask: "secrets.flask",
    entries_waiting: "trail.waiting",
    copies_missing: "recovery.copies",
}
