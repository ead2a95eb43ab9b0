"""What this process must never do, whatever happens to it: leave its memory, with keys in it, on a disk."""

import ctypes
import resource
import sys
from typing import Final

GET_DUMPABLE: Final = 3
SET_DUMPABLE: Final = 4


def forbid_core_dumps() -> None:
    """Let no core be written of this process or those it forks, and nobody of the same user read its memory.

    Both are needed: the kernel ignores the limit where a core goes to a program, as with systemd-coredump, and not
    every system has the other. Programs that are started get the limit only.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(SET_DUMPABLE, 0)


def leaves_no_core() -> bool:
    """Whether the kernel says so too."""
    limited = resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    return limited and (sys.platform != "linux" or _prctl(GET_DUMPABLE, 0) == 0)


def _prctl(option: int, value: int) -> int:
    return int(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0))
