"""Row-level security: the kinds of protection a table may declare, and their SQL.

``python -m protect.store.rls`` prints the SQL of the declared tables for a
migration to carry as frozen text.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import MetaData, Table

from protect.store.roles import OWNER, WEB

AGENCY: Final = "(select app_agency())"
STATISTICS: Final = "(select app_statistics())"

UNIT: Final = "(select app_unit())"
EMERGENCY: Final = "(select app_emergency())"

OWN: Final = f"agency_id = {AGENCY}"
PARTY: Final = f"(agency_id = {AGENCY} or to_agency_id = {AGENCY})"
FED: Final = f"(agency_id = {AGENCY} or {STATISTICS})"


IN_UNIT: Final = f"agency_id = {AGENCY} and ({UNIT} is null or unit_id = {UNIT})"


def readable(case: str | None) -> str:
    """What may be read of a table that knows its unit; `case` is the column that names the case."""
    emergency = f" or {case} = any ({EMERGENCY}::uuid[])" if case else ""
    return f"agency_id = {AGENCY} and ({UNIT} is null or unit_id = {UNIT}{emergency})"


class Kind(NamedTuple):
    """The condition of each command; a row that is written must fulfil its own as well as the one that finds it."""

    select: str
    insert: str
    update: str
    delete: str


KINDS: Final[dict[str, Kind | None]] = {
    "agency": Kind(OWN, OWN, OWN, OWN),
    # Only the sender makes and removes a row: else a receiver could forge a demand in the sender's name.
    "parties": Kind(PARTY, OWN, PARTY, OWN),
    "feed": Kind(FED, OWN, OWN, OWN),
    "open": None,
}

# The lookup runs as the owner, so the tables it reads must be declared open. Its argument is the hash of a
# session token, and the table keeps the hash of that: an injected statement that reads the table of sessions
# still has nothing to put into set_config.
_LIVE: Final = """\
select {what}
    from public.session s{joins}
    where s.token_hash = sha256(decode(nullif(current_setting('app.session', true), ''), 'hex'))
      and s.ended_at is null and s.expires_at > now()"""

AGENCY_BODY: Final = _LIVE.format(what="s.agency_id", joins="")
STATISTICS_BODY: Final = (
    "select exists ("
    + _LIVE.format(
        what="m.id",
        joins="""
    join public.member m on m.id = s.member_id and m.agency_id = s.agency_id
    join public.agency a on a.id = s.agency_id""",
    )
    + "\n      and m.role = 'analyst' and m.status = 'active' and a.kind = 'commission')"
)
# To which unit the member's role narrows the session; null where it sees the whole agency. A renewal of a key says by
# itself that it does: this stops what was forgotten, not what was meant.
UNIT_BODY: Final = _LIVE.format(
    what="case when m.role = 'officer' and current_setting('app.reach', true) is distinct from 'agency'\n"
    "      then coalesce(m.unit_id, '00000000-0000-0000-0000-000000000000'::uuid) end",
    joins="\n    join public.member m on m.id = s.member_id and m.agency_id = s.agency_id",
)
EMERGENCY_BODY: Final = (
    _LIVE.format(
        what="coalesce(array_agg(e.case_id), '{}'::uuid[])",
        joins="\n    join public.emergency_opening e on e.asked_by = s.member_id and e.agency_id = s.agency_id",
    )
    + "\n      and e.approval is not null and e.ended_at is null"
    "\n      and e.until > now() and e.until <= now() + interval '4 hours'"
)
FUNCTIONS: Final = {
    "app_agency": ("uuid", AGENCY_BODY),
    "app_statistics": ("boolean", STATISTICS_BODY),
    "app_unit": ("uuid", UNIT_BODY),
    "app_emergency": ("uuid[]", EMERGENCY_BODY),
}


class Policy(NamedTuple):
    """One policy of one command of one table."""

    table: str
    command: str
    using: str | None
    check: str | None

    @property
    def sql(self) -> str:
        """The statement that creates it."""
        using = f" using ({self.using})" if self.using else ""
        check = f" with check ({self.check})" if self.check else ""
        return f'create policy app_{self.command} on "{self.table}" for {self.command}{using}{check}'


def kind_of(table: Table) -> str | None:
    """The declared kind of a table, or None where nothing valid is declared."""
    kind = table.info.get("rls")
    return kind if kind in KINDS else None


def policies(table: Table) -> list[Policy]:
    """The policies a table must have, none when it is declared open."""
    kind = KINDS[kind_of(table) or "agency"]
    if kind is None:
        return []
    if table.info.get("unit"):
        kind = Kind(readable(table.info.get("case")), IN_UNIT, IN_UNIT, IN_UNIT)
    return [
        Policy(table.name, "select", kind.select, None),
        Policy(table.name, "insert", None, kind.insert),
        Policy(table.name, "update", kind.update, kind.update),
        Policy(table.name, "delete", kind.delete, None),
    ]


def function_statements() -> list[str]:
    """The statements that create the lookups, callable by the web role only."""
    return [statement for name in FUNCTIONS for statement in _function(name)]


def _function(name: str) -> Iterator[str]:
    returns, body = FUNCTIONS[name]
    yield (
        f"create function {name}() returns {returns} language sql stable security definer parallel safe\n"
        f"  set search_path = pg_catalog, pg_temp as $$\n  {body}\n$$"
    )
    yield f"alter function {name}() owner to {OWNER}"
    yield f"revoke all on function {name}() from public"
    yield f"grant execute on function {name}() to {WEB}"


def policy_statements(metadata: MetaData) -> list[str]:
    """The statements that protect every declared table of the metadata."""
    return [statement for table in metadata.sorted_tables for statement in _protection(table)]


def _protection(table: Table) -> Iterator[str]:
    found = policies(table)
    if found:
        yield f'alter table "{table.name}" enable row level security'
        yield f'alter table "{table.name}" force row level security'
        yield from (policy.sql for policy in found)


def declared_tables() -> MetaData:
    """Load the models of every room and give their metadata."""
    from protect.store.base import Base

    for room in ("access", "audit", "auth", "cases", "directory", "oversight", "referrals", "statistics"):
        name = f"protect.{room}.models"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    return Base.metadata


if __name__ == "__main__":
    statements = [*function_statements(), *policy_statements(declared_tables())]
    sys.stdout.write("".join(f"{statement};\n" for statement in statements))
