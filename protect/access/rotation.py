"""Renewing a key: the next version for all who may have it, everything sealed anew in pieces, the old one refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from protect.access import rotor
from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.access.grants import grant_row, may_be_supplied, state_row
from protect.access.models import KeyGrant, KeyRotation, KeyStateRow
from protect.access.policy import policy
from protect.access.recovery_copies import copy_keys
from protect.access.rotor import Rotor
from protect.access.trail_keys import start_trail_epoch
from protect.access.turns import hold_membership
from protect.audit.entry import AUDIT
from protect.store.scope import reach_whole_agency
from protect.vault.derivation import new_key
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import KeyState, Succession
from protect.vault.tree import CompartmentKey
from protect.vocab import COMPARTMENTS

# Of these, what was sealed before stays as it is, and the earlier versions stay with who may read: the trail cannot be
# rewritten, and the coded records belong to the agencies that sent them.
ONWARD: Final = frozenset({AUDIT, "statistics"})
REPLACED: Final = frozenset({*COMPARTMENTS, "inbox"})
IDENTITY: Final = "identity"


@dataclass(frozen=True)
class Piece:
    """What one piece of the work came to: how many things, where to go on (None at the end), whether to wait."""

    done: int
    cursor: UUID | None = None
    more: bool = False
    wait: bool = False


@dataclass(frozen=True)
class Part:
    """One kind of sealed thing: for which keys, the work on a piece, how many there are of an agency and a key.

    And whether the old version is refused before.
    """

    name: str
    compartments: frozenset[str]
    run: Callable[[Gate, Rotor, UUID | None], Piece]
    count: Callable[[Gate, str], int]
    after_retiring: bool = False


# The composition root adds what the slices keep sealed, and what must change in the same moment as the key.
parts: Final[list[Part]] = []
on_begin: Final[dict[str, Callable[[Gate, Callable[[bytes], bytes]], None]]] = {}


@dataclass(frozen=True)
class Progress:
    """How far the renewal of a key has come."""

    compartment: str
    version: int
    stage: int
    stages: int
    done: int
    replaced: bool
    finished: bool
    left: int  # how many things could not be opened, and stay as they are
    total: int | None = None  # how many there were at the beginning
    wait: bool = False

    @property
    def looked_at(self) -> int:
        """How many of the total are behind: what people add meanwhile never makes it more than there are."""
        return min(self.done + self.left, self.total or 0)


def begin(gate: Gate, compartment: str) -> Progress:
    """Make the next version of a key and give it to everybody who has this one and may have it.

    From the end of this transaction on, everything new is sealed under it. Raises Conflict while a renewal is under
    way or when this session has not the newest version, CompartmentLocked without the key.
    """
    gate.permit("key:rotate")
    agency_id, keyring = gate.member.agency_id, gate.keyring
    hold_membership(gate.db, gate.member.member_id, gate.member.role)
    before = keyring.key(compartment)
    state = keyring.trust.key_state(agency_id, compartment)
    if compartment not in ONWARD | REPLACED or state.version != before.version:
        raise Conflict("key")
    key = CompartmentKey(new_key(), before.agency, compartment, before.version + 1)
    row = _start(gate, key)
    _enter(gate, key, floor=_floor(gate, before))
    _widen(gate)
    row.total = sum(part.count(gate, compartment) for part in _stages(compartment))
    if compartment in on_begin:
        on_begin[compartment](gate, rotor.renamed(key))
    _grant_all(gate, before, key)
    gate.db.flush()
    if compartment == AUDIT:
        start_trail_epoch(gate.db, gate.runtime, keyring.identity, agency_id, [AUDIT])
    gate.record("key:rotate", Ref("key", compartment))
    return _progress(row)


def go_on(gate: Gate, compartment: str) -> Progress:
    """Do the next piece. It stands whole or not at all, so it may be broken off at any moment and done again.

    Raises Conflict when no renewal of this key is under way, CompartmentLocked without both versions.
    """
    gate.permit("key:rotate")
    hold_membership(gate.db, gate.member.member_id, gate.member.role)
    row = _under_way(gate, compartment, lock=True)
    if row is None:
        raise Conflict("key")
    if _writers_before(gate, row):
        return _progress(row, wait=True)
    _widen(gate)
    stages = _stages(compartment)
    if row.stage < len(stages):
        piece = _do(gate, row, stages[row.stage])
        return _progress(row, wait=piece.wait)
    if row.replaced_at is None:
        _retire(gate, row)
    row.finished_at = gate.now()
    return _progress(row)


def under_way(gate: Gate) -> tuple[Progress, ...]:
    """The renewals of the actor's agency that are not finished."""
    unfinished = (KeyRotation.agency_id == gate.member.agency_id) & KeyRotation.finished_at.is_(None)
    return tuple(_progress(row) for row in gate.db.scalars(select(KeyRotation).where(unfinished)))


def _do(gate: Gate, row: KeyRotation, part: Part) -> Piece:
    if part.after_retiring and row.replaced_at is None:
        _retire(gate, row)
        return Piece(0, more=True)
    if row.replaced_at is None:  # who lacks the version before could open nothing, and would leave it all behind
        gate.keyring.key(row.compartment, row.version - 1)
    turning = Rotor(gate, row.compartment, row.version, row.left_behind)
    piece = part.run(gate, turning, row.cursor)
    if turning.shut:
        row.left_behind = [*row.left_behind, *(one.row_id for one in turning.shut)]
        why = "; ".join(sorted({one.reason for one in turning.shut}))
        gate.record_unreadable("key:re-encrypt", [one.ref for one in turning.shut], why)
    row.done += piece.done
    row.cursor = piece.cursor
    if not piece.more and piece.cursor is None:
        row.stage += 1
    if piece.done:
        gate.record("key:re-encrypt", Ref("key", row.compartment), fields=(part.name,))
    return piece


