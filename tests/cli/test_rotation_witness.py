"""The secret of the trail as others meet it: a witness takes the new key over; under another secret nothing starts."""

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import NullPool, create_engine, delete, select, text

from protect.access.trail_log import LogSecretLost, log_signer
from protect.app import open_runtime
from protect.audit import witness
from protect.audit.models import TrailCheckpoint
from protect.vault.notes import Checkpoint, Note
from tests.cli.test_rotation import Verb
from tests.cli.test_rotation_log import case_id, here, refused, versions
from tests.world import World

__all__ = ["case_id"]  # the fixture
NAME = "mediateur.example/protect"


@dataclass
class Elsewhere:
    """The witness in a folder of its own, and the operator who carries files between it and the server."""

    world: World
    folder: Path
    protect: Verb
    state: Path

    def begin(self) -> str:
        """Begin to witness the log, and be named in the settings."""
        named = witness.begin(self.state, NAME, str(log_signer(self.world.runtime).verifier))
        with (self.folder / "config.toml").open("a", encoding="utf-8") as file:
            file.write(f'witnesses = ["{named}"]\n')
        return str(named)

    def round(self, *successor: str) -> int | str:
        """One head from the server to the witness and back: the exit code, or why it was refused."""
        code, shown = self.protect("trail-proof", "--from", str(witness.recall(self.state).size))
        assert code == 0
        self.world.runtime.clock.move(seconds=1)
        try:
            signed = witness.sign(self.state, shown, self.world.runtime.clock(), *successor)
        except witness.HeadRefused as refused:
            return refused.problem
        (self.folder / "signed").write_text(str(signed), encoding="utf-8")
        return self.protect("cosignature-add", str(self.folder / "signed"))[0]


def test_a_witness_takes_the_new_key_over_and_holds_the_former_until_then(
    protect: Verb, folder: Path, started, world: World, case_id: UUID, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there = Elsewhere(world, folder, protect, tmp_path_factory.mktemp("elsewhere") / "witness")
    named = there.begin()
    assert there.round() == 0
    assert versions(folder) == ["log"]
    code, said = protect("rotate-secret", "log")
    assert (code, versions(folder)) == (0, ["log.1", "log"])
    assert NAME in said
    assert there.round() == 0, "the former key signs still"
    assert protect("rotate-secret", "log", "--drop")[0] == 2
    other = replace(log_signer(world.runtime), key=type(log_signer(world.runtime).key).generate())
    assert there.round(str(other.verifier)) is witness.Problem.SUCCESSOR
    with pytest.raises(witness.WitnessUnfit, match="not a key of the log"):
        there.round(named)
    with pytest.raises(witness.WitnessUnfit, match="no key"):
        there.round("no key")
    runtime = started()
    new = log_signer(runtime).verifier
    runtime.engine.dispose()
    assert there.round(str(new)) == 0
    assert witness.recall(there.state).log == new
    assert there.round() == 0
    assert protect("rotate-secret", "log", "--drop")[0] == 0
    assert versions(folder) == ["log.1"]
    assert there.round() == 0, "under the new key alone"
    assert protect("verify-trail", "--without-rows")[0] == 0


def test_a_witness_that_did_not_follow_says_that_the_key_is_another(
    protect: Verb, folder: Path, world: World, case_id: UUID, tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = tmp_path_factory.mktemp("elsewhere") / "witness"
    witness.begin(state, NAME, str(log_signer(world.runtime).verifier))
    assert protect("rotate-secret", "log")[0] == 0
    assert versions(folder) == ["log.1"], "no settings name it"
    shown = protect("trail-proof")[1]
    with pytest.raises(witness.HeadRefused) as refused:
        witness.sign(state, shown, world.runtime.clock())
    assert refused.value.problem is witness.Problem.SIGNATURE


def replace_by_hand(folder: Path) -> None:
    path = folder / "secrets/log"
    path.chmod(0o600)
    path.write_bytes(bytes(range(100, 132)))
    path.chmod(0o400)


def test_under_a_secret_that_is_another_nothing_starts(protect: Verb, folder: Path, case_id: UUID) -> None:
    replace_by_hand(folder)
    with pytest.raises(LogSecretLost):
        open_runtime(folder)
    code, said = protect("verify-trail")
    assert code == 2
    assert "not the one under which the trail was written" in said
    assert protect("rotate-secret", "log")[0] == 2
    assert versions(folder) == ["log"]


def test_rows_planted_beside_the_heads_neither_stop_the_start_nor_let_another_secret_pass(
    folder: Path, started, world: World, case_id: UUID
) -> None:
    with world.runtime.unit_of_work() as db:
        newest = db.scalars(select(TrailCheckpoint.size).order_by(TrailCheckpoint.size.desc())).first() or 0
        signed = db.scalars(select(TrailCheckpoint.note)).first() or ""
    forged = signed.replace("protect.invalid", "another.invalid")
    with create_engine(world.runtime.engine.url, poolclass=NullPool).begin() as connection:
        for size in (*range(1, newest), 10**9):
            planted = "insert into trail_checkpoint values (:size, :note) on conflict do nothing"
            connection.execute(text(planted), {"size": size, "note": forged if size % 2 else "no note"})
    world.runtime.engine.dispose()
    assert log_signer(started()).name == Checkpoint.parse(Note.parse(signed).text).origin
    replace_by_hand(folder)
    with pytest.raises(LogSecretLost):
        started()


def test_even_without_heads_no_row_opens_under_another_secret(world: World, case_id: UUID) -> None:
    owner = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("alter table trail_checkpoint disable trigger user"))
        connection.execute(delete(TrailCheckpoint))
    here(world, replace(world.runtime, secrets=replace(world.runtime.secrets, log=bytes(32))))
    refused(world, case_id)
