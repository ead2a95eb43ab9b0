"""The log as others know it: under which name and keys it signs its heads, and whom it asks to witness them."""

from functools import lru_cache
from typing import Final

from sqlalchemy.orm import Session

from protect.access.runtime import Runtime
from protect.audit import checkpoints
from protect.audit.checkpoints import Watch
from protect.config import ConfigurationRefused, Secrets, Settings
from protect.vault.derivation import derive, digest
from protect.vault.errors import CiphertextRejected
from protect.vault.notes import WITNESS, Signer, Verifier
from protect.vault.signing import SigningKey

_NAME_DIGITS: Final = 16


class WitnessUnreadable(ConfigurationRefused):
    """A key in the setting `witnesses` is not one that `protect witness-init` prints."""


class LogSecretLost(ConfigurationRefused):
    """None of the `log` secrets that are here is one under which the trail was written."""


def log_signer(runtime: Runtime) -> Signer:
    """The keys that sign heads, under the origin of the settings, else the one that the trail was begun under."""
    return _signer(runtime.secrets.versions("log"), runtime.settings.log_origin or runtime.log_origin)


def watch(runtime: Runtime) -> Watch:
    """Whose signatures count. Raises WitnessUnreadable."""
    return watch_of(runtime.settings, runtime.secrets, runtime.log_origin)


def watch_of(settings: Settings, secrets: Secrets, origin: str) -> Watch:
    """The same, of an instance that need not run; `origin` is the name that its heads bear already."""
    current, *former = _signer(secrets.versions("log"), settings.log_origin or origin).verifiers
    return Watch(current, witnesses(settings), tuple(former))


def proven_origin(db: Session, secrets: Secrets) -> str:
    """The name under which a kept key signed the newest head that any of them signed; empty before the first head.

    Raises LogSecretLost where there are heads and none is theirs: rows could be put back unnoticed under such a secret,
    and every witness and every person would see another log.
    """
    keys = [SigningKey(derive(secret, "log-key.v1")).public for secret in secrets.versions("log")]
    origin = checkpoints.signed_by(db, keys)
    if origin is None:
        raise LogSecretLost(
            "the secret `log` is not the one under which the trail was written. Put that one back from its own backup; "
            "where it was renewed, its former version too: docs/operations.md, Secrets"
        )
    return origin


def witnesses(settings: Settings) -> tuple[Verifier, ...]:
    """The witnesses that the settings name."""
    return tuple(_witness(shown) for shown in settings.witnesses)


@lru_cache(maxsize=4)
def _signer(secrets: tuple[bytes, ...], origin: str) -> Signer:
    keys = tuple(SigningKey(derive(secret, "log-key.v1")) for secret in secrets)
    name = origin or f"protect.invalid/{digest('log-origin.v1', keys[-1].public).hex()[:_NAME_DIGITS]}"
    return Signer(name, keys[0], keys[1:])


def _witness(shown: str) -> Verifier:
    try:
        found = Verifier.parse(shown)
    except CiphertextRejected:
        raise WitnessUnreadable(f"{shown!r} in `witnesses` is not a key of `protect witness-init`") from None
    if found.kind != WITNESS:
        raise WitnessUnreadable(f"{shown!r} in `witnesses` is the key of a log, not of a witness")
    return found
