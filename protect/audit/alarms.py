"""Somebody saw a trail that this one does not continue: kept with its evidence until an auditor explains it.

What counts is the entries. The table beside them holds the evidence, and answers quickly who has to be warned.
"""

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from protect.audit.models import TrailContradiction, TrailEntry

CONTRADICT: Final = "trail:contradict"
EXPLAIN: Final = "trail:explain"
FORGED: Final = "trail:forged"


def unexplained(session: Session) -> int:
    """How many contradictions were written after the last explanation; looks through the whole trail."""
    explained = select(func.max(TrailEntry.id)).where(TrailEntry.action == EXPLAIN).scalar_subquery()
    later = TrailEntry.id > func.coalesce(explained, 0)
    return session.scalar(select(func.count()).where(TrailEntry.action == CONTRADICT, later)) or 0


def warned(session: Session, member_id: uuid.UUID) -> bool:
    """Whether this member saw another trail and nobody has explained it since."""
    explained = select(func.max(TrailContradiction.id)).where(TrailContradiction.member_id.is_(None)).scalar_subquery()
    later = TrailContradiction.id > func.coalesce(explained, 0)
    return bool(session.scalar(select(exists().where(TrailContradiction.member_id == member_id, later))))


def keep_evidence(session: Session, member_id: uuid.UUID, at: datetime, seen: str, found: str | None) -> None:
    """Keep the checkpoint that was seen beside the one that is found: the log signed both."""
    values = {"member_id": member_id, "at": at, "seen": seen, "found": found}
    session.execute(insert(TrailContradiction).inline().values(**values))


def end_warnings(session: Session, at: datetime) -> None:
    """Warn nobody any more of what was found up to now; the entry that explains it is the caller's to write."""
    session.execute(insert(TrailContradiction).inline().values(at=at))
