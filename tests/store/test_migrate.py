"""The migrations bring an empty database to what the models declare, and only forwards."""

from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from protect.store import RevisionMismatch, migrate
from protect.store.drift import drift
from protect.store.embedded import EmbeddedServer
from protect.store.engine import engine
from protect.store.rls import declared_tables
from tests.database import ClonedDatabase, cloned

STEP = """\
from alembic import op

revision = "{number}"
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("{statement}")
"""


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two migrations of its own and the program's entry."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text((migrate.folder() / "env.py").read_text())
    for number, before, statement in (
        ("0001", None, "create table step (x int); grant select on alembic_version to protect_web"),
        ("0002", "0001", "alter table step add y int"),
    ):
        step = STEP.format(number=number, before=before, statement=statement)
        (tmp_path / "versions" / f"{number}_step.py").write_text(step)
    (tmp_path / "HEAD").write_text("0002\n")
    monkeypatch.setattr(migrate, "folder", lambda: tmp_path)
    migrate.head.cache_clear()
    yield tmp_path
    migrate.head.cache_clear()


@pytest.fixture
def empty(server: EmbeddedServer) -> ClonedDatabase:
    with cloned(server, "template0") as made:
        yield made


def test_an_old_database_is_refused_and_brought_up(steps: Path, empty: ClonedDatabase) -> None:
    web = engine(empty.url("web"))
    assert migrate.current(web) is None
    with pytest.raises(RevisionMismatch, match="at revision none and this program needs 0002"):
        migrate.require_current(web)
    migrate.upgrade(empty, "0001")
    with pytest.raises(RevisionMismatch, match="0001"):
        migrate.require_current(web)
    for _ in range(2):
        migrate.upgrade(empty)
        migrate.require_current(web)
    web.dispose()


def test_a_failed_step_leaves_the_one_before(steps: Path, empty: ClonedDatabase) -> None:
    (steps / "versions" / "0002_step.py").write_text(
        STEP.format(number="0002", before="0001", statement="alter table step add y int; select 1/0")
    )
    with pytest.raises(Exception, match="division by zero"):
        migrate.upgrade(empty)
    web = engine(empty.url("web"))
    assert migrate.current(web) == "0001"
    web.dispose()


def test_the_recorded_head_is_the_last_script() -> None:
    assert migrate.script_head() == migrate.head()


def test_the_head_equals_the_models(database: ClonedDatabase) -> None:
    owner = create_engine(database.url("owner"), poolclass=NullPool)
    with owner.connect() as connection:
        assert migrate.differences(connection, declared_tables()) == []


def test_the_head_is_protected_as_declared(database: ClonedDatabase) -> None:
    web = engine(database.url("web"))
    migrate.require_current(web)
    assert drift(web, declared_tables()) == []
    web.dispose()


def test_migrations_import_no_application() -> None:
    for path in migrate.folder().rglob("*.py"):
        assert "protect." not in "".join(
            line for line in path.read_text().splitlines() if line.lstrip().startswith(("import ", "from "))
        ), path


def test_the_migrated_database_is_a_clone_of_its_own(database: ClonedDatabase) -> None:
    owner = create_engine(database.url("owner"), poolclass=NullPool)
    with owner.connect() as connection:
        assert connection.execute(text("select current_database()")).scalar_one() == database.name
