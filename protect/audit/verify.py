"""Checking the whole trail: content, order, gaps, tree and, for auditors, the codes under the key that moved on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Result, Row, Select, func, literal, select, true
from sqlalchemy.orm import Session

from protect.audit import alarms, witnessed
from protect.audit import state as states
from protect.audit.chain import Link
from protect.audit.checkpoints import Watch
from protect.audit.entry import CONTENT, leaf_of
from protect.audit.models import TrailEntry, TrailEpoch, TrailHead, TrailState, Xid8
from protect.audit.state import Stored
from protect.audit.witnessed import Standing, StoredNodes
from protect.vault.errors import CiphertextRejected
from protect.vault.log import Frontier, ratchet

Kind = Literal[
    "edited", "deleted", "swapped", "truncated", "mac", "root", "unsealed-old",
    "node", "checkpoint", "cosignature", "contradicted",
]  # fmt: skip

SHOWN = 1_000
"""Faults listed one by one; the rest are only counted, so that a ruined trail needs no more memory than a sound one."""

_READ = ("sequence", "epoch", "id", "written_xid", "leaf", "mac", *CONTENT)
_STREAM = 2_000
_FAR = 1_000_000  # a forged number must not keep the check busy for ever


@dataclass(frozen=True)
class Fault:
    """Something that does not hold, at the first number where it shows."""

    sequence: int | None
    kind: Kind


@dataclass(frozen=True)
class Report:
    """What the check found; codes were checked only in the epochs listed."""

    entries: int
    root: bytes
    pending: int
    oldest_pending: datetime | None
    epochs_checked: tuple[int, ...]
    epochs_unchecked: tuple[int, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    witnesses: tuple[Standing, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether everything that could be checked holds."""
        return self.fault_count == 0


@dataclass(frozen=True)
class _Extent:
    """How far the trail reached in one instant; what is sealed later is left to the next check."""

    state: Stored | None
    last: int
    pending: int
    oldest: datetime | None
    overdue: int


@dataclass
class _Findings:
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, sequence: int | None, kind: Kind) -> None:
        self.count += 1
        if len(self.faults) < SHOWN:
            self.faults.append(Fault(sequence, kind))


def verify(
    session: Session,
    *,
    start_keys: Mapping[int, bytes] | None = None,
    server_secret: bytes | None = None,
    watch: Watch | None = None,
) -> Report:
    """Recompute everything, in constant memory.

    Without keys an edit is found; with the start keys of an auditor, also one made by somebody who rewrote the tree;
    with the server's secret besides, a tail cut off and the tree rewritten; with the keys of log and witnesses,
    whatever was rewritten or cut off after they signed.
    """
    extent = _extent(session)
    findings = _Findings()
    codes = _Codes(dict(start_keys or {}), set(session.scalars(select(TrailEpoch.epoch).distinct())))
    with (
        _heads(session, extent.last) as heads,
        _rows(session, extent.last) as rows,
        _stream(session, witnessed.stored_nodes(extent.last)) as nodes,
    ):
        walk = _Walk(findings, codes, iter(heads), StoredNodes(iter(nodes)))
        for row in rows:
            walk.entry(row)
    walk.finish(extent, server_secret)
    if alarms.unexplained(session):
        findings.add(None, "contradicted")
    standings = witnessed.check(session, watch, extent.last, findings.add) if watch else ()
    return Report(
        witnesses=standings,
        entries=walk.count,
        root=walk.frontier.root(),
        pending=extent.pending,
        oldest_pending=extent.oldest,
        epochs_checked=tuple(sorted(codes.checked)),
        epochs_unchecked=tuple(sorted(codes.unchecked)),
        faults=tuple(findings.faults),
        fault_count=findings.count,
    )


class _Codes:
    """The key as it moves from entry to entry, as far as the start keys reach."""

    def __init__(self, start_keys: dict[int, bytes], opened: set[int]) -> None:
        self._start = start_keys
        self._opened = opened
        self._epoch = 0
        self.key: bytes | None = None
        self.checked: set[int] = set()
        self.unchecked: set[int] = set()

    def fits(self, link: Link, mac: bytes, missing: int) -> bool:
        """Whether the code is that of this turn, as far as there is a key; the key then moves on to the next turn."""
        entered = self.enter(link.epoch)
        if missing > _FAR:
            self.key = None
        for _ in range(missing if self.key is not None else 0):
            if entered and self._made(link, mac):
                break  # an epoch began somewhere among the missing: its code tells where
            self._step()
        fits = self.key is None or self._made(link, mac)
        self._step()
        return fits

    def enter(self, epoch: int) -> bool:
        """Go over to a later epoch: to its own first key, or on with the same key if it was given none."""
        if epoch <= self._epoch:
            return False
        self._epoch = epoch
        if epoch in self._start or epoch in self._opened:
            self.key = self._start.get(epoch)
        (self.unchecked if self.key is None else self.checked).add(epoch)
        return True

    def _made(self, link: Link, mac: bytes) -> bool:
        return self.key is not None and link.mac(self.key) == mac

    def _step(self) -> None:
        if self.key is not None:
            self.key = ratchet(self.key)


