"""A demonstration whose making was broken off is made from the start again; nothing else is ever cleared."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from protect.config import ConfigurationRefused, load_settings
from protect.store.database import EMBEDDED
from protect.store.embedded import start
from protect.store.embedded.places import RECORD

MARK: Final = "demonstration-unfinished"
SHRED: Final = "shred.sqlite"


@contextmanager
def making(data: Path) -> Iterator[None]:
    """Mark folder `data` as ours while a demonstration is made in it; what an earlier attempt left there is cleared.

    Raises ConfigurationRefused where an instance stands that was no attempt, and while another process is at work.
    """
    _refuse_others(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(data / MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _clear(data)
        yield
        (data / MARK).unlink()
    except BlockingIOError:
        raise ConfigurationRefused(f"another process is making a demonstration in {data}; wait for it") from None
    finally:
        os.close(handle)


def _refuse_others(data: Path) -> None:
    if not (data / "config.toml").exists():
        return
    settings = load_settings(data)
    if not ((data / MARK).exists() and settings.demonstration and settings.database == EMBEDDED):
        raise ConfigurationRefused(
            f"{data} holds an instance that is no finished demonstration; name another folder with --data"
        )


def _clear(data: Path) -> None:
    """The database and the shred store; settings and secrets are taken up as they are."""
    if (data / RECORD).exists():
        server = start(data)
        server.stop()
        shutil.rmtree(server.places.base)
        (data / RECORD).unlink()
    (data / SHRED).unlink(missing_ok=True)
