"""Writing to the trail: one insert, no lock, no order; the sealer numbers what is committed."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from protect.audit.entry import CONTENT, Entry, leaf
from protect.audit.models import TrailEntry


def append(session: Session, entry: Entry) -> None:
    """Write the entry into the caller's transaction: it stands if and only if that commits."""
    content = {name: getattr(entry, name) for name in CONTENT}
    session.execute(insert(TrailEntry).inline().values(**content, leaf=leaf(entry)))
