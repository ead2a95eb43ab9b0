"""Holding the trail against what was signed and kept about it: nodes, checkpoints, cosignatures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from protect.audit.checkpoints import Watch
from protect.audit.models import TrailCheckpoint, TrailCosignature, TrailHead, TrailNode
from protect.vault.errors import CiphertextRejected
from protect.vault.notes import Checkpoint, Note, Verifier, cosigned_at

Tell = Callable[[int | None, Literal["truncated", "checkpoint", "cosignature"]], None]
_STREAM = 2_000


@dataclass(frozen=True)
class Standing:
    """What one witness stands for: the largest head it signed, and when it last did."""

    name: str
    size: int
    at: datetime | None


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
    beyond = session.scalar(select(func.min(TrailCheckpoint.size)).where(TrailCheckpoint.size > last))
    if beyond is not None and _is_gone(session, beyond):
        tell(last + 1, "truncated")
    for size, shown, root in _beside_heads(session, TrailCheckpoint, last):
        if not _holds(shown, (watch.log.name, size, root or b""), (watch.log,) if size == newest else ()):
            tell(size, "checkpoint")


def _is_gone(session: Session, size: int) -> bool:
    """Whether a head is missing now, and did not just come into being after the pass began."""
    return session.scalar(select(TrailHead.last_sequence).where(TrailHead.last_sequence == size)) is None


def _check_witness(session: Session, watch: Watch, witness: Verifier, last: int, tell: Tell) -> Standing:
    largest, newest, behind = 0, None, False
    for size, shown, root in _beside_heads(session, TrailCosignature, None, witness.name):
        gone = size > last and root is None
        if not _holds(shown, (watch.log.name, size, None if gone else root or b""), (watch.log, witness)):
            tell(size, "cosignature")
            continue
        behind = behind or gone
        at = datetime.fromtimestamp(cosigned_at(Note.parse(shown).verified(witness)), UTC)
        largest, newest = max(largest, size), at if newest is None else max(newest, at)
    if behind:
        tell(last + 1, "truncated")
    return Standing(witness.name, largest, newest)


def _holds(shown: str, expected: tuple[str, int, bytes | None], keys: tuple[Verifier, ...]) -> bool:
    """Whether a note is of this origin, size and root, any root without one, and all these keys signed it."""
    origin, size, root = expected
    try:
        note = Note.parse(shown)
        for key in keys:
            note.verified(key)
        told = Checkpoint.parse(note.text)
    except CiphertextRejected:
        return False
    return (told.origin, told.size) == (origin, size) and root in (None, told.root)


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
