"""Bringing a database to the revision this program was built for."""

import functools
from pathlib import Path
from typing import Final, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, pool, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.types import UserDefinedType

from protect.store.database import Database
from protect.store.errors import RevisionMismatch

_PACKAGE: Final = Path(__file__).resolve().parent.parent
# Two processes that start at once must not migrate at once.
_LOCK: Final = text("select pg_advisory_lock(7263001)")
_UNLOCK: Final = text("select pg_advisory_unlock(7263001)")


class _Xid8(UserDefinedType[int]):
    """A transaction number, for comparison only."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type as PostgreSQL does."""
        return "xid8"


def folder() -> Path:
    """Where the migrations lie: inside an installed package, or beside it in the source."""
    packaged = _PACKAGE / "migrations"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "migrations"


@functools.cache
def head() -> str:
    """The revision this program was built for, as the file HEAD records it."""
    return (folder() / "HEAD").read_text(encoding="utf-8").strip()


def script_head() -> str | None:
    """The last revision among the scripts; the tests hold it equal to the recorded head."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current(engine: Engine) -> str | None:
    """The revision of a database, or None for an empty one; any role may ask."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_current(engine: Engine) -> None:
    """Raise RevisionMismatch, saying what to do, unless the database fits this program."""
    found = current(engine)
    if found != head():
        raise RevisionMismatch(
            f"the database is at revision {found or 'none'} and this program needs {head()}; "
            "make a backup and run: protect upgrade"
        )


def upgrade(database: Database, revision: str | None = None) -> None:
    """Run the missing migrations as the owner, each in its own transaction."""
    upgrade_url(database.url("owner"), revision)


def upgrade_url(url: str, revision: str | None = None) -> None:
    """Run the missing migrations on the database at the owner's address."""
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as guard:
        guard.execute(_LOCK)
        try:
            command.upgrade(_config(url=url), revision or head())
        finally:
            guard.execute(_UNLOCK)
    engine.dispose()


def new_revision(url: str, message: str, metadata: MetaData) -> None:
    """Write the draft of a migration from the difference between a database and the models."""
    name = f"{len(list(ScriptDirectory.from_config(_config()).walk_revisions())) + 1:04d}"
    command.revision(_config(url=url, metadata=metadata), message=message, autogenerate=True, rev_id=name)
    (folder() / "HEAD").write_text(f"{name}\n", encoding="utf-8")
    head.cache_clear()


def differences(connection: Connection, metadata: MetaData) -> list[str]:
    """What the models have and the database has not, or the reverse; empty when they agree."""
    from alembic.autogenerate import compare_metadata

    # SQLAlchemy reads back no type that it does not know, and the trail has one.
    cast("PGDialect", connection.dialect).ischema_names.setdefault("xid8", _Xid8)
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [repr(item) for item in compare_metadata(context, metadata)]


def _config(url: str | None = None, metadata: MetaData | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    if url:
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    if metadata is not None:
        config.attributes["metadata"] = metadata
    return config
