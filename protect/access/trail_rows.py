"""The states of sealed rows: collected as they are written, recorded with the entry, asked for before they are opened.

A manifest proves that a row is whole. That it is also the newest, only the trail can say.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ARRAY, LargeBinary, bindparam, event, func, select, true
from sqlalchemy.orm import Session, UOWTransaction

from protect.access.rows import TABLE, CompartmentRow
from protect.audit import written
from protect.audit.models import TrailRow
from protect.audit.written import RowState
from protect.store.scope import GatedSession
from protect.vault.errors import CiphertextRejected, Reason

_INFO: Final = "written_rows"
_asked = func.unnest(bindparam("marks", type_=ARRAY(LargeBinary))).table_valued("mark").render_derived()
_newest = (
    select(TrailRow.digest)
    .where(TrailRow.mark == _asked.c.mark)
    .order_by(TrailRow.entry_id.desc())
    .limit(1)
    .lateral("newest")
)
# One statement for ever: it runs with every case that is opened.
_NEWEST: Final = select(_asked.c.mark, _newest.c.digest).join_from(_asked, _newest, true())

_key = lru_cache(maxsize=4)(written.marking_key)


class WrittenRows:
    """What one unit of work has written to sealed rows and not yet recorded."""

    def __init__(self, log_secret: bytes) -> None:
        self._secret = log_secret
        self._states: dict[bytes, RowState] = {}

    def watch(self, db: Session) -> None:
        """Collect from now on whatever a flush of this session writes to sealed rows."""
        db.info[_INFO] = self

    def add(self, row: CompartmentRow) -> None:
        """Collect the state of a row that was written otherwise than by a flush."""
        mark = self._mark(row)
        self._states[mark] = written.state(mark, row.generation, row.manifest)

    def remove(self, row: CompartmentRow) -> None:
        """Collect that a row is gone for good."""
        mark = self._mark(row)
        self._states[mark] = RowState(mark, row.generation + 1, written.REMOVED)

    def take(self) -> tuple[RowState, ...]:
        """What was collected since the last time, for the entry that is written now."""
        states = tuple(self._states.values())
        self._states = {}
        return states

    def require_newest(self, db: Session, rows: Sequence[CompartmentRow]) -> None:
        """Refuse with ROLLBACK if one of the rows is not in the state that was last recorded of it.

        A row of which nothing is recorded passes here: `verify-trail` names it.
        """
        if not rows:
            return
        marks = [self._mark(row) for row in rows]
        newest = {found.mark: found.digest for found in db.execute(_NEWEST, {"marks": marks})}
        newest |= {mark: self._states[mark].digest for mark in marks if mark in self._states}
        for mark, row in zip(marks, rows, strict=True):
            if newest.get(mark, _digest(row)) != _digest(row) and not _is_newest_now(db, row, mark):
                raise CiphertextRejected(Reason.ROLLBACK)

    def _mark(self, row: CompartmentRow) -> bytes:
        return written.mark(_key(self._secret), TABLE, str(row.case_id), row.name, str(row.part))


def _digest(row: CompartmentRow) -> bytes:
    return hashlib.sha256(row.manifest).digest()


def _is_newest_now(db: Session, row: CompartmentRow, mark: bytes) -> bool:
    """Look again, at row and record in one instant: between two statements somebody may have saved."""
    model: Any = type(row)
    recorded = (
        select(TrailRow.digest)
        .where(TrailRow.mark == mark)
        .order_by(TrailRow.entry_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    here = (model.case_id == row.case_id, model.name == row.name, model.part == row.part)
    found = db.execute(select(model.manifest, recorded).where(*here)).one_or_none()
    return found is not None and hashlib.sha256(found[0]).digest() == found[1]


@event.listens_for(GatedSession, "after_flush")
def _collect(session: Session, context: UOWTransaction) -> None:
    del context
    rows: WrittenRows | None = session.info.get(_INFO)
    if rows is None:
        return
    for row in _sealed([*session.new, *session.dirty]):
        if row in session.new or session.is_modified(row):
            rows.add(row)
    for row in _sealed(session.deleted):
        rows.remove(row)


def _sealed(instances: Iterable[Any]) -> list[Any]:
    return [one for one in instances if one.__tablename__ == TABLE]
