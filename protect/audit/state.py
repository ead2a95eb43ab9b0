"""Where the sealer stands: its one row, with the current key sealed to all the rest of it."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from protect.audit.entry import AUDIT
from protect.audit.models import TrailState
from protect.vault.derivation import derive
from protect.vault.log import Frontier
from protect.vault.sealing import ContentKey, Place

COLUMNS = (
    TrailState.sequence,
    TrailState.epoch,
    TrailState.frontier,
    TrailState.root,
    TrailState.up_to_xid,
    TrailState.ratchet,
)
"""The columns of the state in the order of `Stored`."""

_PLACE = Place("", "", AUDIT, "trail_state", "1", "ratchet", "key")


class TrailDisplaced(Exception):
    """Another hand moved the state under the sealer; nothing was written."""


@dataclass(frozen=True)
class Stored:
    """The state as the database holds it, its key still sealed."""

    sequence: int
    epoch: int
    frontier: bytes
    root: bytes
    up_to_xid: int
    ratchet: bytes

    def key(self, server_secret: bytes) -> bytes:
        """The key of the next entry; raises `CiphertextRejected` when any part of the row was changed."""
        return _sealer(server_secret, self).open(_PLACE, self.ratchet)


@dataclass(frozen=True)
class State:
    """The last number given, the tree up to it, and the key of the next one."""

    sequence: int
    epoch: int
    frontier: bytes
    root: bytes
    up_to_xid: int
    key: bytes


def first_state(key: bytes) -> State:
    """The empty trail under the key of its first epoch."""
    frontier = Frontier()
    return State(0, 1, frontier.serialise(), frontier.root(), 0, key)


def load_stored(session: Session) -> Stored | None:
    """The state as it stands, or nothing before the first entry was sealed."""
    row = session.execute(select(*COLUMNS)).one_or_none()
    return None if row is None else Stored(*row)


def load(session: Session, server_secret: bytes) -> State | None:
    """The state with its key opened; raises `CiphertextRejected` when any part of the row was changed."""
    stored = load_stored(session)
    if stored is None:
        return None
    key = stored.key(server_secret)
    return State(stored.sequence, stored.epoch, stored.frontier, stored.root, stored.up_to_xid, key)


def store(session: Session, server_secret: bytes, before: State | None, after: State) -> None:
    """Put the state in place of the one that was read; the key that was read is gone with it."""
    values = {
        "sequence": after.sequence,
        "epoch": after.epoch,
        "ratchet": _sealer(server_secret, after).seal(_PLACE, after.key, 1),
        "frontier": after.frontier,
        "root": after.root,
        "up_to_xid": after.up_to_xid,
    }
    if before is None:
        session.execute(insert(TrailState).values(id=1, **values))
        return
    same = (TrailState.sequence == before.sequence) & (TrailState.epoch == before.epoch)
    put = update(TrailState).where(same).values(**values).returning(TrailState.id)
    if session.execute(put.execution_options(synchronize_session=False)).one_or_none() is None:
        raise TrailDisplaced("the state of the trail moved while it was being sealed")


def _sealer(server_secret: bytes, state: State | Stored) -> ContentKey:
    """The key made for exactly these values: what it seals opens beside no others."""
    numbers = (str(number) for number in (state.sequence, state.epoch, state.up_to_xid))
    return ContentKey(derive(server_secret, "trail-state.v1", *numbers, state.frontier, state.root))
