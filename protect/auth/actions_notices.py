"""What changed in how a member signs in: told to the member for a week, in every session, without any content."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from protect.access.gate import Gate
from protect.auth.models import Notice

SHOWN: Final = timedelta(days=7)


@dataclass(frozen=True)
class ShownNotice:
    """What was done, and when."""

    what: str
    at: datetime


def notify(db: Session, member_id: UUID, what: str, at: datetime) -> None:
    """Tell the member at the next sign-ins. Nobody can take it back, so whoever did it in the member's name is seen."""
    db.execute(delete(Notice).where(Notice.member_id == member_id, Notice.at <= at - SHOWN))
    db.add(Notice(member_id=member_id, what=what, at=at))


def notices(gate: Gate) -> tuple[ShownNotice, ...]:
    """What was done in the last week, the newest first."""
    recent = (Notice.member_id == gate.member.member_id) & (Notice.at > gate.now() - SHOWN)
    found = gate.db.scalars(select(Notice).where(recent).order_by(Notice.at.desc(), Notice.what))
    return tuple(ShownNotice(row.what, row.at) for row in found)
