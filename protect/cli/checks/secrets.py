"""The secrets: there, whole, for their owner only, each its own, none of a demonstration, none left over."""

import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from protect.cli.checks.finding import Finding, fault, good, warning
from protect.config import (
    DEMONSTRATION_MARK,
    SECRET_MODE,
    SECRET_NAMES,
    ConfigurationRefused,
    SecretsPlace,
    SecretWithheld,
    Settings,
    is_fresh,
    read_secret,
    secrets_place,
)
from protect.demonstration.accounts import is_built
from protect.i18n import gettext

FEWEST_BYTES: Final = 16  # different ones among 32; of random bytes fewer come in one of 10^13 secrets
OPEN_FOLDER: Final = 0o077
COUNTED: Final = {"pepper", "log"}  # what still needs a former version of these is counted in the database


def checks(settings: Settings) -> Iterator[Finding]:
    """The folder, then each secret."""
    place = secrets_place(settings)
    yield from _folder(place)
    try:
        yield from _each(place, settings)
    except SecretWithheld:
        told = gettext("%(folder)s is closed to this user", folder=place.folder)
        yield fault("secrets.folder", told, gettext("run this as the service does: docs/operations.md, Secrets"))
    if is_built(settings.data) and not settings.demonstration:
        told = gettext("The folder holds the accounts of a demonstration, whose passphrases are written there")
        yield fault("secrets.accounts", told, gettext("begin a new instance in an empty folder"))


def _each(place: SecretsPlace, settings: Settings) -> Iterator[Finding]:
    """Every secret by itself, and whether two are the same."""
    found: dict[Path, bytes] = {}
    for name in SECRET_NAMES:
        yield from _versions(place, name, settings, found)
    doubled = [value for value, times in Counter(found.values()).items() if times > 1]
    if doubled:
        names = ", ".join(path.name for path, value in found.items() if value in doubled)
        told = gettext("Several secrets are the same: %(names)s", names=names)
        yield fault("secrets.equal", told, gettext("put each back from its own backup"))


def _folder(place: SecretsPlace) -> Iterator[Finding]:
    if not place.folder.is_dir():
        told = gettext("%(folder)s is missing", folder=place.folder)
        yield fault("secrets.folder", told, gettext("put the secrets back from their own backup"))
    elif place.writable and place.folder.stat().st_mode & OPEN_FOLDER:
        told = gettext("Others can enter %(folder)s", folder=place.folder)
        yield fault("secrets.folder", told, f"chmod 0700 {place.folder}")
    else:
        yield good("secrets.folder", gettext("Secrets are in %(folder)s", folder=place.folder))


def _versions(place: SecretsPlace, name: str, settings: Settings, found: dict[Path, bytes]) -> Iterator[Finding]:
    check, paths = f"secrets.{name}", place.versions(name) or [place.path(name)]
    for path in paths:
        try:
            found[path] = read_secret(path)
        except ConfigurationRefused as error:
            yield fault(check, str(error), gettext("see docs/operations.md, Secrets"))
            continue
        yield _value(check, path, found[path], settings)
    if len(paths) > 1 and name not in COUNTED and not (name == "flask" and is_fresh(place, name)):
        told = gettext("%(name)s has a former version, which nobody needs once the server has started", name=name)
        removal = (
            f"protect rotate-secret {name} --drop" if place.writable else gettext("see docs/operations.md, Secrets")
        )
        yield warning(check, told, removal)


def _value(check: str, path: Path, value: bytes, settings: Settings) -> Finding:
    if value.startswith(DEMONSTRATION_MARK) and not settings.demonstration:
        told = gettext("%(file)s was made for a demonstration", file=path)
        return fault(check, told, gettext("begin a new instance in an empty folder"))
    if len(set(value)) < FEWEST_BYTES:
        told = gettext("%(file)s is not random", file=path)
        return fault(check, told, gettext("put it back from its backup; for a new instance: protect init"))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~SECRET_MODE and secrets_place(settings).writable:
        told = gettext("%(file)s has mode %(mode)s instead of 0400", file=path, mode=f"{mode:04o}")
        return warning(check, told, f"chmod 0400 {path}")
    return good(check, gettext("%(file)s: 32 bytes, for its owner only", file=path))
