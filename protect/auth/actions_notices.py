"""What changed in how a member signs in: told to the member for a week once it was shown, and without any content."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from protect.access.gate import Gate
from protect.auth.models import Notice

SHOWN: Final = timedelta(days=7)
KEPT: Final = timedelta(days=400)  # for who never comes: longer than any leave, and not for ever


@dataclass(frozen=True)
class ShownNotice:
    """What was done, and when."""

    what: str
    at: datetime


def notify(db: Session, member_id: UUID, what: str, at: datetime) -> None:
    """Tell the member at the next sign-ins. Nobody can take it back, so whoever did it in the member's name is seen."""
    over = or_(Notice.shown_at <= at - SHOWN, Notice.at <= at - KEPT)
    db.execute(delete(Notice).where(Notice.member_id == member_id, over))
    db.add(Notice(member_id=member_id, what=what, at=at))


def notices(gate: Gate) -> tuple[ShownNotice, ...]:
    """What was done and not yet told for a week, the newest first. The week begins now for what was never told."""
    now, mine = gate.now(), Notice.member_id == gate.member.member_id
    told = or_(Notice.shown_at.is_(None), Notice.shown_at > now - SHOWN)
    waiting = select(Notice).where(mine, told, Notice.at > now - KEPT).order_by(Notice.at.desc(), Notice.what)
    shown = tuple(ShownNotice(row.what, row.at) for row in gate.db.scalars(waiting))
    gate.db.execute(update(Notice).where(mine, Notice.shown_at.is_(None)).values(shown_at=now))
    return shown
