"""Signed heads: the newest, the proof that leads to it, and what others put under it.

Whoever writes to the database can put rows beside the heads, and nobody takes them away again. So nothing here is
believed because it stands in the table: a head is one when the log signed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from protect.audit import tree
from protect.audit.models import TrailCheckpoint, TrailCosignature, TrailState
from protect.vault import notes, proofs
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.notes import LOG, Checkpoint, Line, Note, Verifier, require_name

AHEAD: Final = timedelta(hours=1)
"""How far the clock of a witness may be ahead: what is dated later would look fresh for ever."""


@dataclass(frozen=True)
class Watch:
    """Whose signatures count: those of the log's keys, and of the witnesses that the operator named.

    `former` are the keys that the log's present one takes over from: any of them signs for the log.
    """

    log: Verifier
    witnesses: tuple[Verifier, ...] = ()
    former: tuple[Verifier, ...] = ()

    def signed(self, note: Note) -> tuple[Line, ...]:
        """The lines that keys of the log put under a note; CiphertextRejected if none did, or if one is false."""
        ours = [key for key in (self.log, *self.former) if bears(note, key)]
        if not ours:
            raise CiphertextRejected(Reason.SIGNATURE)
        return tuple(note.verified(key) for key in ours)

    def witness(self, line: Line) -> Verifier | None:
        """The witness whose line it claims to be."""
        return next((one for one in self.witnesses if _bears(line, one)), None)


CLOCKS: Final = timedelta(minutes=10)
"""How far the clocks of witness and server may differ when it asks."""


LOOKED_AT: Final = 64
"""How many rows are looked through for a valid one, so that nobody makes each sign-in read a table full of others."""


class CosignatureRefused(Exception):
    """What was sent back is not the signature of a known witness under a checkpoint of this log."""


@dataclass(frozen=True)
class Newest:
    """The newest head that the log signed; `forged` where rows stand in its place, or above it, that are none."""

    head: Note | None
    forged: bool = False


def newest(session: Session, watch: Watch) -> Newest:
    """The newest head that the log signed, with the cosignatures of known witnesses; what is not signed is passed by.

    No head is larger than what the sealer has numbered, so rows beyond that hide none, however many somebody wrote.
    """
    numbered = func.coalesce(select(TrailState.sequence).scalar_subquery(), 0)
    forged = bool(session.scalar(select(exists().where(TrailCheckpoint.size > numbered))))
    rows = session.execute(
        select(TrailCheckpoint.size, TrailCheckpoint.note)
        .where(TrailCheckpoint.size <= numbered)
        .order_by(TrailCheckpoint.size.desc())
        .limit(LOOKED_AT)
    )
    for size, shown in rows:
        head = signed_head(watch, size, shown)
        if head is not None:
            return Newest(_cosigned_head(session, watch, size, head), forged)
        forged = True
    return Newest(None, forged)


def signed_head(watch: Watch, size: int, shown: str) -> Note | None:
    """The head of this size in the form that the log signed, other lines left out; None if it is none."""
    try:
        note = Note.parse(shown)
        told = Checkpoint.parse(note.text)
        signed = Note(note.text, watch.signed(note))
    except CiphertextRejected:
        return None
    return signed if (told.origin, told.size) == (watch.log.name, size) else None


def _cosigned_head(session: Session, watch: Watch, size: int, head: Note) -> Note:
    """The head with one line of each known witness, the latest; whatever else stands there is left out."""
    names = [one.name for one in watch.witnesses]
    rows = session.execute(
        select(TrailCosignature.witness, TrailCosignature.note)
        .where(TrailCosignature.size == size, TrailCosignature.witness.in_(names))
        .order_by(TrailCosignature.at.desc())
        .limit(LOOKED_AT)
    )
    lines: dict[str, Line] = {}
    for name, shown in rows:
        line = _witness_line(watch, head, shown)
        if line is not None and line.name == name:
            lines.setdefault(name, line)
    for name in sorted(lines):
        head = head.with_line(lines[name])
    return head


def _witness_line(watch: Watch, head: Note, shown: str) -> Line | None:
    """The line that a known witness put under exactly this head."""
    try:
        note = Note.parse(shown)
        witness = next((one for line in note.lines if (one := watch.witness(line)) is not None), None)
        return None if witness is None or note.text != head.text else note.verified(witness)
    except CiphertextRejected:
        return None


def signed_by(session: Session, keys: Sequence[bytes]) -> str | None:
    """The name under which one of these keys signed the newest head that any of them signed.

    Empty where there is no head; None where there are some, and none of these keys signed any.
    """
    numbered = func.coalesce(select(TrailState.sequence).scalar_subquery(), 0)
    heads = select(TrailCheckpoint.note).where(TrailCheckpoint.size <= numbered).order_by(TrailCheckpoint.size.desc())
    origin: str | None = ""
    with session.execute(heads, execution_options={"yield_per": LOOKED_AT}) as rows:
        for shown in rows.scalars():
            found = _signed_by(shown, keys)
            if found is not None:
                return found
            origin = None
    return origin


def _signed_by(shown: str, keys: Sequence[bytes]) -> str | None:
    """The name that a note bears, if one of the keys signed it under that name."""
    try:
        note = Note.parse(shown)
        name = Checkpoint.parse(note.text).origin
        own, *others = (Verifier(require_name(name), LOG, public) for public in keys)
        Watch(own, former=tuple(others)).signed(note)
    except CiphertextRejected:
        return None
    return name


def follows(session: Session, watch: Watch, witness: Verifier) -> bool:
    """Whether the witness has sent back a head that it believed by the log's present key."""
    rows = session.scalars(
        select(TrailCosignature.note)
        .where(TrailCosignature.witness == witness.name)
        .order_by(TrailCosignature.at.desc())
        .limit(LOOKED_AT)
    )
    return any(_believed(shown, watch.log, witness) for shown in rows)


def _believed(shown: str, log: Verifier, witness: Verifier) -> bool:
    try:
        note = Note.parse(shown)
        return all(note.verified(key) for key in (log, witness))
    except CiphertextRejected:
        return False


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


def proof_since(session: Session, watch: Watch, old: int) -> str | None:
    """The newest head with the proof that it continues the one of size `old`, as witnesses read it; nothing as yet.

    Where the log is shorter than that there is nothing to prove: the head alone says so.
    """
    found = newest(session, watch).head
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
    head = None if stored is None else signed_head(watch, size, stored)
    if head is None or head.text != note.text:
        raise CosignatureRefused("this log signed no such checkpoint")
    values = {"size": size, "witness": witness, "at": datetime.fromtimestamp(at, UTC), "note": str(note)}
    session.execute(insert(TrailCosignature).values(**values).on_conflict_do_nothing())
    return witness, size


def _cosigned(watch: Watch, shown: str) -> tuple[Note, str]:
    """The note with the lines of the log and of one witness alone, the witness's last; and who that is."""
    try:
        note = Note.parse(shown)
        Checkpoint.parse(note.text)
        witness = next(one for line in note.lines if (one := watch.witness(line)) is not None)
        return Note(note.text, (*watch.signed(note), note.verified(witness))), witness.name
    except (CiphertextRejected, StopIteration):
        raise CosignatureRefused("it bears no valid signature of a witness that the settings name") from None


def bears(note: Note, key: Verifier) -> bool:
    """Whether a line under a note claims to be of this key."""
    return any(_bears(line, key) for line in note.lines)


def _bears(line: Line, key: Verifier) -> bool:
    """Whether a line claims to be of this key."""
    return (line.name, line.key_id) == (key.name, key.key_id)
