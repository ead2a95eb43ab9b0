"""A dump taken as the manual says, restored into another database: nothing drifted, nothing lost, the trail whole."""

import os
import subprocess
from dataclasses import replace

import pytest
from sqlalchemy import make_url, text

from protect.access.trail_log import log_signer
from protect.audit.sealer import Sealer
from protect.audit.verify import verify
from protect.auth.actions import SignInRefused
from protect.store.drift import require_no_drift
from protect.store.engine import engine
from protect.store.migrate import require_current
from protect.store.rls import declared_tables
from tests.database import cloned
from tests.world import PASSPHRASE


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
        web = engine(other.url("web"))
        yield replace(world.runtime, engine=web)
        web.dispose()


@pytest.fixture
def people(world, restored):
    """The people of the world, at the restored database."""
    return world.copied(restored)


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
