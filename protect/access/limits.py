"""How many people a member may identify in an hour: beyond one number a reason is asked, beyond the next it stops.

People are counted, not openings: to read the same file again is free. The count lies in the database under keyed marks,
one turn at a time for each member, so that it holds for every worker together and is no list of who was looked at.
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
from protect.access.models import OpenedPerson, OpeningNotice
from protect.access.runtime import Runtime
from protect.config import Settings
from protect.store.scope import Scope
from protect.vocab import load

HOUR: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)
IDENTITY: Final = "identity"
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
    """Whom an opening identifies: nobody, unless a field of the identity is read of somebody."""
    known = load().fields
    reads = purpose not in WRITING and any(known[name].compartment == IDENTITY for name in fields if name in known)
    return frozenset(str(ref.id) for ref in refs if ref.type in PEOPLE) if reads else frozenset()


def admit(seen: Session, runtime: Runtime, actor: Actor, wanted: frozenset[str]) -> tuple[Verdict, bool]:
    """Count these people for the actor, all or none; and whether this is the very moment at which it stops.

    Who is counted already is looked up in the caller's transaction, without waiting for a turn.
    """
    now, limit = runtime.clock(), limit_of(runtime.settings, actor.role)
    marks = {_mark(runtime, actor, one) for one in wanted}
    with seen.no_autoflush:
        if marks <= _counted(seen, actor, now):
            return Verdict.ADMITTED, False
    with _turn(runtime, actor) as db:
        db.execute(delete(OpenedPerson).where(OpenedPerson.at <= now - HOUR))
        known = _counted(db, actor, now)
        fresh = marks - known
        if not fresh:
            return Verdict.ADMITTED, False
        if _noted(db, actor, STOP, now):
            return Verdict.STOPPED, False
        total = len(known) + len(fresh)
        if total > limit.stop:
            _note(db, actor, STOP, now)
            return Verdict.STOPPED, True
        if total > limit.ask and not _noted(db, actor, REASON, now):
            return Verdict.ASKED, False
        rows = [_row(actor, now, mark=mark) for mark in sorted(fresh)]
        db.execute(insert(OpenedPerson), rows)
    return Verdict.ADMITTED, False


def note_reason(db: Session, actor: Actor, now: datetime) -> None:
    """Let the actor go on for an hour, up to the stop."""
    _note(db, actor, REASON, now)


def lift(db: Session, stop: OpeningNotice, actor: Actor, now: datetime) -> None:
    """Let the member go on and count anew."""
    stop.ended_at, stop.ended_by = now, actor.member_id
    db.execute(delete(OpenedPerson).where(OpenedPerson.member_id == stop.member_id))


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


def _counted(db: Session, actor: Actor, now: datetime) -> set[bytes]:
    mine = (OpenedPerson.member_id == actor.member_id) & (OpenedPerson.at > now - HOUR)
    return set(db.scalars(select(OpenedPerson.mark).where(mine)))


def _noted(db: Session, actor: Actor, kind: str, now: datetime) -> bool:
    mine = (OpeningNotice.member_id == actor.member_id) & (OpeningNotice.kind == kind)
    live = (OpeningNotice.at > now - HOUR) & OpeningNotice.ended_at.is_(None)
    return bool(db.scalar(select(exists().where(mine, live))))


def _note(db: Session, actor: Actor, kind: str, now: datetime) -> None:
    old = (OpeningNotice.agency_id == actor.agency_id) & (OpeningNotice.at <= now - KEPT)
    db.execute(delete(OpeningNotice).where(old))
    db.execute(insert(OpeningNotice).values(_row(actor, now, id=uuid.uuid4(), kind=kind)))


def _row(actor: Actor, now: datetime, **more: object) -> dict[str, object]:
    return {"agency_id": actor.agency_id, "member_id": actor.member_id, "at": now, **more}


def _mark(runtime: Runtime, actor: Actor, person: str) -> bytes:
    """A keyed mark: the same person looks different for every member, and nobody else can compute it."""
    return hmac.digest(runtime.secrets.pepper, f"opened:{actor.member_id}:{person}".encode(), "sha256")
