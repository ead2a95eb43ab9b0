"""The database of an instance: the private server, or the one that an operator provides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import make_url

from protect.store.embedded import start
from protect.store.engine import with_role
from protect.store.errors import ServerRefused
from protect.store.roles import DATABASE, Role

EMBEDDED: Final = "embedded"
DRIVER: Final = "postgresql+psycopg"


class Database(Protocol):
    """A place to connect to, by role."""

    def url(self, role: Role, database: str = DATABASE) -> str:
        """Address for ``web``, ``owner`` or ``backup``; it may hold a password: never show it."""
        ...

    def stop(self) -> None:
        """End the server when it is ours; do nothing when it is not."""
        ...


@dataclass(frozen=True)
class ExternalDatabase:
    """A server that somebody else runs, by the address of its web role."""

    address: str

    def __repr__(self) -> str:
        """Show the address without its password."""
        return f"ExternalDatabase({make_url(self.address).render_as_string()})"

    def url(self, role: Role, database: str = DATABASE) -> str:
        """Address for a role; owner and backup sign in by ``.pgpass``, certificate or peer."""
        found = with_role(self.address, role)
        if database != DATABASE:
            found = found.set(database=database)
        return found.render_as_string(hide_password=False)

    def stop(self) -> None:
        """Do nothing: the server is not ours."""


def open_database(data_dir: Path, database: str, postgres_bin: Path | None = None) -> Database:
    """Start or join the private server for ``embedded``; else take the address as given."""
    if database == EMBEDDED:
        return start(data_dir, postgres_bin)
    if not database.startswith(f"{DRIVER}://"):
        raise ServerRefused(f'database is either "{EMBEDDED}" or an address that begins with {DRIVER}://')
    return ExternalDatabase(database)
