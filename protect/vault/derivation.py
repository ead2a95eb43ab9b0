"""Keys made from keys: random keys, HKDF-SHA-256 under a versioned label, and the digest that names public things."""

import hashlib
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from protect.vault.encoding import lp
from protect.vault.errors import CiphertextRejected, Reason

KEY_BYTES = 32
_SHA256 = hashes.SHA256()


def new_key() -> bytes:
    """Return a fresh random key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def require_key(key: bytes) -> bytes:
    """Return the key when it has 32 bytes; a shorter key would silently choose a weaker cipher."""
    if len(key) != KEY_BYTES:
        raise CiphertextRejected(Reason.LENGTH)
    return key


def derive(key: bytes, label: str, *context: bytes | str, salt: bytes | None = None) -> bytes:
    """Return the 32-byte key that HKDF makes from `key` for this label and context."""
    return expand(extract(key, salt), KEY_BYTES, label, *context)


def extract(key: bytes, salt: bytes | None = None) -> bytes:
    """Return the first half of HKDF: who derives several keys from one keeps it and only expands."""
    return HKDF.extract(_SHA256, salt, key)


def expand(key: bytes, length: int, label: str, *context: bytes | str) -> bytes:
    """Return `length` bytes that HKDF-Expand makes from a uniformly random key."""
    return expand_encoded(key, length, lp(label, *context))


def expand_encoded(key: bytes, length: int, info: bytes) -> bytes:
    """Return the same for a label and context that were encoded before."""
    return HKDFExpand(_SHA256, length, info).derive(require_key(key))


def digest(label: str, *parts: bytes | str) -> bytes:
    """Return the SHA-256 of labelled parts."""
    return hashlib.sha256(lp(label, *parts)).digest()
