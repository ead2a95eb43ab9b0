"""The states of sealed rows: collected as they are written, recorded with the entry, asked for before they are opened.

A manifest proves that a row is whole. That it is also the newest, only the trail can say.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import ARRAY, LargeBinary, bindparam, event, func, select, true
from sqlalchemy.orm import Session, UOWTransaction

from protect.audit import written
from protect.audit.models import TrailRow
from protect.audit.written import KINDS, Kind, RowState
from protect.store.base import Base
from protect.store.scope import GatedSession
from protect.store.sealed import Sealed
from protect.vault.errors import CiphertextRejected, Reason

_INFO: Final = "written_rows"
_asked = func.unnest(bindparam("marks", type_=ARRAY(LargeBinary))).table_valued("mark").render_derived()
_newest = (
    select(TrailRow.digest)
    .where(TrailRow.mark == _asked.c.mark)
    .order_by(TrailRow.generation.desc(), TrailRow.entry_id)
    .limit(1)
    .lateral("newest")
)
# One statement for ever: it runs with every case that is opened.
_NEWEST: Final = select(_asked.c.mark, _newest.c.digest).join_from(_asked, _newest, true())

_key = lru_cache(maxsize=4)(written.marking_key)


class WrittenRows:
    """What one unit of work has written to sealed rows and not yet recorded, and what it found to be the newest."""

    def __init__(self, db: Session, log_secret: bytes) -> None:
        self._db = db
        self._secret = log_secret
        self._states: dict[bytes, RowState] = {}
        self._found: dict[bytes, bytes] = {}
        db.info[_INFO] = self

    def add(self, row: Any) -> None:
        """Collect the state of a row that was written."""
        self._keep(self._state(KINDS[row.__tablename__], row))

    def remove(self, row: Any) -> None:
        """Collect that a row is gone for good."""
        self._keep(RowState(self._mark(KINDS[row.__tablename__], row), row.generation + 1, written.REMOVED))

    def take(self) -> tuple[RowState, ...]:
        """What was collected since the last time, for the entry that is written now."""
        states = tuple(self._states.values())
        self._states = {}
        return states

    def require_newest(self, kind: Kind, rows: Sequence[Any]) -> None:
        """Refuse with ROLLBACK if one of the rows was put back."""
        if self.put_back(kind, rows):
            raise CiphertextRejected(Reason.ROLLBACK)

    def put_back(self, kind: Kind, rows: Sequence[Any]) -> list[Any]:
        """Those of the rows that are not in the state that was recorded last.

        A row has the columns that its kind names. What was found the newest is not asked for again. A row of which
        nothing is recorded is not among them: `verify-trail` names it.
        """
        states = [(row, self._state(kind, row)) for row in rows]
        asked = [(row, state) for row, state in states if self._found.get(state.mark) != state.digest]
        if not asked:
            return []
        marks = [state.mark for _, state in asked]
        newest = {found.mark: found.digest for found in self._db.execute(_NEWEST, {"marks": marks})}
        old = []
        for row, state in asked:
            if newest.get(state.mark, state.digest) == state.digest or self._is_newest_now(kind, row, state.mark):
                self._found[state.mark] = state.digest
            else:
                old.append(row)
        return old

    def _keep(self, state: RowState) -> None:
        self._states[state.mark] = state
        self._found[state.mark] = state.digest

    def _state(self, kind: Kind, row: Any) -> RowState:
        content = getattr(row, kind.content)
        blob = content.blob if isinstance(content, Sealed) else content
        return written.state(_key(self._secret), self._mark(kind, row), row.generation, blob)

    def _mark(self, kind: Kind, row: Any) -> bytes:
        return written.mark(_key(self._secret), kind, [getattr(row, column) for column in kind.place])

    def _is_newest_now(self, kind: Kind, row: Any, mark: bytes) -> bool:
        """Look again, at row and record in one instant: between two statements somebody may have saved."""
        model = _model(kind)
        recorded = (
            select(TrailRow.digest)
            .where(TrailRow.mark == mark)
            .order_by(TrailRow.generation.desc(), TrailRow.entry_id)
            .limit(1)
        )
        here = [getattr(model, name) == getattr(row, name) for name in kind.place]
        told = [getattr(model, name) for name in (*kind.place, "generation", kind.content)]
        found = self._db.execute(select(*told, recorded.scalar_subquery().label("recorded")).where(*here)).one_or_none()
        return found is not None and self._state(kind, found).digest == found.recorded


@cache
def _model(kind: Kind) -> Any:
    """The mapped class of a kind: only what is mapped is narrowed by the scope."""
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == kind.table)


@event.listens_for(GatedSession, "after_flush")
def _collect(session: Session, context: UOWTransaction) -> None:
    del context
    rows: WrittenRows | None = session.info.get(_INFO)
    if rows is None:
        return
    for row in session.new:
        if row.__tablename__ in KINDS:
            rows.add(row)
    for row in session.dirty:
        if row.__tablename__ in KINDS and session.is_modified(row):
            rows.add(row)
    for row in session.deleted:
        if row.__tablename__ in KINDS:
            rows.remove(row)