class _Walk:
    """One pass over the entries in order, beside the heads."""

    def __init__(
        self,
        findings: _Findings,
        codes: _Codes,
        heads: Iterator[Row[tuple[int, int, bytes]]],
        nodes: StoredNodes,
    ) -> None:
        self.findings = findings
        self._nodes = nodes
        self.codes = codes
        self.frontier = Frontier()
        self.count = 0
        self._heads = heads
        self._head = next(heads, None)
        self._head_from = 1
        self._last = 0
        self._place = (0, 0, 0)
        self._root_told = False

    def entry(self, row: Row[Any]) -> None:
        """Check one entry and enter it into the tree."""
        link = Link(row.sequence, row.epoch or 0, row.id, row.written_xid, row.leaf)
        if leaf_of(row[-len(CONTENT) :]) != link.leaf:
            self.findings.add(link.sequence, "edited")
        missing = self._order(link)
        mac = row.mac or b""
        if not self.codes.fits(link, mac, missing):
            self.findings.add(link.sequence, "mac")
        made: dict[tuple[int, int], bytes] = {}
        self.frontier = self.frontier.push(link.node(mac), made)
        if not self._nodes.fit(made):
            self.findings.add(link.sequence, "node")
        self.count += 1
        self._last = link.sequence
        self._pass_heads(link.sequence)

    def _order(self, link: Link) -> int:
        """Hold an entry's place against the one before; how many are missing between them."""
        place, before = (link.epoch, link.written_xid, link.id), self._place
        self._place = place
        missing = link.sequence - self._last - 1
        if place <= before or missing < 0:
            self.findings.add(link.sequence, "swapped")
        elif missing > 0:
            self.findings.add(self._last + 1, "deleted")
        return max(missing, 0)

    def _pass_heads(self, sequence: int) -> None:
        while self._head is not None and self._head.last_sequence <= sequence:
            whole = self._head.first_sequence == self._head_from and self._head.last_sequence == sequence
            self._root(sequence, holds=whole and self._head.root == self.frontier.root())
            self._head_from = self._head.last_sequence + 1
            self._head = next(self._heads, None)

    def _root(self, sequence: int, *, holds: bool) -> None:
        """Tell the first root that does not hold: all after it cannot."""
        if not holds and not self._root_told:
            self._root_told = True
            self.findings.add(sequence, "root")

    def finish(self, extent: _Extent, server_secret: bytes | None) -> None:
        """Hold the end of the pass against the state and the heads."""
        state = extent.state
        if extent.overdue:
            self.findings.add(None, "unsealed-old")
        if self._nodes.left:
            self.findings.add(self._last, "node")
        if extent.last > self._last:
            self.findings.add(self._last + 1, "truncated")
        if state is None:
            self._root(self._last, holds=self._last == 0)
            return
        self._root(self._last, holds=state.sequence == self._last == self._head_from - 1)
        self._root(self._last, holds=state.root == self.frontier.root())
        if server_secret is not None:
            self._key(state, server_secret)

    def _key(self, state: Stored, server_secret: bytes) -> None:
        """The key that comes next tells how many entries there were, whatever the tables say."""
        try:
            key = state.key(server_secret)
        except CiphertextRejected:
            self.findings.add(self._last, "root")
            return
        self.codes.enter(state.epoch)
        if self.codes.key is not None and self.codes.key != key:
            self.findings.add(self._last + 1, "truncated")


def _extent(session: Session) -> _Extent:
    """State, last number and what waits, read in one statement so that a sealer at work disturbs nothing."""
    waiting = TrailEntry.sequence.is_(None)
    xmax = func.pg_snapshot_xmax(func.pg_current_snapshot(), type_=Xid8)
    overdue = (
        select(func.count())
        .select_from(TrailEntry)
        .where(waiting, TrailEntry.written_xid < TrailState.up_to_xid, TrailState.up_to_xid <= xmax)
        .correlate(TrailState)
    )
    row = session.execute(
        select(
            select(func.max(TrailEntry.sequence)).scalar_subquery(),
            select(func.max(TrailHead.last_sequence)).scalar_subquery(),
            select(func.count()).select_from(TrailEntry).where(waiting).scalar_subquery(),
            select(func.min(TrailEntry.at)).where(waiting).scalar_subquery(),
            overdue.scalar_subquery(),
            *states.COLUMNS,
        ).select_from(select(literal(1)).subquery().outerjoin(TrailState, true()))
    ).one()
    numbered, headed, pending, oldest, late = row[:5]
    state = None if row[5] is None else Stored(*row[5:])
    last = max(numbered or 0, headed or 0, state.sequence if state else 0)
    return _Extent(state, last, pending, oldest, late)


def _rows(session: Session, last: int) -> Result[*tuple[Any, ...]]:
    columns = (getattr(TrailEntry, name) for name in _READ)
    return _stream(session, select(*columns).where(TrailEntry.sequence <= last).order_by(TrailEntry.sequence))


def _heads(session: Session, last: int) -> Result[*tuple[Any, ...]]:
    columns = (TrailHead.first_sequence, TrailHead.last_sequence, TrailHead.root)
    return _stream(session, select(*columns).where(TrailHead.last_sequence <= last).order_by(TrailHead.last_sequence))


def _stream(session: Session, query: Select[*tuple[Any, ...]]) -> Result[*tuple[Any, ...]]:
    return session.execute(query, execution_options={"yield_per": _STREAM})
