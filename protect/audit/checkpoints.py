"""Signed heads: the newest, the proof that leads to it, and what others put under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from protect.audit import tree
from protect.audit.models import TrailCheckpoint, TrailCosignature
from protect.vault import notes, proofs
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.notes import Checkpoint, Line, Note, Verifier

AHEAD: Final = timedelta(hours=1)
"""How far the clock of a witness may be ahead: what is dated later would look fresh for ever."""


@dataclass(frozen=True)
class Watch:
    """Whose signatures count: the log's, and those of the witnesses that the operator named."""

    log: Verifier
    witnesses: tuple[Verifier, ...] = ()

    def witness(self, line: Line) -> Verifier | None:
        """The witness whose line it claims to be."""
        return next((one for one in self.witnesses if (one.name, one.key_id) == (line.name, line.key_id)), None)


CLOCKS: Final = timedelta(minutes=10)
"""How far the clocks of witness and server may differ when it asks."""


class CosignatureRefused(Exception):
    """What was sent back is not the signature of a known witness under a checkpoint of this log."""


def newest(session: Session) -> Note | None:
    """The newest signed head, with the cosignatures that came for it."""
    shown = session.scalar(select(TrailCheckpoint.note).order_by(TrailCheckpoint.size.desc()).limit(1))
    if shown is None:
        return None
    note = Note.parse(shown)
    size = Checkpoint.parse(note.text).size
    cosigned = select(TrailCosignature.note).where(TrailCosignature.size == size).order_by(TrailCosignature.witness)
    for other in session.scalars(cosigned):
        note = note.with_line(Note.parse(other).lines[-1])
    return note


def contradicts(session: Session, seen: Checkpoint, found: Note | None) -> bool:
    """Whether the log does not continue what somebody saw of it."""
    if found is None:
        return seen.size > 0
    now = Checkpoint.parse(found.text)
    if seen.size > now.size:
        return True
    try:
        proof = tree.consistency(session, seen.size, now.size)
        proofs.verify_consistency((seen.size, seen.root), (now.size, now.root), proof)
    except (CiphertextRejected, tree.TreeIncomplete):
        return True
    return seen.origin != now.origin


def proof_since(session: Session, old: int) -> str | None:
    """The newest head with the proof that it continues the one of size `old`, as witnesses read it; nothing as yet.

    Where the log is shorter than that there is nothing to prove: the head alone says so.
    """
    found = newest(session)
    if found is None:
        return None
    size = Checkpoint.parse(found.text).size
    old = min(old, size)
    try:
        proof = tree.consistency(session, old, size)
    except tree.TreeIncomplete:
        proof = []  # a log that lost entries can prove nothing, and whoever asks will say so
    lines = [f"old {old}", *map(notes.armoured_hash, proof)]
    return "\n".join(lines) + f"\n\n{found}"


def require_witness(watch: Watch, shown: str, size: int, now: datetime) -> None:
    """Refuse whoever is no witness of this log: how fast it grows tells when people are at work."""
    at = notes.asked_at(shown, watch.witnesses, watch.log.name, size)
    if abs(at - now.timestamp()) > CLOCKS.total_seconds():
        raise CiphertextRejected(Reason.INPUT)


def read_proof(shown: str) -> tuple[int, Sequence[bytes], Note]:
    """The size that a proof begins at, the proof, and the head that it leads to; CiphertextRejected otherwise."""
    head, _, rest = shown.partition("\n\n")
    first, *hashes = head.split("\n")
    word, _, size = first.partition(" ")
    if word != "old":
        raise CiphertextRejected(Reason.FORMAT)
    return notes.number(size), [notes.bare_hash(line) for line in hashes], Note.parse(rest)


def keep_cosignature(session: Session, watch: Watch, shown: str, now: datetime) -> tuple[str, int]:
    """Keep what a witness put under a checkpoint of this log; the witness and the size. Raises CosignatureRefused.

    The same one sent again changes nothing.
    """
    note, witness = _cosigned(watch, shown)
    size, at = Checkpoint.parse(note.text).size, notes.cosigned_at(note.lines[-1])
    if at > (now + AHEAD).timestamp():
        raise CosignatureRefused("the clock of the witness is ahead of ours")
    stored = session.scalar(select(TrailCheckpoint.note).where(TrailCheckpoint.size == size))
    if stored is None or Note.parse(stored).text != note.text:
        raise CosignatureRefused("this log signed no such checkpoint")
    values = {"size": size, "witness": witness, "at": datetime.fromtimestamp(at, UTC), "note": str(note)}
    session.execute(insert(TrailCosignature).values(**values).on_conflict_do_nothing())
    return witness, size


def _cosigned(watch: Watch, shown: str) -> tuple[Note, str]:
    """The note with the signatures of the log and of one witness alone, and the name of that witness."""
    try:
        note = Note.parse(shown)
        Checkpoint.parse(note.text)
        witness = next(one for line in note.lines if (one := watch.witness(line)) is not None)
        return Note(note.text, (note.verified(watch.log), note.verified(witness))), witness.name
    except (CiphertextRejected, StopIteration):
        raise CosignatureRefused("it bears no valid signature of a witness that the settings name") from None
