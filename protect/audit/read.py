"""Reading the trail a page at a time; what is sealed stays sealed here."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from protect.audit.entry import CONTENT
from protect.audit.models import TrailEntry

PAGE_SIZE = 40


@dataclass(frozen=True)
class Filter:
    """What to look for; every condition left out lets everything through."""

    agencies: frozenset[uuid.UUID] | None = None
    actor_id: uuid.UUID | None = None
    action: str | None = None
    result: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    sequence: int | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True)
class TrailLine:
    """One entry as it stands; `sequence` is empty until it is sealed."""

    id: int
    sequence: int | None
    epoch: int | None
    at: datetime
    actor_id: uuid.UUID | None
    agency_id: uuid.UUID | None
    role: str
    session_hash: bytes | None
    action: str
    result: str
    purpose: str | None
    consent_id: uuid.UUID | None
    authorisation: str
    case_generation: int | None
    program: str
    detail: bytes | None


@dataclass(frozen=True)
class Page:
    """Up to 50 lines, newest first; `older` asks for the next page, empty on the last."""

    lines: tuple[TrailLine, ...]
    older: int | None


_SHOWN = tuple(getattr(TrailEntry, name) for name in ("id", "sequence", "epoch", *CONTENT) if name != "written")


def page(session: Session, wanted: Filter, *, before: int | None = None) -> Page:
    """The newest lines that match, or those older than line `before`."""
    query = _matching(wanted)
    if before is not None:
        query = query.where(TrailEntry.id < before)
    rows = session.execute(query.order_by(TrailEntry.id.desc()).limit(PAGE_SIZE + 1)).all()
    lines = tuple(TrailLine(*row) for row in rows[:PAGE_SIZE])
    return Page(lines, lines[-1].id if len(rows) > PAGE_SIZE else None)


def _matching(wanted: Filter) -> Select[*tuple[Any, ...]]:
    query = select(*_SHOWN)
    if wanted.agencies is not None:
        query = query.where(TrailEntry.agency_id.in_(wanted.agencies))
    for name in ("actor_id", "action", "result", "sequence"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(TrailEntry, name) == value)
    if wanted.first_day is not None:
        query = query.where(TrailEntry.at >= _midnight(wanted.first_day, wanted.zone))
    if wanted.last_day is not None:
        query = query.where(TrailEntry.at < _midnight(wanted.last_day + timedelta(days=1), wanted.zone))
    return query


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)
