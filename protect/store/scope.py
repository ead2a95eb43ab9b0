"""The gated session: it refuses a statement on case-bound tables without a scope, and narrows it with one."""

import functools
import uuid
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Never, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    and_,
    event,
    false,
    inspect,
    or_,
    text,
    true,
)
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.visitors import ExternallyTraversible

from protect.store.errors import CommitOutsideGate, RawStatementRefused, ScopeMissing, ScopeViolated
from protect.store.tables import Touched, beside_target, is_case_bound, touched

_SET_TOKEN = text("select set_config('app.session', :hex, true), set_config('app.reach', :reach, true)")
_SET_REACH = text("select set_config('app.reach', 'agency', true)")
# What a question touches does not change, and those asked most often are the same object each time.
_known: weakref.WeakKeyDictionary[Select[Any], Touched] = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Scope:
    """Whose rows a session may touch.

    ``statistics`` opens the feed tables of all agencies for reading; the
    database still decides by the role behind the session token, and by its own
    rows whether there is an emergency opening.
    """

    agency_id: uuid.UUID
    unit_id: uuid.UUID | None = None
    statistics: bool = False
    emergency: uuid.UUID | None = None  # one case of another unit, for reading


class GatedSession(Session):
    """The only session of the program. Its ``info`` carries what the gate knows.

    ``scope``: a Scope or nothing. ``token_hash``: SHA-256 of the session token
    or None. ``committing``: true only while the gate commits.
    """

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        """Give the bare connection only for a stated reason: ``execution_options={"raw": reason}``."""
        _require_reason(execution_options or {})
        return super().connection(bind_arguments, execution_options)

    def bulk_save_objects(self, *_: object, **__: object) -> Never:
        """Refuse: it passes by every check."""
        raise ScopeViolated("bulk_save_objects passes by the scope; use add_all")

    def bulk_insert_mappings(self, *_: object, **__: object) -> Never:
        """Refuse: it passes by every check."""
        raise ScopeViolated("bulk_insert_mappings passes by the scope; execute insert(Model) with rows")

    def bulk_update_mappings(self, *_: object, **__: object) -> Never:
        """Refuse: it passes by every check."""
        raise ScopeViolated("bulk_update_mappings passes by the scope; use update(Model).where(…)")


@event.listens_for(GatedSession, "do_orm_execute")
def _check_and_narrow(state: ORMExecuteState) -> None:
    """Look at every table of the statement before it runs."""
    found = _touched(state.statement)
    if found.raw:
        _require_reason(state.execution_options)
    scope = state.session.info.get("scope")
    if found.case_bound:
        scope = _require_scope(scope, found)
        _refuse_unnarrowable(state.statement, found)
        _check_written_rows(state, scope)
    if found.mappers:
        reachable = _reachable(found.mappers)
        options = [_option(mapper, scope, reading=state.is_select) for mapper in reachable]
        state.statement = state.statement.options(*options)


def _touched(statement: Executable) -> Touched:
    """Walk a statement, a SELECT once for all."""
    if not isinstance(statement, Select):
        return touched(cast("ExternallyTraversible", statement))
    found = _known.get(statement)
    if found is None:
        found = _known[statement] = touched(statement)
    return found


def _require_reason(options: Mapping[str, Any]) -> None:
    reason = options.get("raw")
    if not (isinstance(reason, str) and reason.strip()):
        raise RawStatementRefused(
            "SQL text passes by the scope; use mapped classes, or state why: execution option raw='…'"
        )


def _require_scope(scope: object, found: Touched) -> Scope:
    if not isinstance(scope, Scope):
        names = ", ".join(sorted(table.name for table in found.case_bound))
        raise ScopeMissing(f"a statement touches {names} and the session has no scope")
    return scope


def _refuse_unnarrowable(statement: Executable, found: Touched) -> None:
    """Refuse what SQLAlchemy's criteria do not reach: bare tables and tables beside the target of a write."""
    outside = {table for table in found.bare if is_case_bound(table)}
    if isinstance(statement, Update | Delete):
        outside |= {table for table in beside_target(statement) if is_case_bound(table)}
    if outside:
        names = ", ".join(sorted(table.name for table in outside))
        raise ScopeViolated(f"{names} cannot be narrowed here; use the mapped class, in a subquery when writing")


