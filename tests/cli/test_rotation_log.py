"""The secret of the trail is renewed: same log, same rows, same pins; witnesses take the new key over; nothing opens
under a secret that is another.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import URL, select

from protect.access import log_renewal
from protect.access.runtime import Runtime
from protect.access.trail_log import log_signer, watch
from protect.audit import alarms, checkpoints
from protect.audit.models import TrailEntry
from protect.audit.verify import verify
from protect.audit.verify_rows import RowReport, verify_rows
from protect.cli import trail as trail_verbs
from protect.config import SecretsPlace, add_version
from protect.store.engine import reading
from protect.vault.errors import CiphertextRejected, Reason
from tests.access.test_trail_rows import change, kept, put_back, see
from tests.cases.stories import opened
from tests.cli.test_rotation import KILL, Verb
from tests.world import World

NAME = "mediateur.example/protect"
NOWHERE = "postgresql+psycopg://protect_backup@127.0.0.1:1/protect"


@pytest.fixture
def case_id(world: World, folder: Path) -> UUID:
    """A case that was saved and changed under the first secret, and a trail whose heads that secret signed."""
    case = opened(world.officer)
    change(world, case, "Avenue Un")
    seal(world.runtime)
    world.runtime.engine.dispose()
    return case


def seal(runtime: Runtime) -> None:
    trail_verbs.sealer(runtime).seal_now()


def reader(runtime: Runtime) -> URL:
    return runtime.engine.url.set(username="protect_backup")


def rows(runtime: Runtime) -> RowReport:
    with reading(reader(runtime)) as connection:
        return verify_rows(connection, runtime.secrets.versions("log"))


def whole(runtime: Runtime) -> bool:
    seal(runtime)
    with runtime.unit_of_work() as db:
        return verify(db, server_secret=runtime.secrets.session, watch=watch(runtime)).sound


def here(world: World, runtime: Runtime) -> World:
    """The people of the world, at work after this start."""
    world.runtime = runtime
    return world


def versions(folder: Path) -> list[str]:
    return [path.name for path in SecretsPlace(folder / "secrets").versions("log")]


def left(runtime: Runtime) -> log_renewal.Needs:
    with runtime.unit_of_work() as db:
        return log_renewal.needs(db, watch(runtime), runtime.secrets, reader(runtime))


def test_a_new_secret_of_the_log_is_noticed_by_nobody(
    protect: Verb, folder: Path, started, world: World, case_id: UUID
) -> None:
    before = log_signer(world.runtime)
    world.officer.sign_in()
    world.runtime.engine.dispose()
    code, said = protect("rotate-secret", "log")
    assert (code, versions(folder)) == (0, ["log.1"]), said
    runtime = started()
    after = log_signer(runtime)
    assert after.name == before.name, "the same log"
    assert after.verifier != before.verifier
    assert str(after.verifier) in said
    here(world, runtime)
    world.officer.sign_in()
    see(world, case_id)
    change(world, case_id, "Avenue Deux")
    assert (rows(runtime).sound, rows(runtime).rows > 5) == (True, True)
    assert whole(runtime)
    with runtime.unit_of_work() as db:
        assert not db.scalars(select(TrailEntry).where(TrailEntry.action == alarms.CONTRADICT)).all()
        assert not db.scalars(select(TrailEntry).where(TrailEntry.action == alarms.FORGED)).all()


def test_what_was_put_back_before_or_after_is_refused_and_not_made_the_newest(
    protect: Verb, folder: Path, started, world: World, case_id: UUID
) -> None:
    old = kept(world, case_id)
    change(world, case_id, "Avenue Deux")
    newest = kept(world, case_id)
    put_back(world, case_id, old)
    world.runtime.engine.dispose()
    code, said = protect("rotate-secret", "log")
    assert (code, versions(folder)) == (0, ["log.1", "log"])
    assert "remises en arrière" in said
    runtime = started()
    here(world, runtime)
    assert {fault.kind for fault in rows(runtime).faults} == {"rolled-back"}
    refused(world, case_id)
    assert left(runtime).rows == 1
    put_back(world, case_id, newest)
    runtime.engine.dispose()
    assert protect("rotate-secret", "log", "--drop")[0] == 0
    assert versions(folder) == ["log.1"]
    again = started()
    here(world, again)
    assert rows(again).sound
    change(world, case_id, "Avenue Trois")
    put_back(world, case_id, old)
    refused(world, case_id)
    put_back(world, case_id, newest)
    refused(world, case_id)


def refused(world: World, case_id: UUID) -> None:
    with pytest.raises(CiphertextRejected) as rejected:
        see(world, case_id)
    assert rejected.value.reason is Reason.ROLLBACK


def test_until_every_row_went_over_each_is_looked_up_under_both(
    folder: Path, started, world: World, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: the new file is there, nothing more."""
    old = kept(world, case_id)
    add_version(SecretsPlace(folder / "secrets"), "log")
    monkeypatch.setattr("protect.app.take_over_log", lambda *_: 0)
    runtime = started()
    here(world, runtime)
    see(world, case_id)
    assert rows(runtime).sound
    hanging = left(runtime)
    assert hanging.rows > 5
    assert hanging.head
    change(world, case_id, "Avenue Deux")
    assert left(runtime).rows == hanging.rows - 1, "what is saved has gone over"
    assert rows(runtime).sound
    put_back(world, case_id, old)
    refused(world, case_id)


