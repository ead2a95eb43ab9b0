"""Settings of an instance, read from its TOML file; secrets are files beside it, never values in it."""

import os
import secrets as randomness
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SECRET_NAMES: Final = ("pepper", "session", "flask", "log")
SECRET_BYTES: Final = 32
SECRET_MODE: Final = 0o400
READABLE_BY_OTHERS: Final = 0o077


class ConfigurationRefused(Exception):
    """The instance cannot start as it is configured; the message says what to do."""


class SettingUnknown(ConfigurationRefused):
    """The settings file names something that the program does not know, or gives it a value it cannot take."""


class SecretMissing(ConfigurationRefused):
    """A secret file is absent, empty or of the wrong length."""


class SecretReadable(ConfigurationRefused):
    """A secret file can be read by others than its owner."""


class Settings(BaseModel):
    """What an operator may choose. Every key has a default that is safe; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Path("var")
    database: str = "embedded"
    postgres_bin: Path | None = None
    secrets: Path | None = None
    product_name: str = Field("Protéger", min_length=1, max_length=40)
    country: str = Field("CD", pattern="^[A-Z]{2}$")
    phone_prefix: str = Field("+243", pattern=r"^\+[1-9]\d{0,3}$")
    exit_url: str = Field("https://www.wikipedia.org/", pattern="^https://")
    idle_minutes: int = Field(15, ge=1, le=60)
    session_hours: int = Field(12, ge=1, le=24)
    response_hours: dict[str, int] = {"immediate": 24, "urgent": 72, "routine": 168}
    package_days: int = Field(30, ge=0, le=365)
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

    def __repr__(self) -> str:
        return "Secrets([withheld])"


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


def load_secrets(folder: Path) -> Secrets:
    """The secrets of `folder`. Raises SecretMissing or SecretReadable and never makes one up."""
    return Secrets(**{name: _read_secret(folder / name) for name in SECRET_NAMES})


def make_secrets(folder: Path) -> None:
    """Write the secrets that are absent, mode 0400. Existing ones are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in SECRET_NAMES:
        path = folder / name
        if path.exists():
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(randomness.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())


def _read_secret(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        raise SecretMissing(
            f"{path} is missing. Put the secret back from its own backup; a new one would lock everybody out. "
            "A new instance gets its secrets from `protect init`."
        ) from None
    if mode & READABLE_BY_OTHERS:
        raise SecretReadable(f"{path} has mode {mode:04o}: others can read it. Run: chmod 0400 {path}")
    value = path.read_bytes()
    if len(value) != SECRET_BYTES:
        raise SecretMissing(
            f"{path} has {len(value)} bytes instead of {SECRET_BYTES}. Put the secret back from its backup."
        )
    return value
