"""Holding the trail against what was signed and kept about it: nodes, checkpoints, cosignatures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from protect.audit.checkpoints import LOOKED_AT, Watch, signed_head
from protect.audit.models import TrailCheckpoint, TrailCosignature, TrailHead, TrailNode
from protect.vault.errors import CiphertextRejected
from protect.vault.notes import Checkpoint, Line, Note, Verifier, cosigned_at

Tell = Callable[[int | None, Literal["truncated", "checkpoint", "cosignature"]], None]
_STREAM = 2_000
_MOST = 1_000


@dataclass(frozen=True)
class Standing:
    """What one witness stands for: the largest head it signed, and when it last did."""

    name: str
    size: int
    at: datetime | None


@dataclass(frozen=True)
class Vouched:
    """When a witness last signed, and whether the trail still leads to that head; true where it signed none."""

    at: datetime | None
    holds: bool


def vouched(session: Session, witness: Verifier) -> Vouched:
    """The last word of one witness, held against the heads alone. A row that it did not sign holds neither."""
    numbered = session.scalar(select(func.max(TrailHead.last_sequence))) or 0
    rows = session.execute(
        select(TrailCosignature.at, TrailCosignature.size, TrailCosignature.note, TrailHead.root)
        .outerjoin(TrailHead, TrailHead.last_sequence == TrailCosignature.size)
        .where(TrailCosignature.witness == witness.name)
        .order_by(TrailCosignature.at.desc(), TrailCosignature.size.desc())  # it may sign twice in one second
        .limit(LOOKED_AT)
    ).all()
    holds = True
    for at, size, shown, root in rows:
        line, told = _witnessed(shown, witness)
        if line is not None and told is not None and cosigned_at(line) == int(at.timestamp()):
            fits = told.size == size <= numbered and told.root == root
            return Vouched(at, holds and fits)
        holds = False
    return Vouched(None, holds)


class StoredNodes:
    """The nodes of the table, held against those that a pass over the entries completes."""

    def __init__(self, nodes: Iterator[Row[*tuple[Any, ...]]]) -> None:
        self._nodes = nodes
        self._next = next(nodes, None)

    def fit(self, made: Mapping[tuple[int, int], bytes]) -> bool:
        """Whether the stored nodes that end at this entry are those that were computed; one not stored is no fault."""
        fits = True
        for place, value in made.items():
            if self._next is not None and (self._next.level, self._next.position) == place:
                fits = fits and self._next.hash == value
                self._next = next(self._nodes, None)
        return fits

    @property
    def left(self) -> bool:
        """Whether a stored node remains that no entry led to."""
        return self._next is not None


def stored_nodes(last: int) -> Select[*tuple[Any, ...]]:
    """The nodes over the first `last` entries, in the order in which entries complete them."""
    end = (TrailNode.position + 1).op("<<")(TrailNode.level)
    columns = (TrailNode.level, TrailNode.position, TrailNode.hash)
    return select(*columns).where(end <= last).order_by(end, TrailNode.level)


def check(session: Session, watch: Watch, last: int, tell: Tell) -> tuple[Standing, ...]:
    """Hold every checkpoint and cosignature against the heads that the entries lead to; where each witness stands.

    A head that does not lead to the entries is told by the pass over them.
    """
    _check_checkpoints(session, watch, last, tell)
    return tuple(_check_witness(session, watch, witness, last, tell) for witness in watch.witnesses)


def _check_checkpoints(session: Session, watch: Watch, last: int, tell: Tell) -> None:
    newest = session.scalar(select(func.max(TrailCheckpoint.size)).where(TrailCheckpoint.size <= last))
    _check_beyond(session, watch, last, tell)
    for size, shown, root in _beside_heads(session, TrailCheckpoint, last):
        told = _told(shown)
        unsigned = size == newest and signed_head(watch, size, shown) is None
        if unsigned or told != Checkpoint(watch.log.name, size, root or b""):
            tell(size, "checkpoint")


def _check_beyond(session: Session, watch: Watch, last: int, tell: Tell) -> None:
    """A head beyond the end was cut off from its entries if the log signed it; else somebody put it there."""
    beyond = select(TrailCheckpoint.size, TrailCheckpoint.note).where(TrailCheckpoint.size > last)
    cut = False
    for size, shown in session.execute(beyond.order_by(TrailCheckpoint.size).limit(_MOST)).all():
        if not _is_gone(session, size):
            continue
        if signed_head(watch, size, shown) is None:
            tell(size, "checkpoint")
        elif not cut:
            cut = True
            tell(last + 1, "truncated")


def _is_gone(session: Session, size: int) -> bool:
    """Whether a head is missing now, and did not just come into being after the pass began."""
    return session.scalar(select(TrailHead.last_sequence).where(TrailHead.last_sequence == size)) is None


def _check_witness(session: Session, watch: Watch, witness: Verifier, last: int, tell: Tell) -> Standing:
    largest, newest, behind = 0, None, False
    for size, shown, root in _beside_heads(session, TrailCosignature, None, witness.name):
        gone = size > last and root is None
        line, told = _witnessed(shown, witness)
        expected = Checkpoint(watch.log.name, size, told.root if told and gone else root or b"")
        if line is None or told != expected:
            tell(size, "cosignature")
            continue
        behind = behind or gone
        at = datetime.fromtimestamp(cosigned_at(line), UTC)
        largest, newest = max(largest, size), at if newest is None else max(newest, at)
    if behind:
        tell(last + 1, "truncated")
    return Standing(witness.name, largest, newest)


def _told(shown: str) -> Checkpoint | None:
    """The head that a note tells, whoever signed it."""
    try:
        return Checkpoint.parse(Note.parse(shown).text)
    except CiphertextRejected:
        return None


def _witnessed(shown: str, witness: Verifier) -> tuple[Line | None, Checkpoint | None]:
    """The witness's line and what it stands under. The log's own is not asked for: its key may be gone since."""
    try:
        note = Note.parse(shown)
        return note.verified(witness), Checkpoint.parse(note.text)
    except CiphertextRejected:
        return None, None


def _beside_heads(
    session: Session, table: type[TrailCheckpoint | TrailCosignature], last: int | None, witness: str = ""
) -> Iterator[tuple[int, str, bytes | None]]:
    query = select(table.size, table.note, TrailHead.root)
    query = query.outerjoin(TrailHead, TrailHead.last_sequence == table.size).order_by(table.size)
    if last is not None:
        query = query.where(table.size <= last)
    if table is TrailCosignature:
        query = query.where(TrailCosignature.witness == witness)
    with session.execute(query, execution_options={"yield_per": _STREAM}) as rows:
        for row in rows:
            yield row.size, row.note, row.root
