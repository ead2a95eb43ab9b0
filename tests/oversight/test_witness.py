"""A witness from beginning to end: the operator's verbs, another machine's verbs, the address between them, and files."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from protect.access.runtime import Runtime
from protect.access.trail_log import WitnessUnreadable, log_signer, watch
from protect.app import application
from protect.audit import witness
from protect.cli import main, terminal, trail
from protect.config import Settings
from protect.vault.notes import Checkpoint, Cosigner, Note
from protect.vault.signing import SigningKey
from tests.world import PASSPHRASE, Clock, World

ADDRESS = "/journal/temoin"
NAME = "mediateur.example/protect"


class Database:
    """The world's database, by role."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def url(self, role: str) -> str:
        return self.runtime.engine.url.set(username=f"protect_{role}").render_as_string(hide_password=False)


@pytest.fixture
def runtime(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Runtime:
    """The instance of the world, in whose settings the witness in `tmp_path/witness` is named."""
    log = log_signer(world.runtime).verifier
    key = witness.begin(tmp_path / "witness", NAME, str(log))
    settings = world.runtime.settings.model_copy(update={"witnesses": (str(key),)})
    return replace(world.runtime, settings=settings)


@pytest.fixture
def instance(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The same for the operator's verbs."""
    for verbs in (terminal, trail):
        monkeypatch.setattr(verbs, "open_runtime", lambda _data: (runtime, Database(runtime)))
    return runtime


@pytest.fixture
def address(runtime: Runtime) -> Iterator[str]:
    """The program at work on this machine, whose clock the witness's own agrees with."""
    app = application(replace(runtime, clock=Clock()))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def grow(world: World, times: int = 1) -> None:
    for _ in range(times):
        world.officer.sign_in()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    return out + err


def test_five_commands_and_the_trail_has_a_witness(
    world: World, instance: Runtime, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["checkpoint", "--key"]) == 0
    key = said(capsys).strip()
    assert main(["witness-init", "--state", str(tmp_path / "other"), "--name", "x.example", "--log", key]) == 0
    assert said(capsys).startswith("x.example+")
    assert main(["verify-trail"]) == 0
    assert f"le témoin {NAME} n’a encore rien signé" in said(capsys)
    for round_ in (1, 2):
        grow(world, round_)
        assert main(["checkpoint"]) == 0
        size = Checkpoint.parse(Note.parse(said(capsys)).text).size
        assert main(["witness", "--state", str(tmp_path / "witness"), address]) == 0
        assert f"{size} entrées." in said(capsys)
    assert main(["verify-trail"]) == 0
    shown = said(capsys)
    assert f"le témoin {NAME} répond des {size} premières entrées, signature" in shown
    assert "lignes chiffrées de dossiers, 0 anomalies" in shown


def test_by_files_for_machines_without_a_line(
    world: World, instance: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = 0
    for _ in range(2):
        grow(world)
        assert main(["trail-proof", "--from", str(size)]) == 0
        (tmp_path / "proof.txt").write_text(capsys.readouterr().out)
        assert main(["witness", "--state", str(tmp_path / "witness"), str(tmp_path / "proof.txt")]) == 0
        (tmp_path / "signed.txt").write_text(capsys.readouterr().out)
        assert main(["cosignature-add", str(tmp_path / "signed.txt")]) == 0
        size = witness.recall(tmp_path / "witness").size
        assert f"{NAME} répond des {size} premières entrées." in said(capsys)
    assert main(["verify-trail", "--without-rows"]) == 0
    (tmp_path / "signed.txt").write_text("nothing of the kind")
    assert main(["cosignature-add", str(tmp_path / "signed.txt")]) == 1
    assert "no valid signature" in said(capsys)
    assert main(["cosignature-add", str(tmp_path / "absent.txt")]) == 2
    assert main(["trail-proof", "--from", "-1"]) == 2


def test_a_log_that_shrank_is_told_and_the_proof_of_it_kept(
    world: World, instance: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "witness"
    grow(world, 2)
    assert main(["trail-proof"]) == 0
    old = capsys.readouterr().out
    (tmp_path / "proof.txt").write_text(old)
    grow(world)
    assert main(["trail-proof"]) == 0
    (tmp_path / "newer.txt").write_text(capsys.readouterr().out)
    assert main(["witness", "--state", str(folder), str(tmp_path / "newer.txt")]) == 0
    capsys.readouterr()
    assert main(["witness", "--state", str(folder), str(tmp_path / "proof.txt")]) == 1
    assert "LE JOURNAL A RÉTRÉCI" in said(capsys)
    (kept,) = folder.glob("refused-*.txt")
    assert kept.read_text() == old
    (tmp_path / "proof.txt").write_text((tmp_path / "newer.txt").read_text())
    assert main(["witness", "--state", str(folder), str(tmp_path / "proof.txt")]) == 2
    assert f"trail-proof --from {witness.recall(folder).size}" in said(capsys)


def test_a_log_that_forked_is_told(
    world: World, instance: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "witness"
    grow(world)
    assert main(["trail-proof"]) == 0
    (tmp_path / "proof.txt").write_text(capsys.readouterr().out)
    assert main(["witness", "--state", str(folder), str(tmp_path / "proof.txt")]) == 0
    capsys.readouterr()
    memory = json.loads((folder / witness.MEMORY).read_text())
    (folder / witness.MEMORY).write_text(json.dumps(memory | {"root": bytes(32).hex()}))
    assert main(["trail-proof", "--from", str(memory["size"])]) == 0
    (tmp_path / "proof.txt").write_text(capsys.readouterr().out)
    assert main(["witness", "--state", str(folder), str(tmp_path / "proof.txt")]) == 1
    assert "LE JOURNAL A ÉTÉ RÉÉCRIT" in said(capsys)


def test_a_server_that_is_away_or_is_another(
    instance: Runtime, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "witness")]
    for nowhere in ("http://127.0.0.1:1", f"{address}/elsewhere", str(tmp_path / "absent.txt")):
        assert main(["witness", *state, nowhere]) == 2
    assert main(["witness", "--state", str(tmp_path / "nobody"), address]) == 2
    assert "witness-init" in said(capsys)
    assert main(["witness-init", "--state", str(tmp_path / "new"), "--name", "a b", "--log", "x"]) == 2


def test_a_witness_whom_the_settings_do_not_name_is_told(
    world: World, instance: Runtime, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = tmp_path / "stranger"
    witness.begin(stranger, "stranger.example", str(log_signer(instance).verifier))
    grow(world)
    assert main(["checkpoint"]) == 0
    assert main(["witness", "--state", str(stranger), address]) == 2
    assert "404" in said(capsys)


def test_an_auditor_checks_and_explains_at_the_terminal(
    world: World, instance: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    (tmp_path / "passphrase").chmod(0o400)
    who = ["--as", "auditor", "--passphrase-file", str(tmp_path / "passphrase"), "--code"]
    assert main(["verify-trail", *who, world.auditor.code()]) == 0
    assert "codes vérifiés aux époques" in said(capsys)
    assert main(["verify-trail", *who, world.auditor.code(), "--explain", "La sauvegarde a été remise."]) == 0
    assert main(["verify-trail", "--explain", "nobody says so"]) == 2
    with world.runtime.unit_of_work() as db:
        from protect.audit.models import TrailEntry

        assert db.query(TrailEntry).filter_by(action="trail:explain").count() == 1


def test_a_fault_ends_with_one(world: World, instance: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    from sqlalchemy import create_engine, text

    grow(world)
    assert main(["checkpoint"]) == 0
    made = create_engine(Database(instance).url("owner"))
    with made.begin() as connection:
        connection.execute(text("alter table trail_entry disable trigger user"))
        connection.execute(text("update trail_entry set action = 'x' where sequence = 3"))
    made.dispose()
    assert main(["verify-trail"]) == 1
    assert "ANOMALIE edited à l’entrée 3" in said(capsys)


def asking(runtime: Runtime, folder: Path, size: int, **other: Any) -> dict[str, str]:
    """What the witness in this folder shows when it asks for this."""
    told = {"log": log_signer(runtime).name, "size": size, "at": int(runtime.clock().timestamp())} | other
    key = SigningKey((folder / witness.KEY).read_bytes())
    return {"Authorization": "Witness " + Cosigner(witness.recall(folder).name, key).ask(**told)}


def test_the_address_says_nothing_of_anybody(world: World, instance: Runtime, tmp_path: Path) -> None:
    client = world.client = application(instance).test_client()
    folder = tmp_path / "witness"
    grow(world)
    assert main(["checkpoint"]) == 0
    answer = client.get(ADDRESS, headers=asking(instance, folder, 0))
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/plain", "no-store")
    head, _, note = answer.text.partition("\n\n")
    size = Checkpoint.parse(Note.parse(note).text).size
    assert head == "old 0"
    for since in (1, size // 2, size, size + 1, 2**62):
        shown = client.get(f"{ADDRESS}?depuis={since}", headers=asking(instance, folder, since)).text
        assert shown.startswith(f"old {min(since, size)}\n")
    for wrong in (-1, 2**63, "x"):
        assert client.get(f"{ADDRESS}?depuis={wrong}", headers=asking(instance, folder, 1)).status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_only_a_witness_learns_how_fast_the_trail_grows(world: World, instance: Runtime, tmp_path: Path) -> None:
    client = application(instance).test_client()
    folder, stranger = tmp_path / "witness", tmp_path / "stranger"
    witness.begin(stranger, NAME, str(log_signer(instance).verifier))
    grow(world)
    assert main(["checkpoint"]) == 0
    right, now = asking(instance, folder, 0)["Authorization"], int(instance.clock().timestamp())
    assert client.get(ADDRESS, headers={"Authorization": right}).status_code == 200
    spoiled = ("", "Witness", right.replace("Witness", "Bearer"), right[:-8] + "AAAAAA==", f"Witness {NAME} x y")
    for wrong in (
        *({"Authorization": shown} for shown in spoiled),
        asking(instance, stranger, 0),
        asking(instance, folder, 1),
        asking(instance, folder, 0, log="another.example"),
        asking(instance, folder, 0, at=now - 601),
        asking(instance, folder, 0, at=now + 601),
    ):
        answer = client.get(ADDRESS, headers=wrong)
        assert (answer.status_code, answer.data) == (404, client.get(ADDRESS).data)


def test_what_is_posted_there_proves_itself_or_is_refused(world: World, instance: Runtime, tmp_path: Path) -> None:
    client = application(instance).test_client()
    shown = client.get(ADDRESS, headers=asking(instance, tmp_path / "witness", 0)).text
    own = {"Origin": "http://localhost", "Content-Type": "text/plain"}
    for body in ("", "x", "x" * 100_000, "\xff", shown):
        answer = client.post(ADDRESS, data=body, headers=own)
        assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert client.post(ADDRESS, data="x", headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_trail_without_a_head_has_nothing_to_show(world: World) -> None:
    assert application(world.runtime).test_client().get(ADDRESS).status_code == 404


@pytest.mark.parametrize("key", ["", "no key", "log"])
def test_a_setting_that_is_no_witness_is_refused(world: World, key: str) -> None:
    shown = str(log_signer(world.runtime).verifier) if key == "log" else key
    settings = world.runtime.settings.model_copy(update={"witnesses": (shown,)})
    with pytest.raises(WitnessUnreadable):
        watch(replace(world.runtime, settings=settings))


def test_the_log_is_named_by_the_settings_or_by_its_key(world: World) -> None:
    given = replace(world.runtime, settings=Settings(log_origin="protect.gouv.example/journal"))
    assert log_signer(given).name == "protect.gouv.example/journal"
    own, again = log_signer(world.runtime), log_signer(replace(world.runtime, settings=Settings()))
    assert own.name == again.name
    assert own.name.startswith("protect.invalid/")
    other = replace(world.runtime, secrets=replace(world.runtime.secrets, log=bytes(32)))
    assert log_signer(other).name != own.name


def test_a_witness_needs_no_database_and_no_settings(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()  # in a process of its own, with nothing listening
    arguments = ["--state", str(tmp_path / "fresh"), "--name", "w.example", "--log", str(log_signer(runtime).verifier)]
    done = subprocess.run(
        [sys.executable, "-m", "protect.cli", "witness-init", *arguments],
        cwd=tmp_path / "empty", env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("w.example+")
    assert list((tmp_path / "empty").iterdir()) == []
