"""The operator's choice of a database, and the script for one that somebody else runs."""

from pathlib import Path

import pytest

from protect.store.database import ExternalDatabase, open_database
from protect.store.errors import ServerRefused
from protect.store.roles import NAMES, role_statements, roles_sql

ADDRESS = "postgresql+psycopg://protect_web:s3cret@a,b/protect?target_session_attrs=read-write"


def test_an_address_is_taken_as_given(tmp_path: Path) -> None:
    found = open_database(tmp_path, ADDRESS)
    assert isinstance(found, ExternalDatabase)
    assert found.url("web") == ADDRESS
    found.stop()


@pytest.mark.parametrize("role", ["owner", "backup"])
def test_other_roles_do_not_get_the_web_roles_password(tmp_path: Path, role: str) -> None:
    url = open_database(tmp_path, ADDRESS).url(role, "other")
    assert "s3cret" not in url
    assert f"//{NAMES[role]}@" in url
    assert "/other?" in url


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    assert "s3cret" not in repr(open_database(tmp_path, ADDRESS))


@pytest.mark.parametrize("address", ["sqlite://", "postgresql://x", "postgresql+psycopg2://x", "Embedded", ""])
def test_another_engine_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ServerRefused, match="embedded"):
        open_database(tmp_path, address)


def test_the_script_makes_three_roles_without_power() -> None:
    script = roles_sql()
    assert script.count("create role") == 3
    assert " superuser" not in script
    for line in script.splitlines():
        if line.startswith("create role"):
            assert "nosuperuser nocreaterole noreplication" in line
            assert "nocreatedb" in line
            assert ("nobypassrls" in line) == ("protect_backup" not in line)
    assert set(role_statements(cloning=True)) - set(role_statements())
