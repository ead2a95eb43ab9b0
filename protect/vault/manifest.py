"""The manifest of a row: a dropped, added, swapped or rolled-back field is noticed before anything is opened."""

import hashlib
import hmac
from collections.abc import Mapping

from protect.vault.encoding import lp, u64
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.sealing import version_part


def compute(manifest_key: bytes, generation: int, fields: Mapping[str, bytes]) -> bytes:
    """Return the HMAC over the generation and each field's name, version and digest, in order of name."""
    entries = [lp(name, version_part(blob), hashlib.sha256(blob).digest()) for name, blob in sorted(fields.items())]
    return hmac.digest(manifest_key, lp("manifest.v1", u64(generation), *entries), "sha256")


def verify(manifest_key: bytes, generation: int, fields: Mapping[str, bytes], expected: bytes) -> None:
    """Refuse a row whose fields or generation are not those of the manifest."""
    if not hmac.compare_digest(compute(manifest_key, generation, fields), expected):
        raise CiphertextRejected(Reason.MANIFEST)
