"""The processes of a private server, seen through /proc."""

import os
import signal
import time
from pathlib import Path
from typing import Final, NamedTuple

PID_FILE: Final = "postmaster.pid"
_PATIENCE: Final = 2.0
_STEP: Final = 0.01


class Postmaster(NamedTuple):
    """What postmaster.pid says: process, socket folder and whether it accepts connections."""

    pid: int
    sockets: Path
    ready: bool


def postmaster(cluster: Path) -> Postmaster | None:
    """The running main process of the cluster, or None; a file that a crash left behind counts for nothing."""
    try:
        lines = (cluster / PID_FILE).read_text(encoding="utf-8").splitlines()
        pid, sockets = int(lines[0]), Path(lines[4])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not works_in(pid, cluster):
        return None
    status = lines[7].strip() if len(lines) > 7 else ""  # noqa: PLR2004 -- the eighth line of the file
    return Postmaster(pid, sockets, ready=status == "ready")


def works_in(pid: int, cluster: Path) -> bool:
    """Tell whether a process lives and works in the cluster; process numbers are used again."""
    try:
        if (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return False
        return Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve()
    except OSError:
        return False


def orphans(cluster: Path) -> list[int]:
    """Every postgres process that works in the cluster."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 -- names only
    return [pid for pid in numbers if works_in(pid, cluster) and _is_postgres(pid)]


def end_orphans(cluster: Path) -> None:
    """End the children of a killed server, which hold its shared memory, and remove its stale file."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in orphans(cluster):
            _signal(pid, number)
        deadline = time.monotonic() + _PATIENCE
        while orphans(cluster) and time.monotonic() < deadline:
            time.sleep(_STEP)
    (cluster / PID_FILE).unlink(missing_ok=True)


def end(pid: int, cluster: Path, patience: float) -> bool:
    """Ask the server to stop at once without losing anything; tell whether it went."""
    _signal(pid, signal.SIGINT)
    deadline = time.monotonic() + patience
    while works_in(pid, cluster) and time.monotonic() < deadline:
        time.sleep(_STEP)
    return not works_in(pid, cluster)


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "postgres"
    except OSError:
        return False


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
