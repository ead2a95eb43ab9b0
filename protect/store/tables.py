"""Which tables a statement touches, wherever they hide in it, and by which way."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Alias, ColumnClause, SelectBase, Table, TableClause, TextClause
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.visitors import ExternallyTraversible

_HARMLESS_LITERAL = re.compile(r"\*|\d+|'[^'\\]*'")


@dataclass
class Touched:
    """What a statement touches: tables, mapped or bare, and text that may touch anything."""

    tables: set[Table] = field(default_factory=set)
    mappers: set[Mapper[Any]] = field(default_factory=set)
    bare: set[Table] = field(default_factory=set)
    raw: bool = False

    @property
    def case_bound(self) -> set[Table]:
        """The touched tables whose rows belong to an agency."""
        return {table for table in self.tables if is_case_bound(table)}


class _Step(NamedTuple):
    """Where the walk stands: an element, the nearest SELECT or write and alias above it, an entity in reach."""

    element: object
    within: object = None
    alias: object = None
    mapped: bool = False


def is_case_bound(table: Table) -> bool:
    """Tell whether rows of the table belong to an agency; a table that declares nothing counts as such."""
    return table.info.get("rls") != "open"


def touched(statement: ExternallyTraversible) -> Touched:
    """Walk joins, subqueries, EXISTS, CTEs, aliases, column owners and the target of a write.

    A table is *bare* where a SELECT names it without any entity of the ORM;
    the criteria of a scope do not reach it there.
    """
    found = Touched()
    places: dict[tuple[object, object, Table], bool] = {}
    for step in _walk([statement]):
        element, mapper = step.element, _mapper(step.element)
        if isinstance(element, Table):
            place = (step.within, step.alias, _plain(element))
            places[place] = places.get(place, False) or step.mapped
        if mapper is not None:
            found.mappers.add(mapper)
        found.raw = found.raw or _is_raw(element)
    found.tables = {table for _, _, table in places}
    found.bare = {table for (_, _, table), mapped in places.items() if not mapped}
    return found


def beside_target(statement: UpdateBase) -> set[Table]:
    """The tables that an UPDATE … FROM or DELETE … USING reads beside its target, outside any subquery."""
    inner = [child for child in statement.get_children() if not isinstance(child, Table)]
    steps = _walk(inner, into_selects=False)
    tables = {_plain(step.element) for step in steps if isinstance(step.element, Table)}
    return tables - {_plain(table) for table in [statement.table] if isinstance(table, Table)}


def _plain(table: Table) -> Table:
    """Give the table itself for the annotated copy that the ORM puts into statements."""
    return table.metadata.tables.get(table.key, table)


def _mapper(element: object) -> Mapper[Any] | None:
    """Give the mapper whose entity an element stands for, when it stands for one."""
    annotations = getattr(element, "_annotations", {})
    return annotations.get("parentmapper") if "parententity" in annotations else None


def _is_raw(element: object) -> bool:
    """Tell whether an element is SQL text, or a table known by a bare name only."""
    if isinstance(element, ColumnClause) and element.is_literal:
        return not _HARMLESS_LITERAL.fullmatch(element.name)
    named_only = isinstance(element, TableClause) and not isinstance(element, Table)
    return isinstance(element, TextClause) or named_only


def _walk(start: Iterable[object], *, into_selects: bool = True) -> Iterator[_Step]:
    """Visit every element once for each way that leads to it."""
    # The elements are kept as well: a freed one would give its id to another.
    seen: dict[tuple[int, int, int, bool], _Step] = {}
    waiting = [_Step(element) for element in start]
    while waiting:
        step = waiting.pop()
        if not isinstance(step.element, ExternallyTraversible):
            continue
        step = step._replace(mapped=step.mapped or _mapper(step.element) is not None)
        way = (id(step.element), id(step.within), id(step.alias), step.mapped)
        if way not in seen:
            seen[way] = step
            yield step
            if into_selects or not isinstance(step.element, SelectBase):
                waiting += _below(step)


def _below(step: _Step) -> Iterator[_Step]:
    """Give the children, and the table of a column, which SQLAlchemy's own traversal leaves out."""
    element, within, alias, mapped = step
    if isinstance(element, SelectBase | UpdateBase):
        within, alias = element, None
    if isinstance(element, ColumnClause):
        yield _Step(element.table, within, None, mapped)
    if isinstance(element, ExternallyTraversible):
        is_alias = isinstance(element, Alias)
        # Of several names of one table a SELECT gives the first as a child; an entity may be a later one.
        for child in (*element.get_children(), *getattr(element, "_from_obj", ())):
            yield _Step(child, within, element if is_alias else alias, is_alias and mapped)
