"""Settings of an instance, read from its TOML file; secrets are files beside it, never values in it."""

import os
import re
import secrets as randomness
import stat
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SECRET_NAMES: Final = ("pepper", "session", "flask", "log", "totp")
SECRET_BYTES: Final = 32
FORMER_SECONDS: Final = 12 * 3600  # as long as a session lasts: what was opened under a former `flask` is sent in it
SECRET_MODE: Final = 0o400
READABLE_BY_OTHERS: Final = 0o077
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"  # set by systemd; one file there for each credential of the unit
CREDENTIAL_PREFIX: Final = "protect_"
# systemd lets the service's user in by an access list, which the mode shows as rights of the group.
CREDENTIAL_MASK: Final = 0o037
AS_THE_SERVICE: Final = "Run this as the service does: docs/operations.md, Secrets"
DEMONSTRATION_MARK: Final = b"demo"  # how the secrets of a demonstration begin, so that they can serve nothing else


class ConfigurationRefused(Exception):
    """The instance cannot start as it is configured; the message says what to do."""


class SettingUnknown(ConfigurationRefused):
    """The settings file names something that the program does not know, or gives it a value it cannot take."""


class SecretMissing(ConfigurationRefused):
    """A secret file is absent, empty or of the wrong length."""


class SecretReadable(ConfigurationRefused):
    """A secret file can be read by others than its owner."""


class SecretWithheld(ConfigurationRefused):
    """The user who runs the program may not read a secret or enter its folder."""


class SecretInvented(ConfigurationRefused):
    """A secret was made for a demonstration, and the instance is none."""


class Settings(BaseModel):
    """What an operator may choose. Every key has a default that is safe; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Path("var")
    database: str = "embedded"
    postgres_bin: Path | None = None
    secrets: Path | None = None
    backups: Path | None = None
    backup_hours: int = Field(26, ge=1, le=24 * 31)
    product_name: str = Field("Protéger", min_length=1, max_length=40)
    country: str = Field("CD", pattern="^[A-Z]{2}$")
    phone_prefix: str = Field("+243", pattern=r"^\+[1-9]\d{0,3}$")
    public_url: str = Field("http://localhost", pattern=r"^https?://[^/\s]+$")
    exit_url: str = Field("https://www.wikipedia.org/", pattern="^https://")
    idle_minutes: int = Field(15, ge=1, le=60)
    session_hours: int = Field(12, ge=1, le=24)
    cooling_off_hours: int = Field(24, ge=1, le=168)
    sessions_each: int = Field(1, ge=1, le=5)
    response_hours: dict[str, int] = {"immediate": 24, "urgent": 72, "routine": 168}
    package_days: int = Field(30, ge=0, le=365)
    emergency_review_days: int = Field(7, ge=1, le=90)
    opening_limits: dict[str, tuple[int, int]] = {}
    timezone: str = "Africa/Kinshasa"
    working_hours: str = Field("07:00-19:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    working_days: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    threshold: int = Field(10, ge=3, le=100)
    trusted_proxies: int = Field(0, ge=0, le=3)
    log_origin: str = Field("", pattern=r"^[^\s+]*$")
    witnesses: tuple[str, ...] = ()
    demonstration: bool = False

    @property
    def secrets_folder(self) -> Path:
        """Folder of the secret files; apart from the database by choice of the operator."""
        return self.secrets or self.data / "secrets"


@dataclass(frozen=True)
class Secrets:
    """The installer's secrets, 32 bytes each. None of them opens case data."""

    pepper: bytes
    session: bytes
    flask: bytes
    log: bytes
    totp: bytes
    earlier: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Secrets([withheld])"

    def versions(self, name: str) -> tuple[bytes, ...]:
        """Every version of a secret that is still here, the one in use first."""
        return (getattr(self, name), *self.earlier.get(name, ()))


