"""What an operator may know of an instance without any key: counts and moments, never whose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Engine, Row, and_, func, inspect, select
from sqlalchemy.orm import Session

from protect.access.models import KeyGrant, KeyStateRow, Member
from protect.audit import state as states
from protect.audit.chain import Link
from protect.audit.entry import CONTENT, leaf_of
from protect.audit.models import TrailEntry, TrailHead
from protect.vault.errors import CiphertextRejected
from protect.vault.log import Frontier

Fault = Literal["head", "edited", "deleted", "tree"]
LONGEST = 20_000  # entries looked at in the newest batch; the whole trail is the business of `verify-trail`
_READ = ("sequence", "epoch", "id", "written_xid", "leaf", "mac", *CONTENT)


@dataclass(frozen=True)
class Coverage:
    """How many people of an agency hold the newest key of a compartment."""

    agency_id: UUID
    compartment: str
    holders: int
    made_at: datetime


@dataclass(frozen=True)
class TrailFacts:
    """Where the trail stands; `fault` is what does not hold of its newest batch."""

    newest: datetime | None
    waiting: int
    oldest_waiting: datetime | None
    sealed: int
    sealed_at: datetime | None
    fault: Fault | None


def has_members(engine: Engine) -> bool:
    """Whether anybody was ever invited to the instance; an empty database has nobody."""
    if not inspect(engine).has_table("member"):
        return False
    with engine.connect() as connection:
        return connection.execute(select(Member.id).limit(1)).first() is not None


def coverage(db: Session) -> tuple[Coverage, ...]:
    """For each compartment of which an agency has a key: who could open it if they signed in now."""
    newest = (
        select(
            KeyStateRow.agency_id,
            KeyStateRow.compartment,
            func.max(KeyStateRow.version).label("version"),
            func.max(KeyStateRow.created_at).label("made_at"),
        )
        .group_by(KeyStateRow.agency_id, KeyStateRow.compartment)
        .subquery()
    )
    held = and_(
        KeyGrant.agency_id == newest.c.agency_id,
        KeyGrant.compartment == newest.c.compartment,
        KeyGrant.version == newest.c.version,
        KeyGrant.revoked_at.is_(None),
    )
    able = and_(Member.id == KeyGrant.recipient_id, Member.status == "active")
    rows = db.execute(
        select(newest.c.agency_id, newest.c.compartment, func.count(Member.id.distinct()), newest.c.made_at)
        .select_from(newest)
        .outerjoin(KeyGrant, held)
        .outerjoin(Member, able)
        .group_by(newest.c.agency_id, newest.c.compartment, newest.c.made_at)
        .order_by(newest.c.agency_id, newest.c.compartment)
    )
    return tuple(Coverage(*row) for row in rows)


def unreviewed(db: Session) -> int:
    """How many emergency openings nobody has reviewed, by the trail, which needs no session and names none."""
    agreed, reviewed = (
        func.count().filter(TrailEntry.action == action, TrailEntry.result == "allowed")
        for action in ("emergency:approve", "emergency:review")
    )
    return db.scalar(select(agreed - reviewed).select_from(TrailEntry)) or 0


def trail_facts(db: Session) -> TrailFacts:
    """Where the trail stands, and whether its newest batch holds."""
    waiting = TrailEntry.sequence.is_(None)
    newest, count, oldest = db.execute(
        select(func.max(TrailEntry.at), func.count().filter(waiting), func.min(TrailEntry.at).filter(waiting))
    ).one()
    head = db.execute(select(TrailHead).order_by(TrailHead.last_sequence.desc()).limit(1)).scalar_one_or_none()
    sealed, sealed_at = (head.last_sequence, head.at) if head else (0, None)
    return TrailFacts(newest, count, oldest, sealed, sealed_at, _fault(db, head))


def _fault(db: Session, head: TrailHead | None) -> Fault | None:
    """The first thing that does not hold: the head itself, an entry's content, an entry's being there, its place."""
    state = states.load_stored(db)
    if state is None or head is None:
        return None if state is None and head is None else "head"
    try:
        frontier = Frontier.parse(state.frontier)
    except CiphertextRejected:
        return "head"
    ends = (state.sequence, frontier.size, state.root, frontier.root())
    if ends != (head.last_sequence, head.last_sequence, head.root, head.root):
        return "head"
    first = max(head.first_sequence, head.last_sequence - LONGEST + 1)
    rows = _entries(db, min(first, head.last_sequence - _last_subtree(frontier) + 1), head.last_sequence)
    return next(_faults_of(rows, first, frontier), None)


def _last_subtree(frontier: Frontier) -> int:
    """How many entries the last node of the frontier covers, or none where they are too many to read."""
    covered = frontier.size & -frontier.size
    return covered if covered <= LONGEST else 0


def _entries(db: Session, first: int, last: int) -> Sequence[Row[Any]]:
    columns = (getattr(TrailEntry, name) for name in _READ)
    within = TrailEntry.sequence.between(first, last)
    return db.execute(select(*columns).where(within).order_by(TrailEntry.sequence)).all()


def _faults_of(rows: Sequence[Row[Any]], first: int, frontier: Frontier) -> Iterator[Fault]:
    if any(leaf_of(row[-len(CONTENT) :]) != row.leaf for row in rows):
        yield "edited"
    covered = _last_subtree(frontier)
    if len(rows) != frontier.size + 1 - min(first, frontier.size + 1 - covered):
        yield "deleted"
    tree = Frontier()
    for row in rows[len(rows) - covered :]:
        link = Link(row.sequence, row.epoch or 0, row.id, row.written_xid, row.leaf)
        tree = tree.push(link.node(row.mac or b""))
    if covered and tree.nodes != frontier.nodes[-1:]:
        yield "tree"
