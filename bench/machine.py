"""The machine and the programs, as far as they decide about a measure."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.backends.openssl import backend

from bench.world import World
from protect import __version__
from protect.store.embedded.binaries import find

LIBRARIES = ("SQLAlchemy", "psycopg", "cryptography", "SQLAlchemy-Utils")


def described(world: World) -> dict[str, str]:
    """What stands above the table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.release()}"
    programs = f"Protect {__version__}, Python {platform.python_version()}, PostgreSQL {find(None).major}"
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} processors, {memory:.0f} GiB, {system}",
        "load": f"{busy} (1, 5 and 15 minutes; what others did meanwhile is part of the spread)",
        "disk": f"{world.sync * 1000:.2f} ms to make 8 KiB durable; fsync, synchronous_commit and full_page_writes on",
        "programs": f"{programs}, {libraries}, {backend.openssl_version_text()}",
        "cases": f"{world.cases} of thirty fields in one office",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
