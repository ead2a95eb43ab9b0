"""What cases keep sealed, sealed anew when a key is renewed: piece by piece, beside people who go on working."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Integer, LargeBinary, Uuid, bindparam, exists, func, select, update

from protect.access import emergency
from protect.access import rows as sealed_rows
from protect.access.gate import Gate, Ref
from protect.access.models import EmergencyOpening
from protect.access.rotation import IDENTITY, Part, Piece
from protect.access.rotor import Rotor
from protect.audit.written import COMPARTMENT, SHARD
from protect.cases.actions_consent import KEPT_IN, restrictions_context
from protect.cases.actions_import import take_turn
from protect.cases.models import CaseCompartment, CaseFile, Consent, SearchShard
from protect.store.sealed import Sealed
from protect.vocab import COMPARTMENTS

KEYS_AT_ONCE: Final = 8_000
ROWS_AT_ONCE: Final = 400
SHARDS_AT_ONCE: Final = 200
NAMES_AT_ONCE: Final = 5_000


def _columns(**types: Any) -> Any:
    """Lists of equal length, given by these names, as the columns of one table: a statement that is made once."""
    lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()]
    return func.unnest(*lists).table_valued(*types, name="batch").render_derived()


_keys, _names = _columns(ids=Uuid, generations=Integer, wrapped=LargeBinary), _columns(ids=Uuid, names=LargeBinary)
_BEFORE_ALL: Final = uuid.UUID(int=0)
_TAKEN: Final = tuple(
    getattr(CaseCompartment, name)
    for name in ("id", "case_id", "key_version", "wrapped_key", "commitment", "generation")
)
_TAKEN_OVER: Final = (
    update(CaseCompartment)
    .where(CaseCompartment.id == _keys.c.ids, CaseCompartment.generation == _keys.c.generations)
    .where(CaseCompartment.key_version < bindparam("newest"))
    .values(wrapped_key=_keys.c.wrapped, wrap=sealed_rows.TAKEN_OVER, key_version=bindparam("newest"))
    .returning(CaseCompartment.id)
    .execution_options(synchronize_session=False)
)
_RENAMED: Final = (
    update(CaseFile)
    .where(CaseFile.id == _names.c.ids)
    .values(import_key=_names.c.names)
    .execution_options(synchronize_session=False)
)


def take_over_keys(gate: Gate, rotor: Rotor, cursor: uuid.UUID | None) -> Piece:
    """Wrap data keys under the newest version, many at once: the version before opens no row any more.

    Nothing is held meanwhile: who changes a row seals under the newest version too, and raises its generation.
    """
    older = _of(rotor) & (CaseCompartment.key_version < rotor.version) & (CaseCompartment.wrap != sealed_rows.DROPPED)
    next_ones = select(*_TAKEN).where(older, CaseCompartment.id > (cursor or _BEFORE_ALL))
    found: Sequence[Any] = gate.db.execute(next_ones.order_by(CaseCompartment.id).limit(KEYS_AT_ONCE)).all()
    if not found:
        return Piece(0, more=gate.db.scalar(select(exists().where(older))) or False)
    taken = [(row, key) for row in found if (key := rotor.take_over(row)) is not None]
    done = _write_keys(gate, rotor, [row for row, _key in taken], [key for _row, key in taken])
    return Piece(done, cursor=found[-1].id)


def seal_dropped(gate: Gate, rotor: Rotor, _cursor: uuid.UUID | None) -> Piece:
    """Take in what was dropped into an earlier version's drop-box, under fresh data keys."""
    older = _of(rotor) & (CaseCompartment.key_version < rotor.version) & (CaseCompartment.wrap == sealed_rows.DROPPED)
    return _seal_rows(gate, rotor, older)


def seal_contents(gate: Gate, rotor: Rotor, _cursor: uuid.UUID | None) -> Piece:
    """Give every row whose data key was only taken over a fresh one, and seal its fields anew."""
    return _seal_rows(gate, rotor, _of(rotor) & (CaseCompartment.wrap == sealed_rows.TAKEN_OVER))


def pass_on_restrictions(gate: Gate, rotor: Rotor, cursor: uuid.UUID | None) -> Piece:
    """Put the restrictions of consents into the newest drop-box."""
    query = select(Consent).where(Consent.agency_id == gate.member.agency_id, Consent.restrictions.is_not(None))
    if cursor is not None:
        query = query.where(Consent.id > cursor)
    found = gate.db.scalars(query.order_by(Consent.id).limit(ROWS_AT_ONCE).with_for_update()).all()
    done = 0
    for row in found:
        moved = _passed_on(rotor, row)
        if moved is not None:
            row.restrictions, done = moved, done + 1
    return Piece(done, cursor=found[-1].id if len(found) == ROWS_AT_ONCE else None)


def _passed_on(rotor: Rotor, row: Consent) -> Sealed | None:
    if row.restrictions is None:
        return None
    return rotor.passed_on(Ref("case", row.case_id), restrictions_context(row.id), row.restrictions)


def pass_on_reasons(gate: Gate, rotor: Rotor, _cursor: uuid.UUID | None) -> Piece:
    """Put the reasons of emergency openings that nobody has reviewed yet into the newest drop-box: they are few."""
    mine = EmergencyOpening.agency_id == gate.member.agency_id
    query = select(EmergencyOpening).where(mine, EmergencyOpening.why.is_not(None)).with_for_update()
    done = 0
    for row in gate.db.scalars(query).all():
        ref = Ref("emergency", row.id)
        moved = rotor.passed_on(ref, emergency.why_context(row.id), row.why) if row.why else None
        if moved is not None:
            row.why, done = moved, done + 1
    return Piece(done)


