"""Every secret is renewed without losing data; a rotation that was cut off is finished by the next start."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

import protect.cli.rotation as verb
from protect.access import renewal, sessions
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.renewal import trail_opens
from protect.access.runtime import Runtime
from protect.audit.sealer import Sealer
from protect.audit.verify import verify
from protect.auth import actions
from protect.auth.actions import Entered, Proof
from protect.auth.actions_peppers import hanging
from protect.auth.models import Credential
from protect.config import SECRET_NAMES, SecretsPlace, add_version, load_secrets
from protect.vault import passphrase
from tests.world import PASSPHRASE, World

Verb = Callable[..., tuple[int, str]]


def sign_in(runtime: Runtime, world: World, name: str, typed: str = PASSPHRASE) -> str:
    code = world.people[name].code() if name in world.people else "000000"
    with Gate(runtime, None) as visitor:
        return actions.sign_in(visitor, runtime, Entered(name, typed, Proof(code)), f"test {name}").token


def opens(runtime: Runtime, token: str, compartment: str = "identity") -> bool:
    with Gate(runtime, sessions.find(runtime, token).actor, token=token) as gate:
        return gate.holds(compartment)


def left(runtime: Runtime) -> int:
    with runtime.unit_of_work() as db:
        return hanging(db, runtime.secrets.pepper)


def seal(runtime: Runtime) -> None:
    Sealer(runtime.unit_of_work, runtime.secrets.session).seal_now()


def whole(runtime: Runtime) -> bool:
    with runtime.unit_of_work() as db:
        return verify(db, server_secret=runtime.secrets.session).sound


def test_every_secret_can_be_renewed() -> None:
    assert set(verb.RENEWALS) == set(SECRET_NAMES)


def test_a_new_pepper_takes_over_account_by_account(protect: Verb, folder: Path, started, world: World) -> None:
    people = len(world.people)
    code, said = protect("rotate-secret", "pepper")
    assert (code, (folder / "secrets/pepper").exists()) == (0, True)
    assert f"pepper\N{NO-BREAK SPACE}: {people}" in said
    runtime = started()
    assert left(runtime) == people
    assert opens(runtime, sign_in(runtime, world, "officer"))
    assert left(runtime) == people - 1
    assert opens(runtime, sign_in(runtime, world, "officer"))
    assert left(runtime) == people - 1
    with pytest.raises(actions.SignInRefused):
        sign_in(runtime, world, "officer", PASSPHRASE + "s")
    with pytest.raises(actions.SignInRefused):
        sign_in(runtime, world, "supervisor", PASSPHRASE + "s")
    assert left(runtime) == people - 1
    runtime.engine.dispose()


def test_the_former_pepper_goes_when_nobody_needs_it_and_not_before(
    protect: Verb, folder: Path, started, world: World
) -> None:
    protect("rotate-secret", "pepper")
    code, said = protect("rotate-secret", "pepper", "--drop")
    assert code == 2
    assert "pepper" in said
    assert (folder / "secrets/pepper").exists()
    runtime = started()
    for name in list(world.people)[1:]:
        sign_in(runtime, world, name)
    with runtime.unit_of_work() as db:  # who left never signs in again and hinders nothing
        gone = db.scalars(select(Member).where(Member.sign_in_name == next(iter(world.people)))).one()
        gone.status = "left"
    assert left(runtime) == 0
    runtime.engine.dispose()
    assert protect("rotate-secret", "pepper", "--drop")[0] == 0
    assert not (folder / "secrets/pepper").exists()
    again = started()
    assert opens(again, sign_in(again, world, "officer"))
    again.engine.dispose()


def test_three_peppers_at_once(protect: Verb, started, world: World) -> None:
    for _ in range(2):
        protect("rotate-secret", "pepper")
    runtime = started()
    assert len(runtime.secrets.versions("pepper")) == 3
    assert opens(runtime, sign_in(runtime, world, "officer"))
    assert left(runtime) == len(world.people) - 1
    runtime.engine.dispose()


@pytest.mark.parametrize("name", ["officer", "nobody at all"])
def test_whatever_number_of_peppers_one_attempt_costs_one_stretching(
    protect: Verb, started, world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    protect("rotate-secret", "pepper")
    runtime = started()
    stretched, real = [], passphrase.stretch
    monkeypatch.setattr(passphrase, "stretch", lambda *given: stretched.append(given) or real(*given))
    for typed in (PASSPHRASE, "wrong"):
        with contextlib.suppress(actions.SignInRefused):
            sign_in(runtime, world, name, typed)
    assert len(stretched) == 2
    runtime.engine.dispose()


def test_a_new_session_secret_ends_every_session_and_nothing_else(
    protect: Verb, folder: Path, started, world: World
) -> None:
    token = world.officer.token
    before = started()
    seal(before)
    assert opens(before, token)
    before.engine.dispose()
    code, said = protect("rotate-secret", "session")
    assert code == 0
    assert "session" in said
    runtime = started()
    assert [path.name for path in SecretsPlace(folder / "secrets").versions("session")] == ["session.1"]
    assert sessions.find(runtime, token).actor is None
    assert opens(runtime, sign_in(runtime, world, "officer"))
    seal(runtime)
    assert whole(runtime)
    runtime.engine.dispose()


@pytest.mark.parametrize("name", verb.RENEWALS)
def test_killed_after_the_file_was_written_the_next_start_goes_on(
    folder: Path, started, world: World, name: str
) -> None:
    first = started()
    seal(first)
    first.engine.dispose()
    add_version(SecretsPlace(folder / "secrets"), name)
    runtime = started()
    assert (sessions.find(runtime, world.officer.token).actor is None) is (name == "session")
    token = sign_in(runtime, world, "officer")
    assert opens(runtime, token)
    seal(runtime)
    assert whole(runtime)
    runtime.engine.dispose()
    again = started()  # the former file is still there: nothing ends twice
    assert opens(again, token)
    again.engine.dispose()


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_killed_before_the_file_was_whole_nothing_happened(folder: Path, started, world: World, name: str) -> None:
    (folder / f"secrets/.{name}.1.new").write_bytes(b"half")
    runtime = started()
    assert opens(runtime, world.officer.token)
    runtime.engine.dispose()
    assert add_version(SecretsPlace(folder / "secrets"), name).name == f"{name}.1"


def test_what_was_written_under_the_former_secret_has_its_number_before(folder: Path, started, world: World) -> None:
    with world.officer.gate() as gate:
        gate.record("session:end")
    world.runtime.engine.dispose()
    first = started()
    seal(first)
    with Gate(first, sessions.find(first, world.officer.token).actor, token=world.officer.token) as gate:
        gate.record("session:end")
    first.engine.dispose()
    add_version(SecretsPlace(folder / "secrets"), "session")
    runtime = started()
    with runtime.unit_of_work() as db:
        assert verify(db, server_secret=runtime.secrets.session).pending == 0
    assert whole(runtime)
    runtime.engine.dispose()


def test_another_room_may_add_what_it_keeps_sealed(folder: Path, started, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setitem(renewal.KEPT, "flask", [lambda _db, versions: told.append(len(versions)) or True])
    started().engine.dispose()
    assert told == []
    add_version(SecretsPlace(folder / "secrets"), "flask")
    started().engine.dispose()
    assert told == [2]


def test_killed_inside_the_database_everything_is_as_before(
    folder: Path, started, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started()
    seal(first)
    first.engine.dispose()
    add_version(SecretsPlace(folder / "secrets"), "session")
    with monkeypatch.context() as broken:
        broken.setattr("protect.access.sessions.end_everybody", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            started()
    with world.runtime.unit_of_work() as db:
        assert trail_opens(db, world.runtime.secrets.session)
    runtime = started()
    assert sessions.find(runtime, world.officer.token).actor is None
    seal(runtime)
    assert whole(runtime)
    runtime.engine.dispose()


def test_a_running_server_must_be_stopped_first(protect: Verb, folder: Path, world: World) -> None:
    with world.runtime.engine.connect():
        code, said = protect("rotate-secret", "pepper")
    assert code == 2
    assert "arrêtez-le" in said
    assert len(SecretsPlace(folder / "secrets").versions("pepper")) == 1


def test_an_account_says_which_pepper_it_needs_and_nothing_of_it(world: World) -> None:
    secrets = load_secrets(world.runtime.settings.secrets_folder)
    with world.runtime.unit_of_work() as db:
        marks = set(db.scalars(select(func.substr(Credential.slot, 1, 5))).all())
    assert len(marks) == 1
    assert secrets.pepper[:3] not in marks.pop()


KILL = "import sys; from protect.cli import main; print('ready', flush=True); sys.stdin.readline(); main(sys.argv[1:])"


@pytest.mark.parametrize("milliseconds", [5, 40, 80, 120, 200, 400])
def test_killed_at_any_moment_the_next_start_works(folder: Path, started, world: World, milliseconds: int) -> None:
    first = started()
    seal(first)
    first.engine.dispose()
    words = [sys.executable, "-c", KILL, "rotate-secret", "session", "--data", str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(milliseconds / 1000)
        process.kill()
    runtime = started()
    renewed = len(runtime.secrets.versions("session")) > 1 or not (folder / "secrets/session").exists()
    assert (sessions.find(runtime, world.officer.token).actor is None) is renewed
    assert opens(runtime, sign_in(runtime, world, "officer"))
    seal(runtime)
    assert whole(runtime)
    runtime.engine.dispose()