def _check_written_rows(state: ORMExecuteState, scope: Scope) -> None:
    """Check the rows of a bulk INSERT; refuse a bulk UPDATE by primary key, which no criterion reaches."""
    statement = state.statement
    if isinstance(statement, Update) and isinstance(state.parameters, Sequence):
        raise ScopeViolated("a bulk update by primary key cannot be narrowed; use update(Model).where(…)")
    if isinstance(statement, Insert) and isinstance(statement.table, Table) and is_case_bound(statement.table):
        rows = state.parameters or statement.compile().params
        for row in [rows] if isinstance(rows, Mapping) else rows:
            if row.get("agency_id") != scope.agency_id:
                raise ScopeViolated(f"a row inserted into {statement.table.name} belongs to another agency")


def _reachable(mappers: set[Mapper[Any]]) -> set[Mapper[Any]]:
    """Give the case-bound mappers of a statement with those that eager loading may add to it."""
    seen: set[Mapper[Any]] = set()
    waiting = list(mappers)
    while waiting:
        mapper = waiting.pop()
        if mapper not in seen:
            seen.add(mapper)
            waiting += [relationship.mapper for relationship in mapper.relationships]
    return {mapper for mapper in seen if isinstance(mapper.local_table, Table) and is_case_bound(mapper.local_table)}


@functools.lru_cache(maxsize=1024)
def _option(mapper: Mapper[Any], scope: Scope | None, *, reading: bool) -> ExecutableOption:
    """Give the criterion that every occurrence of an entity receives."""
    criterion = _criterion(mapper.class_, scope, reading=reading)
    return with_loader_criteria(mapper.class_, criterion, include_aliases=True)


def _criterion(entity: Any, scope: Scope | None, *, reading: bool) -> ColumnElement[bool]:
    info = entity.__table__.info
    kind = info.get("rls")
    if scope is None:
        return false()
    if kind == "feed" and scope.statistics and reading:
        return true()
    own: ColumnElement[bool] = entity.agency_id == scope.agency_id
    if scope.unit_id is not None and info.get("unit") is True:
        own = and_(own, _in_reach(entity, info.get("case"), scope, reading=reading))
    return or_(own, entity.to_agency_id == scope.agency_id) if kind == "parties" else own


def _in_reach(entity: Any, case: str | None, scope: Scope, *, reading: bool) -> ColumnElement[bool]:
    """The own unit; and of the case that opened in an emergency what is read, never what is written."""
    own: ColumnElement[bool] = entity.unit_id == scope.unit_id
    if case is None or scope.emergency is None or not reading:
        return own
    return or_(own, getattr(entity, case) == scope.emergency)


def reach_whole_agency(session: Session, agency_id: uuid.UUID) -> None:
    """Let this unit of work touch the cases of every unit: a key that is renewed belongs to all of them."""
    session.info.update(scope=Scope(agency_id), reach="agency")
    session.execute(_SET_REACH, execution_options={"raw": "a renewal reaches every unit of the agency"})


@event.listens_for(GatedSession, "before_flush")
def _check_objects(session: Session, context: UOWTransaction, instances: object) -> None:
    """Refuse objects of another agency before any of them is written."""
    del context, instances
    for instance in [*session.new, *session.dirty, *session.deleted]:
        table = instance.__table__
        if is_case_bound(table) and (instance not in session.dirty or session.is_modified(instance)):
            _check_object(session, instance, table)


def _check_object(session: Session, instance: Any, table: Table) -> None:
    scope = session.info.get("scope")
    if not isinstance(scope, Scope):
        raise ScopeMissing(f"a row of {table.name} is written and the session has no scope")
    changed = instance in session.dirty
    received = changed and table.info["rls"] == "parties"
    owners = {instance.agency_id} | ({instance.to_agency_id} if received else set())
    moved = changed and inspect(instance).attrs.agency_id.history.has_changes()
    if moved or scope.agency_id not in owners:
        raise ScopeViolated(f"a row of {table.name} belongs to another agency")


@event.listens_for(GatedSession, "after_begin")
def _set_token(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Tell the database, for this transaction only, by which session token it is asked."""
    del transaction
    token_hash: bytes | None = session.info.get("token_hash")
    told = {"hex": token_hash.hex() if token_hash else "", "reach": session.info.get("reach", "")}
    connection.execute(_SET_TOKEN, told)


@event.listens_for(GatedSession, "before_commit")
def _only_the_gate(session: Session) -> None:
    """Refuse a commit that the gate did not begin, however it is written; a savepoint is no commit."""
    if not session.info.get("committing") and not session.in_nested_transaction():
        raise CommitOutsideGate("only the gate's exit commits")
