"""The manifest of a row: a dropped, added, swapped or rolled-back field is noticed before anything is opened."""

import hmac

from protect.vault.encoding import lp, u64
from protect.vault.errors import CiphertextRejected, Reason

_LABEL = lp("manifest.v1")


def compute(manifest_key: bytes, generation: int, packed: bytes) -> bytes:
    """Return the HMAC over the generation and the fields as they are kept: every name, version and sealed value."""
    return hmac.digest(manifest_key, _LABEL + u64(generation) + packed, "sha256")


def verify(manifest_key: bytes, generation: int, packed: bytes, expected: bytes) -> None:
    """Refuse a row whose fields or generation are not those of the manifest."""
    if not hmac.compare_digest(compute(manifest_key, generation, packed), expected):
        raise CiphertextRejected(Reason.MANIFEST)
