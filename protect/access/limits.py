"""Of how many people a member may read in an hour: beyond one number a reason is asked, beyond the next it stops.

People are counted, not openings: to read the same file again is free. The count lies in the database under keyed marks,
one turn at a time for each member, so that it holds for every worker together and is no list of who was looked at.
A stop ends when a second person lifts it. By itself it ends after a day, and after an hour where nobody could lift it.
"""

import csv
import hmac
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from importlib import resources
from typing import Final

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from protect.access.actor import Actor, Ref
from protect.access.models import Member, OpenedPerson, OpeningNotice
from protect.access.policy import policy
from protect.access.runtime import Runtime
from protect.config import Settings
from protect.store.scope import Scope
from protect.vocab import load

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=30)
# What tells of somebody, with a name or without: a story without its name is a person's, too.
TELLING: Final = frozenset({"identity", "contact", "narrative", "health", "legal", "protection"})
PEOPLE: Final = frozenset({"case", "referral", "package"})  # objects that stand for a person
WRITING: Final = frozenset({"import"})  # purposes that announce fields and read none
REASON, STOP = "reason", "stop"


class Verdict(Enum):
    """What a member who wants to identify more people meets."""

    ADMITTED = "admitted"
    ASKED = "asked"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Limit:
    """People in an hour: more than `ask` need a reason, more than `stop` wait."""

    ask: int
    stop: int


NOBODY: Final = Limit(0, 0)  # whatever the table does not name opens nobody


@cache
def shipped() -> Mapping[str, Limit]:
    """The limits of each role, read once."""
    text = resources.files("protect.access").joinpath("limits.csv").read_text(encoding="utf-8")
    return {row["role"]: Limit(int(row["ask"]), int(row["stop"])) for row in csv.DictReader(text.splitlines())}


def limit_of(settings: Settings, role: str) -> Limit:
    """The limit of a role: the operator's, else the shipped one."""
    own = settings.opening_limits.get(role)
    return Limit(*own) if own else shipped().get(role, NOBODY)


def people(refs: Iterable[Ref], fields: Iterable[str], purpose: str) -> frozenset[str]:
    """Of whom an opening tells: nobody, unless a field that tells of a person is read."""
    known = load().fields
    reads = purpose not in WRITING and any(known[name].compartment in TELLING for name in fields if name in known)
    return frozenset(str(ref.id) for ref in refs if ref.type in PEOPLE) if reads else frozenset()


def admit(seen: Session, runtime: Runtime, actor: Actor, wanted: frozenset[str]) -> tuple[Verdict, bool]:
    """Count these people for the actor, all or none; and whether this is the very moment at which it stops.

    Who is counted already is looked up in the caller's transaction, without waiting for a turn.
    """
    now, limit = runtime.clock(), limit_of(runtime.settings, actor.role)
    marks = {_mark(runtime, actor, one) for one in wanted}
    with seen.no_autoflush:
        if marks <= _counted(seen, actor, now - HOUR):
            return Verdict.ADMITTED, False
    with _turn(runtime, actor) as db:
        stopped = _stopped(db, actor.agency_id, actor.member_id, now)
        since = (stopped or now) - HOUR  # what was open when it stopped stays open: work on it goes on
        mine = OpenedPerson.member_id == actor.member_id
        db.execute(
            delete(OpenedPerson).where((OpenedPerson.at <= now - HOUR - DAY) | mine & (OpenedPerson.at <= since))
        )
        known = _counted(db, actor, since)
        fresh = marks - known
        if not fresh:
            return Verdict.ADMITTED, False
        if stopped:
            return Verdict.STOPPED, False
        total = len(known) + len(fresh)
        if total > limit.stop:
            _note(db, actor, STOP, now)
            return Verdict.STOPPED, True
        if total > limit.ask and not _noted(db, actor.member_id, REASON, now - HOUR):
            return Verdict.ASKED, False
        rows = [_row(actor, now, mark=mark) for mark in sorted(fresh)]
        db.execute(insert(OpenedPerson), rows)
    return Verdict.ADMITTED, False


