"""The machine: who can read the instance's files, room on the disk, memory that stays memory, age of the backup."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from protect.app import DIRECTORY_KEY
from protect.cli.checks.finding import Finding, fault, good, warning
from protect.config import Settings
from protect.i18n import format_number, format_percent, gettext, ngettext
from protect.process import leaves_no_core
from protect.store.database import EMBEDDED

OTHERS_READ_OR_WRITE: Final = 0o066
OTHERS_WRITE: Final = 0o022
OTHERS: Final = 0o077
SHRED: Final = "shred.sqlite"
TIGHT, FULL = 0.10, 0.05
TIGHT_BYTES, FULL_BYTES = 1024**3, 200 * 1024**2
HOUR, DAY = 3600, 86400
KEPT_DAYS: Final = 35
MANIFEST: Final = "backup_manifest"
BEGINNINGS: Final = (b"PGDMP", b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
LONGEST_BEGINNING: Final = 64


def checks(settings: Settings) -> Iterator[Finding]:
    """Everything that can be seen without the database."""
    yield _mode("files.data", settings.data, OTHERS_READ_OR_WRITE, "0700")
    yield from _settings_file(settings)
    if (settings.data / SHRED).exists():
        yield _mode("files.shred", settings.data / SHRED, OTHERS, "0600")
    yield from _offline_keys(settings.data)
    yield _room("disk.data", settings.data)
    yield from _backups(settings)
    yield _cores()


def _mode(check: str, path: Path, forbidden: int, wanted: str) -> Finding:
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if mode & forbidden:
        told = gettext("Others than its owner have rights on %(file)s (mode %(mode)s)", file=path, mode=f"{mode:04o}")
        return fault(check, told, f"chmod {wanted} {path}")
    if found.st_uid not in {0, os.geteuid()} and os.geteuid() != 0:
        told = gettext("%(file)s belongs to another user", file=path)
        return fault(check, told, f"chown {os.geteuid()} {path}")
    return good(check, gettext("%(file)s: for its owner only", file=path))


def _settings_file(settings: Settings) -> Iterator[Finding]:
    """It may be read, unless the address of the database stands in it, which can hold a password."""
    path = settings.data / "config.toml"
    if path.exists():
        forbidden = OTHERS_WRITE if settings.database == EMBEDDED else OTHERS
        yield _mode("files.config", path, forbidden, "0600")


def _offline_keys(data: Path) -> Iterator[Finding]:
    folder = (data / DIRECTORY_KEY).parent
    keys = sorted(path.name for path in folder.glob("*.key")) if folder.is_dir() else []
    if keys:
        told = gettext("Keys that belong off-line are still here: %(keys)s", keys=", ".join(keys))
        remedy = gettext("move them from %(folder)s to a medium that is kept in a safe, in two places", folder=folder)
        yield warning("files.offline", told, remedy)
    else:
        yield good("files.offline", gettext("No root key lies on this machine"))


def _room(check: str, path: Path) -> Finding:
    usage = shutil.disk_usage(path)
    share = usage.free / usage.total
    told = gettext("Room on the disk of %(path)s: %(share)s", path=path, share=format_percent(share))
    remedy = gettext("make room, or move the instance to a larger disk")
    if share < FULL or usage.free < FULL_BYTES:
        return fault(check, told, remedy)
    if share < TIGHT or usage.free < TIGHT_BYTES:
        return warning(check, told, remedy)
    return good(check, told)


def _backups(settings: Settings) -> Iterator[Finding]:
    folder = settings.backups
    if folder is None:
        told = gettext("No folder of backups is named, so nobody knows how old the last one is")
        yield warning("backup.age", told, gettext("set `backups` in config.toml; how: docs/operations.md, Backup"))
        return
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    dumps = [path for path in files if _is_dump(path)]
    yield _age(folder, dumps, settings.backup_hours)
    if folder.is_dir():
        yield _mode("backup.folder", folder, OTHERS, "0700")
    if any(path.name.startswith(SHRED) for path in files):
        told = gettext("The backup holds the shred store: what was withdrawn could be opened again")
        yield fault("backup.shred", told, gettext("remove %(file)s from every backup", file=SHRED))
    yield from _too_old(dumps)


def _is_dump(path: Path) -> bool:
    """Whether it is a backup of the database, sealed or not: whatever else lies there hides no dump that was not made.

    Of a copy that `pg_basebackup` made its manifest stands for the whole.
    """
    if path.name.startswith("."):
        return False
    try:
        with path.open("rb") as file:
            begins = file.read(LONGEST_BEGINNING)
    except OSError:
        return False
    return begins.startswith(b"{" if path.name == MANIFEST else BEGINNINGS)


def _age(folder: Path, dumps: list[Path], hours: int) -> Finding:
    remedy = gettext("make a backup now, and see why none was made: docs/operations.md, Backup")
    if not dumps:
        return fault("backup.age", gettext("There is no backup in %(folder)s", folder=folder), remedy)
    age = (time.time() - max(path.stat().st_mtime for path in dumps)) / HOUR
    told = ngettext("The newest backup is %(num)s hour old", "The newest backup is %(num)s hours old", int(max(age, 0)))
    return fault("backup.age", told, remedy) if age > hours else good("backup.age", told)


def _too_old(dumps: list[Path]) -> Iterator[Finding]:
    old = [path for path in dumps if time.time() - path.stat().st_mtime > KEPT_DAYS * DAY]
    if old:
        told = gettext("Backups older than %(days)s days: %(count)s", days=KEPT_DAYS, count=format_number(len(old)))
        yield warning("backup.kept", told, gettext("delete them: what was erased must not live on in a backup"))


def _cores() -> Finding:
    if leaves_no_core():
        return good("process.core", gettext("A crash leaves no copy of the memory on the disk"))
    told = gettext("A crash could leave a copy of the memory, with keys in it, on the disk")
    return fault("process.core", told, gettext("set `LimitCORE=0` in the unit file"))
