"""The states of sealed rows: collected as they are written, recorded with the entry, asked for before they are opened.

A manifest proves that a row is whole. That it is also the newest, only the trail can say.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import LargeBinary, ScalarSelect, bindparam, event, func, select, true
from sqlalchemy.orm import Session, UOWTransaction

from protect.audit import written
from protect.audit.models import TrailRow
from protect.audit.written import KINDS, Kind, RowState
from protect.store.base import Base
from protect.store.scope import GatedSession
from protect.store.sealed import Sealed
from protect.vault.errors import CiphertextRejected, Reason

_INFO: Final = "written_rows"
_marks = bindparam("marks", type_=LargeBinary)  # one after the other: an array would bind each of them by itself
_begins = func.generate_series(1, func.octet_length(_marks), written.MARK_BYTES).column_valued("begins")
_asked = select(func.substring(_marks, _begins, written.MARK_BYTES).label("mark")).subquery("asked")
_newest = (
    select(TrailRow.digest)
    .where(TrailRow.mark == _asked.c.mark)
    .order_by(TrailRow.generation.desc(), TrailRow.entry_id)
    .limit(1)
    .lateral("newest")
)
# One statement for ever: it runs with every case that is opened.
_NEWEST: Final = select(_asked.c.mark, _newest.c.digest).join_from(_asked, _newest, true())

Place = tuple[Any, ...]  # table, and the values of the columns of its place
Held = tuple[int, bytes]  # generation and content
_key = lru_cache(maxsize=4)(written.marking_key)


class WrittenRows:
    """What one unit of work has written to sealed rows and not yet recorded, and what it found to be the newest."""

    def __init__(self, db: Session, log_secrets: Sequence[bytes]) -> None:
        """With every version of the secret that is kept, the one in use first."""
        self._db = db
        self._keys = tuple(map(_key, log_secrets))
        self._states: dict[bytes, RowState] = {}
        self._newest: dict[Place, Held] = {}
        db.info[_INFO] = self

    def add(self, row: Any) -> None:
        """Collect the state of a row that was written."""
        kind = KINDS[row.__tablename__]
        place, held = _told(kind, row)
        self._newest[place] = held
        current, *former = self._marks(kind, place)
        self._states[current] = written.state(self._keys[0], current, *held)
        self._forget(former, held)

    def remove(self, row: Any) -> None:
        """Collect that a row is gone for good."""
        kind = KINDS[row.__tablename__]
        place, held = _told(kind, row)
        self._newest.pop(place, None)
        self._forget(self._marks(kind, place), held)

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
        """Those of the rows that are not in the state that was recorded last, or of which nothing is recorded.

        A row has the columns that its kind names. What was found the newest is not asked for again. Of the versions
        of the secret the first that knows a row decides.
        """
        told = [(row, *_told(kind, row)) for row in rows]
        asked = [
            (row, place, held, self._marks(kind, place)) for row, place, held in told if self._newest.get(place) != held
        ]
        if not asked:
            return []
        marks = b"".join(mark for *_, known in asked for mark in known)
        newest = {mark: digest for mark, digest in self._db.execute(_NEWEST, {"marks": marks})}  # noqa: C416 -- rows are not pairs
        old = []
        for row, place, held, known in asked:
            if self._fits(known, held, newest) or self._is_newest_now(kind, row, known):
                self._newest[place] = held
            else:
                old.append(row)
        return old

    def _marks(self, kind: Kind, place: Place) -> list[bytes]:
        return [written.mark(key, kind, place[1:]) for key in self._keys]

    def _forget(self, marks: Sequence[bytes], held: Held) -> None:
        """Record that the row is known by these marks no more."""
        generation, _content = held
        for mark in marks:
            self._states[mark] = written.gone(RowState(mark, generation, b""))

    def _fits(self, marks: Sequence[bytes], held: Held, recorded: Mapping[bytes, bytes | None]) -> bool:
        for key, mark in zip(self._keys, marks, strict=True):
            digest = recorded.get(mark)
            if digest is not None:
                return written.state(key, mark, *held).digest == digest
        return False

    def _is_newest_now(self, kind: Kind, row: Any, marks: Sequence[bytes]) -> bool:
        """Look again, at row and record in one instant: between two statements somebody may have saved."""
        model = _model(kind)
        here = [getattr(model, name) == getattr(row, name) for name in kind.place]
        told = [getattr(model, name) for name in (*kind.place, "generation", kind.content)]
        recorded = [_recorded(mark).label(f"recorded_{number}") for number, mark in enumerate(marks)]
        found = self._db.execute(select(*told, *recorded).where(*here)).one_or_none()
        if found is None:
            return False
        return self._fits(marks, _told(kind, found)[1], dict(zip(marks, found[len(told) :], strict=True)))


def _recorded(mark: bytes) -> ScalarSelect[bytes]:
    """What was recorded last under a mark."""
    newest = TrailRow.generation.desc(), TrailRow.entry_id
    return select(TrailRow.digest).where(TrailRow.mark == mark).order_by(*newest).limit(1).scalar_subquery()


def _told(kind: Kind, row: Any) -> tuple[Place, Held]:
    """Where the row stands, and what it holds there: compared as they are, hashed only when the trail is asked."""
    *place, generation, content = _columns(kind)(row)
    return (kind.table, *place), (generation, content.blob if isinstance(content, Sealed) else content)


@cache
def _columns(kind: Kind) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*kind.place, "generation", kind.content)


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
