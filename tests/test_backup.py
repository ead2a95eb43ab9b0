"""A dump taken as the manual says, restored into a new instance: nothing drifted, nothing lost, the trail whole.

The new instance has secrets of its own, as after `protect init`; only those come back that the manual names.
"""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from protect.access.trail_log import LogSecretLost, log_signer
from protect.app import open_runtime
from protect.audit.sealer import Sealer
from protect.audit.verify import verify
from protect.auth.actions import SignInRefused
from protect.config import SECRET_NAMES, make_secrets
from protect.store.drift import require_no_drift
from protect.store.migrate import require_current
from protect.store.rls import declared_tables
from tests.database import cloned
from tests.world import PASSPHRASE

MANUAL = (Path(__file__).parent.parent / "docs/operations.md").read_text(encoding="utf-8")
BACKUP = MANUAL.partition("## Backup")[2].partition("\n## ")[0]
RESTORE = BACKUP.partition("Then put back")[2]
NAMED = [name for name in re.findall(r"`(\w+)`", RESTORE.partition("made:")[0]) if name in SECRET_NAMES]


def run(server, program, role, database, *arguments):
    """One of PostgreSQL's programs as a role, with the arguments of the manual."""
    host = str(make_url(server.url(role)).query["host"])
    command = [str(server.binaries / program), "--host", host, "--username", f"protect_{role}", *arguments]
    subprocess.run([*command, "--dbname", database], check=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})


@pytest.fixture
def restored(world, server, template, tmp_path):
    """A runtime over the restored database, beside the world it was taken from."""
    Sealer(world.runtime.unit_of_work, world.runtime.secrets.session, log_signer(world.runtime)).seal_now()
    dump, database = str(tmp_path / "protect.dump"), str(world.runtime.engine.url.database)
    run(server, "pg_dump", "backup", database, "--format=custom", "--exclude-table-data=session", "--file", dump)
    with cloned(server, template) as other:
        run(server, "pg_restore", "owner", other.name, "--clean", "--if-exists", "--exit-on-error", dump)
        folder = new_instance(tmp_path / "new", other.url("web"))
        put_back(NAMED, world.runtime.settings.secrets_folder, folder)
        runtime, _database = open_runtime(folder)
        yield replace(runtime, clock=world.runtime.clock)
        runtime.engine.dispose()


def new_instance(folder, address):
    """What `protect init` leaves, over a database that is there."""
    folder.mkdir(mode=0o700)
    (folder / "config.toml").write_text(f'database = "{address}"\n', encoding="utf-8")
    make_secrets(folder / "secrets")
    return folder


def put_back(names, safe, folder):
    """Put secrets back from the copy in the safe, in place of those that `init` made."""
    for name in names:
        (folder / "secrets" / name).unlink()
        shutil.copy2(safe / name, folder / "secrets" / name)


@pytest.fixture
def people(world, restored):
    """The people of the world, at the restored database."""
    return world.copied(restored)


def test_the_manual_names_every_secret_to_keep_and_to_put_back():
    row = next(line for line in BACKUP.splitlines() if line.startswith("| `pepper`"))
    kept = row.split("|")[1]
    assert [name for name in SECRET_NAMES if f"`{name}`" not in kept] == []
    assert sorted(NAMED) == sorted(SECRET_NAMES)
    assert [name for name in SECRET_NAMES if f"| `{name}` |" not in MANUAL.partition("## Secrets")[2]] == []


def test_a_restored_instance_with_other_secrets_lets_nobody_in_or_does_not_start(world, restored):
    safe, folder = world.runtime.settings.secrets_folder, restored.settings.data
    for name, refusal in (("pepper", SignInRefused), ("totp", SignInRefused), ("log", LogSecretLost)):
        path = folder / "secrets" / name
        path.chmod(0o600)
        path.write_bytes(os.urandom(32))
        path.chmod(0o400)
        with pytest.raises(refusal):
            start_and_sign_in(world, folder)
        put_back([name], safe, folder)


def start_and_sign_in(world, folder):
    runtime, _database = open_runtime(folder)
    try:
        world.copied(replace(runtime, clock=world.runtime.clock)).officer.sign_in()
    finally:
        runtime.engine.dispose()


def test_the_restored_database_is_protected_and_whole(world, restored):
    require_current(restored.engine)
    require_no_drift(restored.engine, declared_tables())
    counts = text(
        "select (select count(*) from member), (select count(*) from key_grant), (select count(*) from session)"
    )
    with world.runtime.engine.connect() as before, restored.engine.connect() as after:
        members, grants, sessions = before.execute(counts).one()
        assert sessions > 0
        assert tuple(after.execute(counts).one()) == (members, grants, 0)


def test_the_restored_trail_verifies_and_goes_on(restored, people):
    with restored.unit_of_work() as session:
        report = verify(session, server_secret=restored.secrets.session)
    assert report.sound
    assert report.entries > 0
    people.auditor.sign_in()
    Sealer(restored.unit_of_work, restored.secrets.session, log_signer(restored)).seal_now()
    with restored.unit_of_work() as session:
        after = verify(session, server_secret=restored.secrets.session)
    assert after.sound
    assert after.entries > report.entries


def test_people_sign_in_again_with_their_keys_and_nobody_else_does(people):
    people.officer.sign_in()
    with people.officer.gate() as gate:
        assert gate.holds("identity")
    with pytest.raises(SignInRefused):
        people.officer.attempt(PASSPHRASE + "s", people.officer.code())