def _start(gate: Gate, key: CompartmentKey) -> KeyRotation:
    """The row of the renewal; whoever comes second finds that one is under way."""
    finished = key.name in ONWARD
    row = KeyRotation(
        agency_id=gate.member.agency_id, compartment=key.name, version=key.version, started_by=gate.member.member_id,
        started_at=gate.now(), stage=0, done=0, left_behind=[], settled=False,
        finished_at=gate.now() if finished else None,
    )  # fmt: skip
    if _under_way(gate, key.name) is not None:
        raise Conflict("key")
    try:
        with gate.db.begin_nested():
            gate.db.add(row)
    except IntegrityError:
        raise Conflict("key") from None
    return row


def _enter(gate: Gate, key: CompartmentKey, floor: int) -> None:
    state = state_row(gate.keyring.identity, key)
    state.succession = _succession(gate, key, floor)
    if key.name == IDENTITY:
        state.carried = rotor.carried(gate.keyring, key)
    gate.db.add(state)
    copy_keys(gate.db, gate.keyring.identity, gate.member.agency_id, [key])


def _succession(gate: Gate, key: CompartmentKey, floor: int) -> bytes:
    holder = gate.keyring.identity
    named = Succession(key.agency, key.name, key.version, floor, holder.user_id)
    return named.signed(holder.signing).to_bytes()


def _grant_all(gate: Gate, before: CompartmentKey, key: CompartmentKey) -> None:
    """To each member who has the version before, is active and authorised: the others wait, and are supplied later."""
    live = (KeyGrant.agency_id == gate.member.agency_id) & KeyGrant.revoked_at.is_(None)
    same = (KeyGrant.compartment == before.name) & (KeyGrant.version == before.version)
    for recipient_id in gate.db.scalars(select(KeyGrant.recipient_id).where(live, same).distinct()).all():
        try:
            authorised = may_be_supplied(gate.keyring.trust, gate.db, recipient_id)
        except CiphertextRejected:
            continue
        if authorised is not None and _reads(authorised.certificate.role, key.name):
            gate.db.add(grant_row(gate.keyring.identity, authorised, key))


def _reads(role: str, compartment: str) -> bool:
    return compartment in policy().readable(role)


def _retire(gate: Gate, row: KeyRotation) -> None:
    """From now on the versions before are refused: by signature, and their grants are revoked."""
    key = gate.keyring.key(row.compartment, row.version)
    newest = (KeyStateRow.agency_id == row.agency_id) & (KeyStateRow.compartment == row.compartment)
    signed = _succession(gate, key, floor=row.version)
    retired = update(KeyStateRow).where(newest, KeyStateRow.version == row.version).values(succession=signed)
    gate.db.execute(retired)
    older = (KeyGrant.compartment == row.compartment) & (KeyGrant.version < row.version)
    mine = (KeyGrant.agency_id == row.agency_id) & KeyGrant.revoked_at.is_(None)
    gate.db.execute(update(KeyGrant).where(mine, older).values(revoked_at=gate.now()))
    row.replaced_at = gate.now()
    gate.record("key:retire", Ref("key", row.compartment))


def _floor(gate: Gate, before: CompartmentKey) -> int:
    """The least version that is taken while both are: the oldest that is now."""
    states: list[KeyState] = gate.keyring.trust.key_states(gate.member.agency_id)
    return min(state.version for state in states if state.compartment == before.name)


def _under_way(gate: Gate, compartment: str, *, lock: bool = False) -> KeyRotation | None:
    unfinished = (KeyRotation.agency_id == gate.member.agency_id) & KeyRotation.finished_at.is_(None)
    query = select(KeyRotation).where(unfinished, KeyRotation.compartment == compartment)
    return gate.db.scalar(query.with_for_update() if lock else query)


# A transaction that read the keys before the renewal may still write under the old version: it is waited for.
_OLDER: Final = text(
    "select exists (select 1 from pg_stat_activity where xact_start < :since and pid <> pg_backend_pid()"
    " and datname = current_database() and usename = current_user)"
)


def _writers_before(gate: Gate, row: KeyRotation) -> bool:
    if row.settled:
        return False
    if row.known_since is None:  # the new version is committed now: who begins from here on sees it
        row.known_since = gate.db.scalar(select(func.now()))
    raw = {"raw": "whether transactions older than the renewal are still open"}
    row.settled = not gate.db.execute(_OLDER, {"since": row.known_since}, execution_options=raw).scalar_one()
    return not row.settled


def _widen(gate: Gate) -> None:
    """A key belongs to the whole agency, whichever unit the holder works in."""
    reach_whole_agency(gate.db, gate.member.agency_id)


def _stages(compartment: str) -> Sequence[Part]:
    fitting = [part for part in parts if compartment in part.compartments]
    return sorted(fitting, key=lambda part: part.after_retiring)


def _progress(row: KeyRotation, *, wait: bool = False) -> Progress:
    return Progress(
        row.compartment, row.version, row.stage, len(_stages(row.compartment)), row.done,
        replaced=row.replaced_at is not None, finished=row.finished_at is not None,
        left=len(row.left_behind), total=row.total, wait=wait,
    )  # fmt: skip
