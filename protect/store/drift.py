"""Comparing the protection that a database has with the one that the program declares."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, MetaData, Row, text

from protect.store.errors import DriftFound
from protect.store.rls import FED, FUNCTIONS, IN_UNIT, OWN, PARTY, Policy, kind_of, policies, readable
from protect.store.roles import OWNER, WEB

FOREIGN: Final = frozenset({"alembic_version"})

# How PostgreSQL itself writes the conditions back.
_AGENCY: Final = "( SELECT app_agency() AS app_agency)"
_STATISTICS: Final = "( SELECT app_statistics() AS app_statistics)"
_UNIT: Final = "( SELECT app_unit() AS app_unit)"
_OF_UNIT: Final = f"(agency_id = {_AGENCY}) AND (({_UNIT} IS NULL) OR (unit_id = {_UNIT})"
_EMERGENCY: Final = "( SELECT app_emergency() AS app_emergency)"
_SHOWN: Final[dict[str | None, str | None]] = {
    None: None,
    OWN: f"(agency_id = {_AGENCY})",
    PARTY: f"((agency_id = {_AGENCY}) OR (to_agency_id = {_AGENCY}))",
    FED: f"((agency_id = {_AGENCY}) OR {_STATISTICS})",
    IN_UNIT: f"({_OF_UNIT}))",
    readable(None): f"({_OF_UNIT}))",
    **{readable(case): f"({_OF_UNIT} OR ({case} = ANY ({_EMERGENCY}::uuid[]))))" for case in ("id", "case_id")},
}

_TABLES: Final = text("""\
select c.relname as name, c.relkind as kind, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
       pg_get_userbyid(c.relowner) as owner,
       coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false) as invoker,
       has_table_privilege(:web, c.oid, 'truncate, trigger, references') as too_much
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')""")
_POLICIES: Final = text("""\
select tablename, policyname, permissive, roles::text[] as roles, lower(cmd) as command, qual, with_check
from pg_policies where schemaname = 'public'""")
_ROLE: Final = text("""\
select r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication as mighty,
       exists (select from pg_shdepend d where d.refobjid = r.oid and d.refclassid = 'pg_authid'::regclass
               and d.deptype = 'o') as owns,
       exists (select from pg_auth_members m where m.member = r.oid) as belongs,
       has_schema_privilege(r.oid, 'public', 'create') as creates
from pg_roles r where r.rolname = :web""")
_FUNCTIONS: Final = text("""\
select p.proname as name, p.prosrc as body, p.prosecdef as definer, p.provolatile as volatility,
       p.proconfig as config, pg_get_userbyid(p.proowner) as owner
from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef""")


class _Condition(NamedTuple):
    """A policy as the catalogue shows it."""

    name: str
    command: str
    using: str | None
    check: str | None
    plain: bool


def drift(engine: Engine, metadata: MetaData) -> list[str]:
    """Say in words each difference between declared and real protection; empty when there is none."""
    with engine.connect() as connection:
        connection.execute(text("select set_config('search_path', 'public', true)"))
        return [*_of_tables(connection, metadata, WEB), *_of_functions(connection), *_of_web_role(connection, WEB)]


def require_no_drift(engine: Engine, metadata: MetaData) -> None:
    """Raise DriftFound with every difference."""
    found = drift(engine, metadata)
    if found:
        raise DriftFound("; ".join(found))


def _of_tables(connection: Connection, metadata: MetaData, web: str) -> Iterator[str]:
    real = {row.name: row for row in connection.execute(_TABLES, {"web": web})}
    conditions: dict[str, set[_Condition]] = defaultdict(set)
    for row in connection.execute(_POLICIES):
        conditions[row.tablename].add(_seen(row))
    for name in sorted(set(real) - set(metadata.tables) - FOREIGN):
        if real[name].kind != "v" or not real[name].invoker:
            yield f"{name} is in the database and no model declares it"
    for name, table in sorted(metadata.tables.items()):
        if kind_of(table) is None:
            yield f"{name} declares neither its protection nor that it is open"
        elif name not in real:
            yield f"{name} is missing in the database"
        else:
            expected = {_expected(policy) for policy in policies(table)}
            yield from _of_table(real[name], expected, conditions[name])


def _of_table(real: Row[tuple[object, ...]], expected: set[_Condition], found: set[_Condition]) -> Iterator[str]:
    protected = bool(expected)
    if (real.enabled, real.forced) != (protected, protected):
        yield f"{real.name}: row-level security is enabled={real.enabled} forced={real.forced}, declared {protected}"
    for policy in sorted(found - expected, key=str):
        yield f"{real.name}: unexpected policy {policy.name} for {policy.command}"
    for policy in sorted(expected - found, key=str):
        yield f"{real.name}: the policy for {policy.command} is missing or differs"
    if real.owner != OWNER:
        yield f"{real.name} is owned by {real.owner}"
    if real.too_much:
        yield f"{real.name}: the web role may truncate it, refer to it or add triggers"


def _of_functions(connection: Connection) -> Iterator[str]:
    real = {row.name: row for row in connection.execute(_FUNCTIONS)}
    for name in sorted(set(real) - set(FUNCTIONS)):
        yield f"{name}() runs with its owner's rights and nobody declares it"
    for name, (_, body) in FUNCTIONS.items():
        row = real.get(name)
        expected = (_spaced(body), "s", ["search_path=pg_catalog, pg_temp"], OWNER)
        if row is None or (_spaced(row.body), row.volatility, row.config, row.owner) != expected:
            yield f"{name}() is missing or differs"


def _of_web_role(connection: Connection, web: str) -> Iterator[str]:
    row = connection.execute(_ROLE, {"web": web}).one_or_none()
    if row is None:
        yield f"the role {web} is missing"
        return
    if row.mighty:
        yield f"{web} is a superuser, bypasses row-level security, or may create roles or databases"
    if row.owns:
        yield f"{web} owns something"
    if row.belongs:
        yield f"{web} is a member of another role"
    if row.creates:
        yield f"{web} may create objects"


def _seen(row: Row[tuple[object, ...]]) -> _Condition:
    plain = row.permissive == "PERMISSIVE" and row.roles == ["public"]
    return _Condition(row.policyname, row.command, row.qual, row.with_check, plain=plain)


def _expected(policy: Policy) -> _Condition:
    shown = (_SHOWN[policy.using], _SHOWN[policy.check])
    return _Condition(f"app_{policy.command}", policy.command, *shown, plain=True)


def _spaced(body: str) -> str:
    return " ".join(body.split())
