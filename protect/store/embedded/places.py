"""Where the files of one private server lie."""

import hashlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protect.store.embedded.account import Account
from protect.store.errors import ServerRefused

ROOT_HOME: Final = Path("/var/lib/protect")
SOCKET_LIMIT: Final = 90
RECORD: Final = "postgresql.location"


@dataclass(frozen=True)
class Places:
    """The folder of a private server and what lies in it."""

    data_dir: Path
    base: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data folder."""
        return self.base / "cluster"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.base / "server.log"

    @property
    def version(self) -> str | None:
        """Major version of the data, or None before the first start."""
        path = self.cluster / "PG_VERSION"
        return path.read_text(encoding="utf-8").strip() if path.exists() else None

    def record(self) -> None:
        """Remember where the data lie, so that changed permissions can never make an empty database appear."""
        (self.data_dir / RECORD).write_text(f"{self.base}\n", encoding="utf-8")


def short_name(data_dir: Path) -> str:
    """A short stable name of an instance folder."""
    return hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]


def locate(data_dir: Path, account: Account) -> Places:
    """Below the instance folder; as root below /var/lib/protect when the server's user cannot get there."""
    record = data_dir / RECORD
    if record.exists():
        places = Places(data_dir, Path(record.read_text(encoding="utf-8").strip()))
        if places.version is None:
            raise ServerRefused(
                f"{record} says that the database lies in {places.base}, and there is none; put it back from the "
                "backup, or remove the file to begin with an empty database"
            )
        return places
    inside = not account.switched or account.reaches(data_dir)
    return Places(data_dir, data_dir / "postgresql" if inside else _unused(ROOT_HOME / short_name(data_dir)))


def _unused(base: Path) -> Path:
    """`base`, or the next name after it while an instance folder that was deleted left its data there."""
    names = itertools.chain([base], (base.with_name(f"{base.name}-{number}") for number in itertools.count(2)))
    return next(path for path in names if not path.exists())


def socket_dir(places: Places, account: Account) -> Path:
    """A folder that only the server's user enters, with a path that fits into a socket address."""
    name = f"protect-{account.uid}-{short_name(places.data_dir)}"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    options = [places.base / "run", *([Path(runtime) / name] if runtime and not account.switched else [])]
    for path in [*options, Path("/tmp") / name]:  # noqa: S108 -- own_folder refuses what somebody else put there
        if len(os.fsencode(path)) <= SOCKET_LIMIT:
            return account.own_folder(path)
    raise ServerRefused(f"no path of at most {SOCKET_LIMIT} bytes was found for the server's socket")
