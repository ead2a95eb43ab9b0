"""Writing to the trail: one insert, no lock, no order; the sealer numbers what is committed."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from protect.audit.entry import CONTENT, Entry, content, leaf_of
from protect.audit.models import TrailEntry

# One statement for ever, over the bare table: every request appends, and building it anew or asking the mapper of
# the class costs more than running it.
_INSERT = insert(TrailEntry.metadata.tables[TrailEntry.__tablename__]).inline()


def append(session: Session, entry: Entry) -> None:
    """Write the entry into the caller's transaction: it stands if and only if that commits."""
    values = content(entry)
    session.execute(_INSERT, {**dict(zip(CONTENT, values, strict=True)), "leaf": leaf_of(values)})
