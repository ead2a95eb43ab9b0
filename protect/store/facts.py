"""What a database server says of itself: its clock, who else is connected, whether it may be written to."""

from datetime import UTC, datetime

from sqlalchemy import Engine, text

_NOW = text("select clock_timestamp()")
_OTHERS = text(
    "select count(*) from pg_stat_activity "
    "where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
)


def server_time(engine: Engine) -> datetime:
    """The clock of the server, in UTC."""
    with engine.connect() as connection:
        told: datetime = connection.execute(_NOW).scalar_one()
    return told.astimezone(UTC)


def others_connected(engine: Engine) -> int:
    """How many other connections the same role has to this database: those of running servers and of other verbs."""
    with engine.connect() as connection:
        return int(connection.execute(_OTHERS).scalar_one())