@dataclass(frozen=True)
class SecretsPlace:
    """Where the secrets lie: `pepper` is the first version of that name, `pepper.1` the next; the highest is in use."""

    folder: Path
    prefix: str = ""

    @property
    def writable(self) -> bool:
        """Whether secrets can be made here; those that systemd hands over are changed at their source."""
        return not self.prefix

    def versions(self, name: str) -> list[Path]:
        """The files of a secret, newest first. Raises SecretWithheld where the folder is closed to us."""
        pattern = re.compile(rf"{re.escape(self.prefix + name)}(?:\.([1-9]\d*))?")
        try:
            paths = list(self.folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            paths = []
        except PermissionError:
            raise SecretWithheld(f"{self.folder} is closed to this user. {AS_THE_SERVICE}") from None
        found = {int(match[1] or 0): path for path in paths if (match := pattern.fullmatch(path.name))}
        return [found[number] for number in sorted(found, reverse=True)]

    def path(self, name: str) -> Path:
        """The file of the first version."""
        return self.folder / (self.prefix + name)

    def following(self, name: str) -> Path:
        """The file of the version that comes next."""
        found = self.versions(name)
        number = int(found[0].name.removeprefix(self.prefix + name).removeprefix(".") or 0) + 1 if found else 0
        return self.folder / (f"{name}.{number}" if number else name)


def secrets_place(settings: Settings) -> SecretsPlace:
    """The credentials that systemd gives the service, where it gives any; else the folder of the settings."""
    given = os.environ.get(CREDENTIALS)
    credentials = SecretsPlace(Path(given), CREDENTIAL_PREFIX) if given else None
    if credentials and any(credentials.versions(name) for name in SECRET_NAMES):
        return credentials
    return SecretsPlace(settings.secrets_folder)


def load_settings(data: Path) -> Settings:
    """Settings of the instance in folder `data`; defaults where it has no `config.toml`.

    Raises SettingUnknown with the file, the key and the reason.
    """
    path = data / "config.toml"
    try:
        given: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return Settings(**{"data": data, **given})
    except tomllib.TOMLDecodeError as error:
        raise SettingUnknown(f"{path}: this is not valid TOML: {error}") from error
    except ValidationError as error:
        reasons = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise SettingUnknown(f"{path}: {reasons}. See config.example.toml for every setting.") from error


def open_secrets(settings: Settings) -> Secrets:
    """The secrets of an instance. Raises ConfigurationRefused, which says why, and never makes one up."""
    place = secrets_place(settings)
    secrets = load_secrets(place.folder, place.prefix)
    for name in SECRET_NAMES:
        if getattr(secrets, name).startswith(DEMONSTRATION_MARK) and not settings.demonstration:
            raise SecretInvented(
                f"{place.versions(name)[0]} was made for a demonstration. Begin a new instance with `protect init` in "
                f"an empty folder, or say so in config.toml: demonstration = true"
            )
    return secrets


def load_secrets(folder: Path, prefix: str = "") -> Secrets:
    """Every version of the secrets in `folder` that counts. Raises ConfigurationRefused and never makes one up."""
    place = SecretsPlace(folder, prefix)
    found = {name: [read_secret(path) for path in place.versions(name) or [place.path(name)]] for name in SECRET_NAMES}
    if not is_fresh(place, "flask"):
        del found["flask"][1:]
    newest = {name: values[0] for name, values in found.items()}
    return Secrets(**newest, earlier={name: tuple(values[1:]) for name, values in found.items() if values[1:]})


def missing_secrets(settings: Settings) -> tuple[str, ...]:
    """The names of which there is no file."""
    place = secrets_place(settings)
    return tuple(name for name in SECRET_NAMES if not place.versions(name))


def make_secrets(folder: Path, *, demonstration: bool = False) -> tuple[str, ...]:
    """Write the secrets that are absent, mode 0400; their names. Existing ones are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    place = SecretsPlace(folder)
    made = tuple(name for name in SECRET_NAMES if not place.versions(name))
    for name in made:
        add_version(place, name, demonstration=demonstration)
    return made


def add_version(place: SecretsPlace, name: str, *, demonstration: bool = False) -> Path:
    """Write a new version of a secret, from now on the one in use. It is there whole or not at all."""
    path = place.following(name)
    draft = place.folder / f".{path.name}.new"
    draft.unlink(missing_ok=True)
    mark = DEMONSTRATION_MARK if demonstration else b""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(mark + randomness.token_bytes(SECRET_BYTES - len(mark)))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    _keep_names(place.folder)
    return path


def is_fresh(place: SecretsPlace, name: str) -> bool:
    """Whether the version in use came within the hours in which people may still have forms of the one before."""
    return time.time() - place.versions(name)[0].stat().st_mtime <= FORMER_SECONDS


def drop_versions(place: SecretsPlace, name: str, *, keep: int = 0) -> int:
    """Remove every version of a secret but the one in use, and so many before it; how many that were."""
    former = place.versions(name)[1 + keep :]
    for path in former:
        path.unlink()
    _keep_names(place.folder)
    return len(former)


def read_secret(path: Path) -> bytes:
    """The content of a secret's file, if nobody else can read it. Raises SecretMissing, -Readable or -Withheld."""
    try:
        require_private(path, path.stat())
        value = path.read_bytes()
    except FileNotFoundError:
        raise SecretMissing(
            f"{path} is missing. Put the secret back from its own backup; a new one would lock everybody out. "
            "A new instance gets its secrets from `protect init`."
        ) from None
    except PermissionError:
        raise SecretWithheld(f"{path} is closed to this user. {AS_THE_SERVICE}") from None
    if len(value) != SECRET_BYTES:
        raise SecretMissing(
            f"{path} has {len(value)} bytes instead of {SECRET_BYTES}. Put the secret back from its backup."
        )
    return value


def require_private(path: Path, found: os.stat_result) -> None:
    """Go on only if nobody but its owner reads or changes the file. Raises SecretReadable."""
    mode = stat.S_IMODE(found.st_mode)
    handed_over = os.environ.get(CREDENTIALS) == str(path.parent)
    if mode & (CREDENTIAL_MASK if handed_over else READABLE_BY_OTHERS):
        raise SecretReadable(f"{path} has mode {mode:04o}: others can read it. Run: chmod 0400 {path}")
    if found.st_uid not in {0, os.geteuid()} and os.geteuid() != 0:
        raise SecretReadable(
            f"{path} belongs to another user, who can change it. Run as root: chown {os.geteuid()} {path}"
        )


def _keep_names(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
