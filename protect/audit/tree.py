"""The tree above the entries: nodes that the sealer keeps, and what can be proven with them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Row, insert, select, tuple_
from sqlalchemy.orm import Session

from protect.audit.chain import Link
from protect.audit.models import TrailEntry, TrailNode
from protect.vault import proofs
from protect.vault.log import Frontier, node_hash
from protect.vault.proofs import Node

LOWEST: Final = 8
"""Nodes of fewer than 256 leaves are computed from the entries: keeping them would double the trail."""


class TreeIncomplete(Exception):
    """Entries are missing below a node that is asked for."""


def keep_nodes(session: Session, made: Mapping[tuple[int, int], bytes]) -> None:
    """Store the nodes that a batch completed, from the lowest kept level up."""
    rows = [
        {"level": level, "position": position, "hash": value}
        for (level, position), value in made.items()
        if level >= LOWEST
    ]
    if rows:
        session.execute(insert(TrailNode).inline(), rows)


def root_at(session: Session, size: int) -> bytes:
    """The root of the first `size` entries."""
    nodes = proofs.perfect(0, size)
    return proofs.folded(_hashes(session, nodes)) if nodes else Frontier().root()


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    """The RFC 6962 proof that the tree of `new` entries begins with that of `old`; TreeIncomplete if some are gone."""
    ranges = [proofs.perfect(*found) for found in proofs.consistency_ranges(old, new)]
    flat = [node for nodes in ranges for node in nodes]
    known = dict(zip(flat, _hashes(session, flat), strict=True))
    return [proofs.folded([known[node] for node in nodes]) for nodes in ranges]


def _hashes(session: Session, nodes: Iterable[Node]) -> list[bytes]:
    """The hashes of these nodes, with one look at the stored ones."""
    nodes = list(nodes)
    high = [tuple(node) for node in nodes if node.level >= LOWEST]
    place = tuple_(TrailNode.level, TrailNode.position)
    columns = (TrailNode.level, TrailNode.position, TrailNode.hash)
    stored = {Node(row[0], row[1]): row[2] for row in session.execute(select(*columns).where(place.in_(high)))}
    return [stored[node] if node in stored else _computed(session, node) for node in nodes]


def _computed(session: Session, node: Node) -> bytes:
    """The hash of a node that is not stored: small, or older than this table."""
    if node.level > LOWEST:
        left = Node(node.level - 1, node.position * 2)
        return node_hash(*_hashes(session, [left, left._replace(position=left.position + 1)]))
    columns = (TrailEntry.sequence, TrailEntry.epoch, TrailEntry.id, TrailEntry.written_xid, TrailEntry.leaf)
    below = TrailEntry.sequence.between(node.first + 1, node.end)  # entries count from 1, leaves from 0
    rows = session.execute(select(*columns, TrailEntry.mac).where(below).order_by(TrailEntry.sequence)).all()
    if len(rows) != node.end - node.first:
        raise TreeIncomplete(node)
    level = [_leaf(row) for row in rows]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _leaf(row: Row[*tuple[Any, ...]]) -> bytes:
    return Link(row.sequence, row.epoch, row.id, row.written_xid, row.leaf).node(row.mac)
