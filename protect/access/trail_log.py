"""The log as others know it: under which name and key it signs its heads, and whom it asks to witness them."""

from functools import lru_cache
from typing import Final

from protect.access.runtime import Runtime
from protect.audit.checkpoints import Watch
from protect.config import ConfigurationRefused, Settings
from protect.vault.derivation import derive, digest
from protect.vault.errors import CiphertextRejected
from protect.vault.notes import WITNESS, Signer, Verifier
from protect.vault.signing import SigningKey

_NAME_DIGITS: Final = 16


class WitnessUnreadable(ConfigurationRefused):
    """A key in the setting `witnesses` is not one that `protect witness-init` prints."""


def log_signer(runtime: Runtime) -> Signer:
    """The key that signs heads, under the origin that the settings give, else one made of the key itself."""
    return _signer(runtime.secrets.log, runtime.settings.log_origin)


def watch(runtime: Runtime) -> Watch:
    """Whose signatures count. Raises WitnessUnreadable."""
    return Watch(log_signer(runtime).verifier, witnesses(runtime.settings))


def witnesses(settings: Settings) -> tuple[Verifier, ...]:
    """The witnesses that the settings name."""
    return tuple(_witness(shown) for shown in settings.witnesses)


@lru_cache(maxsize=4)
def _signer(secret: bytes, origin: str) -> Signer:
    key = SigningKey(derive(secret, "log-key.v1"))
    return Signer(origin or f"protect.invalid/{digest('log-origin.v1', key.public).hex()[:_NAME_DIGITS]}", key)


def _witness(shown: str) -> Verifier:
    try:
        found = Verifier.parse(shown)
    except CiphertextRejected:
        raise WitnessUnreadable(f"{shown!r} in `witnesses` is not a key of `protect witness-init`") from None
    if found.kind != WITNESS:
        raise WitnessUnreadable(f"{shown!r} in `witnesses` is the key of a log, not of a witness")
    return found
