"""Starting, sharing and stopping the private server of an instance."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from protect.store.embedded import account as accounts
from protect.store.embedded import binaries as programs
from protect.store.embedded import cluster as clusters
from protect.store.embedded import places as locations
from protect.store.embedded import processes, settings
from protect.store.embedded.account import Account
from protect.store.embedded.binaries import Binaries
from protect.store.embedded.places import Places
from protect.store.errors import ServerRefused
from protect.store.roles import DATABASE, NAMES, Role

START_PATIENCE: Final = 120.0
STOP_PATIENCE: Final = 30.0
LOG_LIMIT: Final = 1_000_000
_STEP: Final = 0.005
_SHELL: Final = 'umask 077; log=$1; shift; "$@" >>"$log" 2>&1 </dev/null &'


@dataclass(frozen=True)
class EmbeddedServer:
    """A running private server. Processes share it; it stays until ``stop``."""

    places: Places
    socket_dir: Path
    binaries: Path

    def url(self, role: Role, database: str = DATABASE) -> str:
        """Address for a role: ``web``, ``owner`` or ``backup``."""
        query = {"host": str(self.socket_dir), "port": str(settings.PORT)}
        made = URL.create("postgresql+psycopg", username=NAMES[role], database=database, query=query)
        return made.render_as_string(hide_password=False)

    def running(self) -> bool:
        """Tell whether the server's main process lives."""
        return processes.postmaster(self.places.cluster) is not None

    def stop(self) -> None:
        """End the server for every process that shares it; committed work is safe."""
        with _locked(self.places.data_dir):
            found = processes.postmaster(self.places.cluster)
            if found and not processes.end(found.pid, self.places.cluster, STOP_PATIENCE):
                raise ServerRefused(f"the server (process {found.pid}) did not stop within {STOP_PATIENCE:.0f} seconds")
            processes.end_orphans(self.places.cluster)


def start(data_dir: Path, postgres_bin: Path | None = None, *, durable: bool = True) -> EmbeddedServer:
    """Start the instance's server, or join the one that already runs.

    ``durable=False`` trades safety for speed and belongs to tests only.
    Raises ServerRefused with what to do.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = accounts.choose()
    with _locked(data_dir):
        found = programs.find(postgres_bin)
        places = locations.locate(data_dir, account)
        running = processes.postmaster(places.cluster)
        if running is None:
            found = _prepare(places, account, found, durable=durable)
            _launch(places, account, found)
        sockets = _wait(places).sockets
    return EmbeddedServer(places, sockets, found.folder)


def attach(data_dir: Path, postgres_bin: Path | None = None) -> EmbeddedServer | None:
    """Give the instance's server if it runs, and start nothing."""
    data_dir = data_dir.resolve()
    places = locations.locate(data_dir, accounts.choose())
    running = processes.postmaster(places.cluster)
    return running and EmbeddedServer(places, running.sockets, programs.find(postgres_bin).folder)


def made(data_dir: Path) -> bool:
    """Tell whether the instance has a private database already, running or not."""
    return locations.locate(data_dir.resolve(), accounts.choose()).version is not None


def _prepare(places: Places, account: Account, found: Binaries, *, durable: bool) -> Binaries:
    """Make the cluster at the first start; clear up after a crash; write the settings."""
    account.outer_folder(places.base)
    found = programs.reachable(found, account, locations.ROOT_HOME)
    if places.version is None:
        clusters.create(places, account, found, durable=durable)
        places.record()
    clusters.require_version(places, found)
    processes.end_orphans(places.cluster)
    sockets = locations.socket_dir(places, account)
    settings.write(places, sockets, accounts.login_name(), durable=durable)
    return found


def _launch(places: Places, account: Account, found: Binaries) -> None:
    """Start the server detached: the shell ends at once, so that no process of ours is its parent."""
    if places.log.exists() and places.log.stat().st_size > LOG_LIMIT:
        places.log.replace(places.log.with_suffix(".log.1"))
    account.own_file(places.log)
    config = f"config_file={places.base / settings.SETTINGS}"
    server = [str(found.folder / "postgres"), "-D", str(places.cluster), "-c", config]
    clusters.run_as(account, ["/bin/sh", "-c", _SHELL, "sh", str(places.log), *server], detached=True)


def _wait(places: Places) -> processes.Postmaster:
    """Wait until the server accepts connections, as long as it lives and recovers."""
    began = time.monotonic()
    while time.monotonic() - began < START_PATIENCE:
        found = processes.postmaster(places.cluster)
        if found and found.ready:
            return found
        if found is None and time.monotonic() - began > 1 and not processes.orphans(places.cluster):
            break
        time.sleep(_STEP)
    tail = places.log.read_text(encoding="utf-8", errors="replace")[-1000:] if places.log.exists() else ""
    raise ServerRefused(f"the private database server did not start; {places.log} ends with:\n{tail}")


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of an instance."""
    handle = os.open(data_dir / "postgresql.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