def test_a_piece_that_was_cut_off_is_gone_on_with(
    folder: Path, started, world: World, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_version(SecretsPlace(folder / "secrets"), "log")
    monkeypatch.setattr(log_renewal, "PIECE", 2)
    real, pieces = log_renewal._record, []

    def once(runtime: Runtime, batch: list[object]) -> None:
        if pieces:
            raise ZeroDivisionError
        pieces.append(batch)
        real(runtime, batch)

    with monkeypatch.context() as broken:
        broken.setattr(log_renewal, "_record", once)
        with pytest.raises(ZeroDivisionError):
            started()
    assert len(pieces) == 1
    runtime = started()
    assert left(runtime).rows == 0
    assert rows(runtime).sound
    assert whole(runtime)
    assert left(runtime).nothing


def test_killed_at_any_moment_the_log_is_the_same_and_every_row_opens(
    folder: Path, started, world: World, case_id: UUID
) -> None:
    origin = log_signer(world.runtime).name
    for milliseconds in (30, 120, 300, 700):
        words = [sys.executable, "-c", KILL, "rotate-secret", "log", "--data", str(folder)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            process.stdout.readline()
            process.stdin.write("go\n")
            process.stdin.flush()
            time.sleep(milliseconds / 1000)
            process.send_signal(signal.SIGKILL)
        runtime = started()
        here(world, runtime)
        assert log_signer(runtime).name == origin
        see(world, case_id)
        assert rows(runtime).sound
        assert whole(runtime)
        runtime.engine.dispose()


def test_a_server_that_may_not_read_every_row_starts_and_looks_them_up_under_both(
    folder: Path, started, world: World, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_version(SecretsPlace(folder / "secrets"), "log")
    with monkeypatch.context() as without:
        without.setattr("protect.app.take_over_log", lambda runtime, _: log_renewal.take_over_log(runtime, NOWHERE))
        runtime = started()
    here(world, runtime)
    see(world, case_id)
    assert left(runtime).rows > 5


def test_three_versions_at_once(folder: Path, started, world: World, case_id: UUID) -> None:
    for _ in range(2):
        add_version(SecretsPlace(folder / "secrets"), "log")
    runtime = started()
    assert whole(runtime)
    with runtime.unit_of_work() as db:
        head = checkpoints.newest(db, watch(runtime)).head
    assert head is not None
    assert len(head.lines) == 3
    assert rows(runtime).sound
    assert left(runtime).nothing