def seal_shards(gate: Gate, rotor: Rotor, cursor: uuid.UUID | None) -> Piece:
    """Seal the search shards anew; whoever adds a case meanwhile waits for the shard."""
    query = select(SearchShard).where(SearchShard.agency_id == gate.member.agency_id)
    if cursor is not None:
        query = query.where(SearchShard.id > cursor)
    query = query.order_by(SearchShard.id).limit(SHARDS_AT_ONCE).with_for_update()
    found = gate.db.scalars(query.execution_options(populate_existing=True)).all()
    done = 0
    for shard in rotor.newest_of(SHARD, found):
        anew = rotor.block(shard)
        if anew is not None:
            (shard.block, shard.generation), done = anew, done + 1
    return Piece(done, cursor=found[-1].id if len(found) == SHARDS_AT_ONCE else None)


def rename_imports(gate: Gate, renamed: Callable[[bytes], bytes]) -> None:
    """Name every imported row anew, in the moment in which the key changes; imports wait, and begin again."""
    units = select(CaseFile.unit_id).where(CaseFile.agency_id == gate.member.agency_id).distinct()
    for unit_id in sorted(gate.db.scalars(units).all()):
        take_turn(gate, unit_id)
    named = (CaseFile.agency_id == gate.member.agency_id) & CaseFile.import_key.is_not(None)
    rows: Sequence[Any] = gate.db.execute(select(CaseFile.id, CaseFile.import_key).where(named)).all()
    for at in range(0, len(rows), NAMES_AT_ONCE):
        some = rows[at : at + NAMES_AT_ONCE]
        gate.db.execute(_RENAMED, {"ids": [row.id for row in some], "names": [renamed(row.import_key) for row in some]})


def _of(rotor: Rotor) -> ColumnElement[bool]:
    return (CaseCompartment.name == rotor.compartment) & CaseCompartment.id.not_in(rotor.left_before)


def _held(which: ColumnElement[bool]) -> Any:
    """Rows with their cases held: who changes a case holds it too, so neither overwrites the other.

    The row is held as well, so that it is read as the last who held the case has left it.
    """
    rows = select(CaseCompartment).join(CaseFile, CaseFile.id == CaseCompartment.case_id).where(which)
    held = rows.limit(ROWS_AT_ONCE).with_for_update(of=(CaseFile, CaseCompartment), skip_locked=True)
    return held.execution_options(populate_existing=True)


def _rest(gate: Gate, which: ColumnElement[bool]) -> Piece:
    """The end, unless somebody holds a case at this moment."""
    left = gate.db.scalar(select(func.count()).select_from(CaseCompartment).where(which))
    return Piece(0, more=True, wait=True) if left else Piece(0)


def _write_keys(gate: Gate, rotor: Rotor, found: Sequence[Any], keys: list[bytes]) -> int:
    """Write all keys of a piece in one statement; a row that was changed in between is found again."""
    batch = {"ids": [row.id for row in found], "generations": [row.generation for row in found], "wrapped": keys}
    done = gate.db.execute(_TAKEN_OVER, {**batch, "newest": rotor.version})
    return len(done.all())


def _seal_rows(gate: Gate, rotor: Rotor, which: ColumnElement[bool]) -> Piece:
    found = gate.db.scalars(_held(which)).all()
    if not found:
        return _rest(gate, which)
    done = 0
    for row in rotor.newest_of(COMPARTMENT, found):
        columns = rotor.sealed_anew(row)
        for column, value in (columns or {}).items():
            setattr(row, column, value)
        done += columns is not None
    return Piece(done, more=True)


def _rows(*, dropped: bool) -> Callable[[Gate, str], int]:
    """How many rows of a compartment were dropped in by who cannot read it, or were not."""
    kind = CaseCompartment.wrap == sealed_rows.DROPPED

    def count(gate: Gate, compartment: str) -> int:
        return _number(gate, CaseCompartment, CaseCompartment.name == compartment, kind if dropped else ~kind)

    return count


def _restrictions(gate: Gate, _compartment: str) -> int:
    return _number(gate, Consent, Consent.agency_id == gate.member.agency_id, Consent.restrictions.is_not(None))


def _reasons(gate: Gate, _compartment: str) -> int:
    mine = EmergencyOpening.agency_id == gate.member.agency_id
    return _number(gate, EmergencyOpening, mine, EmergencyOpening.why.is_not(None))


def _shards(gate: Gate, _compartment: str) -> int:
    return _number(gate, SearchShard, SearchShard.agency_id == gate.member.agency_id)


def _number(gate: Gate, model: Any, *which: ColumnElement[bool]) -> int:
    return gate.db.scalar(select(func.count()).select_from(model).where(*which)) or 0


_CASES: Final = frozenset(COMPARTMENTS)
PARTS: Final = (
    Part("data_key", _CASES, take_over_keys, _rows(dropped=False)),
    Part("dropped", _CASES, seal_dropped, _rows(dropped=True)),
    Part("restrictions", frozenset({KEPT_IN}), pass_on_restrictions, _restrictions),
    Part("reasons", frozenset({emergency.KEPT_IN}), pass_on_reasons, _reasons),
    Part("search", frozenset({IDENTITY}), seal_shards, _shards),
    Part("fields", _CASES, seal_contents, _rows(dropped=False), after_retiring=True),
)
