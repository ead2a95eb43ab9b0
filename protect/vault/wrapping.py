"""Keys wrapped by keys: AES-KW under a key derived for the context, with a commitment beside it."""

import hmac
from typing import NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from protect.vault.derivation import derive, require_key
from protect.vault.errors import CiphertextRejected, Reason

WRAPPED_BYTES = 40


class Wrapped(NamedTuple):
    """A wrapped key and the commitment to it."""

    blob: bytes
    commitment: bytes


def commitment(key: bytes) -> bytes:
    """Return 32 bytes that only this key has and that say nothing about it."""
    return derive(require_key(key), "commitment.v1")


def verify_commitment(key: bytes, expected: bytes) -> None:
    """Refuse a key that is not the one committed to."""
    require_equal(commitment(key), expected)


def require_equal(found: bytes, expected: bytes) -> None:
    """Refuse a commitment that is not the expected one."""
    if not hmac.compare_digest(found, expected):
        raise CiphertextRejected(Reason.COMMITMENT)


def wrap_key(wrapping: bytes, key: bytes, label: str, *context: bytes | str) -> Wrapped:
    """Wrap a key for one labelled context: the context is bound by deriving the key-wrapping key from it."""
    kwk = derive(require_key(wrapping), label, *context)
    return Wrapped(wrap_under(kwk, key), commitment(key))


def wrap_under(kwk: bytes, key: bytes) -> bytes:
    """Return the key wrapped under a key-wrapping key that was derived for its context."""
    return aes_key_wrap(kwk, require_key(key))


def unwrap_key(wrapping: bytes, wrapped: Wrapped, label: str, *context: bytes | str) -> bytes:
    """Return the key wrapped for exactly this context, else refuse."""
    key = unwrap_under(derive(require_key(wrapping), label, *context), wrapped.blob)
    verify_commitment(key, wrapped.commitment)
    return key


def unwrap_under(kwk: bytes, blob: bytes) -> bytes:
    """Return the key wrapped under this key-wrapping key, else refuse. The caller verifies the commitment."""
    if len(blob) != WRAPPED_BYTES:
        raise CiphertextRejected(Reason.LENGTH)
    try:
        return aes_key_unwrap(kwk, blob)
    except InvalidUnwrap:
        raise CiphertextRejected(Reason.TAG) from None
