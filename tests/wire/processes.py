"""The processes behind an address: who they are, and how long each has computed."""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROC = Path("/proc")


def serving(port: int) -> list[int]:
    """The workers of the server that was told to bind this port, without the process that only watches over them."""
    found = {int(one.name) for one in PROC.iterdir() if one.name.isdigit() and _bound(one).endswith(f":{port}")}
    return sorted(pid for pid in found if _parent(pid) in found)


def _bound(place: Path) -> str:
    """What a process was told to bind, if anything."""
    with suppress(FileNotFoundError, ProcessLookupError):
        words = (place / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        return words[words.index("--bind") + 1] if "--bind" in words else ""
    return ""


def _parent(pid: int) -> int:
    return int((PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def computed(pid: int) -> float:
    """Seconds of processor time of a process with all its threads, those that ended too, to the nanosecond.

    The clock of another process, as clock_getcpuclockid(3) numbers it: /proc tells hundredths of a second only.
    """
    return time.clock_gettime((~pid << 3) | 2)


@contextmanager
def standing_still(pids: Iterable[int]) -> Iterator[None]:
    """These processes take nothing up until the end."""
    stopped = list(pids)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
