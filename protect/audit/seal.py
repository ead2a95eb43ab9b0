"""Numbering what was committed: batches in order, each entry coded under a key that is then forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ARRAY, BigInteger, ColumnElement, LargeBinary, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from protect.audit import state as states
from protect.audit.chain import Link
from protect.audit.models import TrailCheckpoint, TrailEntry, TrailHead, Xid8
from protect.audit.state import State
from protect.audit.tree import keep_nodes
from protect.vault.log import Frontier, ratchet
from protect.vault.notes import Signer
from protect.vault.tree import new_key

BATCH = 5_000

LOCK = 0x7472_6169_6C00_0001
"""The advisory lock that one sealer at a time holds until its transaction ends."""

Pending = tuple[int, int, bytes]
"""Insertion id, transaction and leaf of an entry that has no number yet."""


@dataclass(frozen=True)
class Batch:
    """What one round came to; `more` when another should follow at once."""

    count: int
    last_sequence: int
    root: bytes
    more: bool


def lock(session: Session) -> None:
    """Wait for the sealer's place, and hold it until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def try_lock(session: Session) -> bool:
    """Take the sealer's place until the transaction ends, unless somebody has it."""
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar_one())


def seal_pending(session: Session, server_secret: bytes, log: Signer | None = None) -> Batch:
    """Number, code and enter into the tree up to one batch of entries whose transactions, and all older, are over.

    With the key of the `log` the new head is signed. Never commits. The transaction reads committed data, else it
    would not see what the sealer before it left.
    """
    lock(session)
    found = states.load(session, server_secret)
    before = found or states.first_state(new_key())
    xmin, xmax = _horizon(session)
    restarted = before.up_to_xid > xmax
    rows = _pending(session, TrailEntry.written_xid >= before.up_to_xid if restarted else TrailEntry.written_xid < xmin)
    full = len(rows) == BATCH
    if not rows and not restarted:
        return Batch(0, before.sequence, before.root, more=False)
    after = _seal(session, before, rows)
    after = replace(after, up_to_xid=rows[-1][1] if full else xmin)
    if restarted and not full:
        # Restored on another server: transactions count from low again, so order starts anew in the next epoch.
        after = replace(after, epoch=after.epoch + 1, up_to_xid=0)
    states.store(session, server_secret, found, after)
    if log is not None and rows:
        # Whoever put a row of their own there first keeps this head out, and does not stop the sealing.
        head = {"size": after.sequence, "note": str(log.sign(after.sequence, after.root))}
        session.execute(upsert(TrailCheckpoint).values(**head).on_conflict_do_nothing())
    return Batch(len(rows), after.sequence, after.root, more=full or restarted)


def _horizon(session: Session) -> tuple[int, int]:
    """Below the first, every transaction is over; from the second on, none has begun."""
    now = func.pg_current_snapshot()
    row = session.execute(select(func.pg_snapshot_xmin(now, type_=Xid8), func.pg_snapshot_xmax(now, type_=Xid8))).one()
    return row[0], row[1]


def _pending(session: Session, due: ColumnElement[bool]) -> Sequence[Pending]:
    rows = session.execute(
        select(TrailEntry.id, TrailEntry.written_xid, TrailEntry.leaf)
        .where(TrailEntry.sequence.is_(None), due)
        .order_by(TrailEntry.written_xid, TrailEntry.id)
        .limit(BATCH)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _seal(session: Session, before: State, rows: Sequence[Pending]) -> State:
    """Give the rows their numbers and codes; the state after them, under the key of the next."""
    if not rows:
        return before
    frontier, key, macs = Frontier.parse(before.frontier), before.key, []
    nodes: dict[tuple[int, int], bytes] = {}
    for sequence, (row_id, xid, leaf) in enumerate(rows, before.sequence + 1):
        link = Link(sequence, before.epoch, row_id, xid, leaf)
        mac, node = link.sealed(key)
        macs.append(mac)
        frontier = frontier.push(node, nodes)
        key = ratchet(key)
    last, root = before.sequence + len(rows), frontier.root()
    _number(session, before, [row[0] for row in rows], macs)
    keep_nodes(session, nodes)
    session.execute(
        insert(TrailHead)
        .inline()
        .values(first_sequence=before.sequence + 1, last_sequence=last, root=root, at=func.now())
    )
    return replace(before, sequence=last, key=key, frontier=frontier.serialise(), root=root)


def _number(session: Session, before: State, ids: list[int], macs: list[bytes]) -> None:
    """Write all numbers and codes of a batch in one statement."""
    numbers = list(range(before.sequence + 1, before.sequence + 1 + len(ids)))
    batch = (
        func.unnest(
            literal(ids, ARRAY(BigInteger)), literal(numbers, ARRAY(BigInteger)), literal(macs, ARRAY(LargeBinary))
        )
        .table_valued("id", "sequence", "mac", name="batch")
        .render_derived()
    )
    session.execute(
        update(TrailEntry)
        .where(TrailEntry.id == batch.c.id, TrailEntry.sequence.is_(None))
        .values(sequence=batch.c.sequence, epoch=before.epoch, mac=batch.c.mac)
        .execution_options(synchronize_session=False)
    )
