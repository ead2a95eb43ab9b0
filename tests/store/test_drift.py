"""Each way in which a database may lose its protection is found and named."""

import pytest
from sqlalchemy import Engine, MetaData, Table

from protect.store.drift import _of_web_role, drift, require_no_drift
from protect.store.errors import DriftFound
from protect.store.roles import BACKUP, OWNER, WEB
from tests.store.planted import PlantedBase

METADATA = PlantedBase.metadata
USING = "using (agency_id = (select app_agency()))"

LOST = {
    'alter table "case" disable row level security': "case: row-level security",
    'alter table "case" no force row level security': "case: row-level security",
    "alter table agency enable row level security": "agency: row-level security",
    'drop policy app_select on "case"': "case: the policy for select is missing",
    "drop policy app_delete on demand": "demand: the policy for delete is missing",
    f'drop policy app_select on "case"; create policy app_select on "case" as restrictive for select {USING}': "case: ",
    f'drop policy app_select on "case"; create policy app_select on "case" for select to {WEB} {USING}': "case: ",
    'create policy more on "case" for select using (true)': "case: unexpected policy more",
    'alter policy app_select on "case" using (true)': "case: the policy for select is missing or differs",
    'alter policy app_update on "case" with check (true)': "case: the policy for update is missing or differs",
    "alter policy app_select on demand using (agency_id = (select app_agency()))": "demand: the policy for select",
    "create table forgotten (id integer)": "forgotten is in the database and no model declares it",
    'create view cases as select * from "case"': "cases is in the database",
    'create materialized view kept as select * from "case"': "kept is in the database",
    "drop table note": "note is missing",
    f'grant truncate on "case" to {WEB}': "case: the web role may truncate it",
    f'grant trigger on "case" to {WEB}': "case: the web role may truncate it",
    f"grant create on schema public to {WEB}": "protect_web may create objects",
    "create function peek() returns bigint language sql security definer as 'select count(*) from \"case\"'": "peek() runs with",
    "create or replace function app_agency() returns uuid language sql stable security definer "
    "set search_path = pg_catalog, pg_temp as 'select null::uuid'": "app_agency() is missing or differs",
    "alter function app_agency() reset search_path": "app_agency() is missing or differs",
    "alter function app_statistics() volatile": "app_statistics() is missing or differs",
    "alter function app_statistics() security invoker": "app_statistics() is missing or differs",
}


def test_a_protected_database_has_no_drift(web: Engine, owner: Engine) -> None:
    assert drift(web, METADATA) == []
    assert drift(owner, METADATA) == []
    require_no_drift(web, METADATA)


@pytest.mark.parametrize("statement", LOST)
def test_a_loss_is_found(web: Engine, owner: Engine, statement: str) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql(statement)
    found = drift(web, METADATA)
    assert any(line.startswith(LOST[statement]) for line in found), found
    with pytest.raises(DriftFound):
        require_no_drift(web, METADATA)


def test_a_view_with_the_rights_of_its_reader_is_no_drift(web: Engine, owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql('create view cases with (security_invoker = true) as select * from "case"')
    assert drift(web, METADATA) == []


def test_a_table_that_declares_nothing_is_named(web: Engine) -> None:
    metadata = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(metadata)
    Table("fact", metadata, extend_existing=True).info = {"rls": "closed"}
    assert drift(web, metadata) == ["fact declares neither its protection nor that it is open"]


@pytest.mark.parametrize(
    ("role", "lines"),
    [
        (OWNER, {"protect_owner is a superuser, bypasses row-level security, or may create roles or databases",
                 "protect_owner owns something", "protect_owner may create objects", "protect_owner is a member of another role"}),
        (BACKUP, {"protect_backup is a superuser, bypasses row-level security, or may create roles or databases",
                  "protect_backup is a member of another role"}),
        ("nobody_at_all", {"the role nobody_at_all is missing"}),
    ],
)  # fmt: skip
def test_a_web_role_with_too_many_rights_is_named(web: Engine, role: str, lines: set[str]) -> None:
    with web.connect() as connection:
        assert set(_of_web_role(connection, role)) == lines
