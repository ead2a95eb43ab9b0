"""Faults of the trail as others vouch for it: the secret `log`, heads, witnesses."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from protect.access.runtime import Runtime
from protect.access.trail_log import log_signer
from protect.audit import checkpoints
from protect.audit.checkpoints import Watch
from protect.audit.models import TrailCosignature
from protect.audit.sealer import Sealer
from protect.vault.notes import Cosigner, Note
from protect.vault.signing import SigningKey
from tests.access.test_trail_pins import as_it_stands, put_back
from tests.cli.planted import Plant, as_owner, write
from tests.world import World

WITNESS = Cosigner("mediateur.example/protect", SigningKey(bytes(range(32))))


def witness_signs(runtime: Runtime, at: datetime) -> None:
    """As `protect witness` does that knows the log's present key only."""
    kept = Watch(log_signer(runtime).verifier, (WITNESS.verifier,))
    with runtime.unit_of_work() as db:
        head = checkpoints.newest(db, kept).head
        assert head is not None
        signed = Note(head.text, (head.verified(kept.log), WITNESS.sign(head, int(at.timestamp()))))
        checkpoints.keep_cosignature(db, kept, str(signed), at)


def log_lost(_world: World, folder: Path) -> None:
    write(folder / "secrets/log", bytes(range(100, 132)))


def log_lost_without_heads(world: World, folder: Path) -> None:
    """Then what is recorded of the rows tells it."""
    as_owner(
        world,
        "alter table trail_checkpoint disable trigger user",
        "alter table trail_cosignature disable trigger user",
        "delete from trail_checkpoint",
        "delete from trail_cosignature",
    )
    log_lost(world, folder)


def head_planted(world: World, _folder: Path) -> None:
    as_owner(world, "insert into trail_checkpoint values (1, 'no note')")
    as_owner(world, "insert into trail_checkpoint values (1000000, 'no note')")


def tail_cut(world: World, _folder: Path) -> None:
    """Whoever has the database, and everything on this machine, makes the trail one that never had its end.

    The witness saw that end in the same second in which it had signed before.
    """
    runtime = world.runtime
    snapshot = as_it_stands(world)
    with world.officer.gate() as gate:
        gate.record("session:end")
    Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime)).seal_now()
    with runtime.unit_of_work() as db:
        before = db.scalars(select(func.max(TrailCosignature.at))).one()
    witness_signs(runtime, before)
    put_back(world, snapshot)
    runtime.engine.dispose()


def no_witness(_world: World, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("witnesses", "#"), encoding="utf-8")


def witness_gone(world: World, _folder: Path) -> None:
    unsigned(world)
    witness_signs(world.runtime, datetime.now(UTC) - timedelta(days=4))
    world.runtime.engine.dispose()


def witness_silent(world: World, _folder: Path) -> None:
    unsigned(world)


def unsigned(world: World) -> None:
    """The witness has signed nothing yet."""
    as_owner(world, "alter table trail_cosignature disable trigger user", "delete from trail_cosignature")


FAULTS: dict[Plant, str] = {
    log_lost: "trail.log",
    log_lost_without_heads: "trail.log",
    head_planted: "trail.head",
    tail_cut: "trail.head",
}
WARNINGS: dict[Plant, str] = {
    no_witness: "trail.witness",
    witness_gone: "trail.witness",
    witness_silent: "trail.witness",
}
