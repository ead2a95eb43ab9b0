"""Rows changed behind the program's back, and put back again at the end of a test."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, create_engine, pool, text

from tests.pages import OWN_SITE
from tests.security.telling import Copy


def rows(copy: Copy, table: str, where: str = "true", **given: Any) -> list[dict[str, Any]]:
    """Whole rows, as the backup reads them."""
    engine = create_engine(copy.database.url("backup"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        found = connection.execute(text(f'select * from "{table}" where {where}'), given).mappings()
        return [dict(row) for row in found]


def row(copy: Copy, table: str, where: str, **given: Any) -> dict[str, Any]:
    """The one row."""
    (found,) = rows(copy, table, where, **given)
    return found


def member(copy: Copy, name: str) -> uuid.UUID:
    """The id of a person."""
    found: uuid.UUID = row(copy, "member", "sign_in_name = :name", name=name)["id"]
    return found


@contextmanager
def tampered(copy: Copy, table: str, key: str, changes: Mapping[Any, Mapping[str, Any]]) -> Iterator[None]:
    """Other values in some columns of the rows with these keys, for as long as the block lasts."""
    with copy.as_dba() as connection:
        before = {name: _values(connection, table, key, name, changed) for name, changed in changes.items()}
        _write(connection, table, key, changes)
    try:
        yield
    finally:
        with copy.as_dba() as connection:
            _write(connection, table, key, before)


def _values(connection: Connection, table: str, key: str, name: Any, changed: Mapping[str, Any]) -> dict[str, Any]:
    columns = ", ".join(f'"{column}"' for column in changed)
    found = connection.execute(text(f'select {columns} from "{table}" where "{key}" = :key'), {"key": name})
    return dict(found.mappings().one())


def _write(connection: Connection, table: str, key: str, changes: Mapping[Any, Mapping[str, Any]]) -> None:
    for name, changed in changes.items():
        assigned = ", ".join(f'"{column}" = :{column}' for column in changed)
        statement = text(f'update "{table}" set {assigned} where "{key}" = :key_of_row')
        connection.execute(statement.bindparams(bindparam("key_of_row", name)), dict(changed))


@contextmanager
def removed(copy: Copy, table: str, where: str, **given: Any) -> Iterator[None]:
    """The rows away, for as long as the block lasts."""
    with copy.as_dba() as connection:
        connection.execute(text(f'create table taken_away as select * from "{table}" where {where}'), given)
        connection.execute(text("set constraints all deferred"))
        connection.execute(text(f'delete from "{table}" where {where}'), given)
    try:
        yield
    finally:
        with copy.as_dba() as connection:
            connection.execute(text(f'insert into "{table}" select * from taken_away'))
            connection.execute(text("drop table taken_away"))


def last_entry(copy: Copy) -> int:
    """The newest entry of the trail."""
    return max(found["id"] for found in rows(copy, "trail_entry"))


def entries_after(copy: Copy, before: int, result: str) -> list[str]:
    """Actions of the entries with this result that came since."""
    found = rows(copy, "trail_entry", "id > :before and result = :result", before=before, result=result)
    return [entry["action"] for entry in sorted(found, key=lambda entry: entry["id"])]


def posted(copy: Copy, person: str, page: str, address: str, data: dict[str, Any]) -> Any:
    """The answer to a form that was read on `page`."""
    client = copy.world.people[person].client
    read = client.get(page)
    fields = next(form.fields for form in read.forms if form.action in {address, ""})
    kept = {name: fields[name][0] for name in ("csrf_token", "once", "version", "asked") if name in fields}
    return client.raw.post(address, data={**kept, **data}, headers=OWN_SITE)
