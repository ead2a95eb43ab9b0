"""A private PostgreSQL server of the measurement's own: filled quickly, then measured with its real durability."""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, pool, text

from protect.store.embedded import EmbeddedServer, start
from protect.store.embedded.processes import orphans, postmaster
from protect.store.roles import OWNER

PREFERRED = Path("/var/tmp")  # on a disk where /tmp is memory
SYNCS = 50
PAGE = bytes(8192)
SHIFT = 1_000_000_000


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the server's user can reach, gone afterwards together with the data."""
    made = Path(tempfile.mkdtemp(prefix="protect-bench-", dir=PREFERRED if PREFERRED.is_dir() else None))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made)


@contextmanager
def running(place: Path, *, durable: bool) -> Iterator[EmbeddedServer]:
    """The server of that folder. The first start must be a fleeting one: only then may its owner copy databases."""
    server = start(place, durable=durable)
    try:
        yield server
    finally:
        server.stop()


def owner_engine(server: EmbeddedServer, database: str) -> Engine:
    """The owner of a database, outside transactions."""
    url = server.url("owner", database)
    return create_engine(url, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")


def as_owner(server: EmbeddedServer, database: str, *statements: str) -> None:
    """Run statements as the owner of a database."""
    with owner_engine(server, database).connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def new_database(server: EmbeddedServer, name: str, template: str = "template1") -> None:
    """Make a database, or copy one that nobody uses."""
    made = f"create database {name} owner {OWNER} template {template}"
    as_owner(server, "protect", made, f"revoke all on database {name} from public")
    as_owner(server, "protect", f"grant connect on database {name} to protect_web, protect_backup")


class Processor:
    """Seconds of processor time that this program and the server's processes have used."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._cluster = server.places.cluster
        self._files: list[int] = []

    def refresh(self) -> None:
        """Look for the server's processes again: a pool may have opened connections."""
        self.close()
        main = postmaster(self._cluster)
        pids = {*orphans(self._cluster), *([main.pid] if main else [])}
        self._files = [os.open(f"/proc/{pid}/schedstat", os.O_RDONLY) for pid in pids]

    def close(self) -> None:
        """Forget the processes."""
        for file in self._files:
            os.close(file)
        self._files = []

    def __call__(self) -> float:
        """The sum up to now."""
        return time.process_time() + sum(_used(file) for file in self._files)


def _used(file: int) -> float:
    try:
        return int(os.pread(file, 64, 0).split()[0]) / SHIFT
    except ProcessLookupError:  # a connection that was closed
        return 0.0


def sync_time(place: Path) -> float:
    """Median seconds that the disk takes to make one page durable."""
    took = []
    with (place / "sync.probe").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(PAGE)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    (place / "sync.probe").unlink()
    return statistics.median(took)
