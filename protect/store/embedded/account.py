"""The ordinary user that the server runs as, and what that user can reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protect.store.errors import ServerRefused

CANDIDATES: Final = ("protect", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An ordinary user. ``switched`` is true where we are root and drop to it."""

    name: str
    uid: int
    gid: int
    switched: bool

    def reaches(self, path: Path) -> bool:
        """Tell whether the user may enter every folder on the way to the path, and read what is there."""
        steps = [*path.resolve().parents][::-1]
        return all(self._may(step, stat.S_IXOTH) for step in steps) and self._may(path.resolve(), stat.S_IROTH)

    def _may(self, path: Path, bit: int) -> bool:
        """Check one permission bit of the class that the user falls into."""
        try:
            found = path.stat()
        except OSError:
            return False
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        return bool(found.st_mode & (bit << shift))

    def own_folder(self, path: Path) -> Path:
        """Make a folder that only this user enters, or refuse one that somebody else made."""
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if self.switched and found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
            found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid:
            raise ServerRefused(f"{path} is not a folder of the user {self.name}; remove it, or give it to that user")
        if stat.S_IMODE(found.st_mode) != 0o700:  # noqa: PLR2004 -- a file mode
            path.chmod(0o700)
        return path

    def own_file(self, path: Path) -> Path:
        """Make a file that only this user reads and writes."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            if self.switched:
                os.fchown(handle, self.uid, self.gid)
            os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
        return path

    def outer_folder(self, path: Path) -> Path:
        """Make the folder around: it stays ours, so that the server's user cannot swap what we write there."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise ServerRefused(f"{path} is not a folder of the user who starts the program; remove it")
        path.chmod(0o711 if self.switched else 0o700)
        return path


def login_name() -> str:
    """The name of the user we run as, which peer authentication will see."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise ServerRefused(
            f"user id {os.geteuid()} has no name on this system, and PostgreSQL needs one; "
            "add it to /etc/passwd, or use an external database"
        ) from None


def choose() -> Account:
    """Stay who we are; as root choose an existing ordinary user, because PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return Account(login_name(), os.geteuid(), os.getegid(), switched=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switched=True)
    raise ServerRefused(f"as root the server runs as one of the users {', '.join(CANDIDATES)}, and none exists")