def note_reason(db: Session, actor: Actor, now: datetime) -> None:
    """Let the actor go on for an hour, up to the stop."""
    _note(db, actor, REASON, now)


def lift(db: Session, stop: OpeningNotice, actor: Actor, now: datetime) -> None:
    """Let the member go on and count anew; of a stop that is over say only that somebody looked into it."""
    holds = _stopped(db, stop.agency_id, stop.member_id, now) == stop.at
    stop.ended_at, stop.ended_by = now, actor.member_id
    if holds:
        db.execute(delete(OpenedPerson).where(OpenedPerson.member_id == stop.member_id))


def longest(db: Session, agency_id: uuid.UUID, member_id: uuid.UUID) -> timedelta:
    """How long a stop of this member lasts that nobody lifts: an hour where the agency has nobody else who could."""
    lifters = [role for role in policy().roles if policy().has(role, "limit:lift")]
    others = (Member.agency_id == agency_id) & (Member.id != member_id) & (Member.status == "active")
    return DAY if db.scalar(select(exists().where(others, Member.role.in_(lifters)))) else HOUR


def stops(db: Session, agency_id: uuid.UUID, since: datetime) -> list[OpeningNotice]:
    """The stops of an agency's members since then, the newest first."""
    recent = (OpeningNotice.agency_id == agency_id) & (OpeningNotice.kind == STOP) & (OpeningNotice.at > since)
    return list(db.scalars(select(OpeningNotice).where(recent).order_by(OpeningNotice.at.desc())))


@contextmanager
def _turn(runtime: Runtime, actor: Actor) -> Iterator[Session]:
    """A transaction of its own in the actor's name, in which nobody else counts for the same member."""
    with runtime.unit_of_work() as db:
        db.info["scope"], db.info["token_hash"] = Scope(actor.agency_id), actor.session_hash
        number = int.from_bytes(actor.member_id.bytes[:8], "big", signed=True)
        db.execute(select(func.pg_advisory_xact_lock(number)))
        yield db


def _counted(db: Session, actor: Actor, since: datetime) -> set[bytes]:
    mine = (OpenedPerson.member_id == actor.member_id) & (OpenedPerson.at > since)
    return set(db.scalars(select(OpenedPerson.mark).where(mine)))


def _noted(db: Session, member_id: uuid.UUID, kind: str, since: datetime) -> datetime | None:
    mine = (OpeningNotice.member_id == member_id) & (OpeningNotice.kind == kind)
    live = (OpeningNotice.at > since) & OpeningNotice.ended_at.is_(None)
    return db.scalar(select(func.max(OpeningNotice.at)).where(mine, live))


def _stopped(db: Session, agency_id: uuid.UUID, member_id: uuid.UUID, now: datetime) -> datetime | None:
    """When the stop began that still holds."""
    at = _noted(db, member_id, STOP, now - DAY)
    return at if at and at > now - longest(db, agency_id, member_id) else None


def _note(db: Session, actor: Actor, kind: str, now: datetime) -> None:
    old = (OpeningNotice.agency_id == actor.agency_id) & (OpeningNotice.at <= now - KEPT)
    db.execute(delete(OpeningNotice).where(old))
    db.execute(insert(OpeningNotice).values(_row(actor, now, id=uuid.uuid4(), kind=kind)))


def _row(actor: Actor, now: datetime, **more: object) -> dict[str, object]:
    return {"agency_id": actor.agency_id, "member_id": actor.member_id, "at": now, **more}


def _mark(runtime: Runtime, actor: Actor, person: str) -> bytes:
    """A keyed mark: the same person looks different for every member, and nobody else can compute it."""
    return hmac.digest(runtime.secrets.pepper, f"opened:{actor.member_id}:{person}".encode(), "sha256")
