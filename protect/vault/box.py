"""Whole blobs sealed under a 32-byte key and a context: identities, sessions, packages, shards, server-side seeds.

`format 1 B | algorithm 1 B | nonce 12 B | AES-256-GCM(length 4 B | value | zeros to the bucket)`, associated data =
header and context. The context is made by `lp` and starts with a versioned label.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protect.vault.derivation import require_key
from protect.vault.encoding import pad, unpad
from protect.vault.errors import CiphertextRejected, Reason

FORMAT = 1
AES_256_GCM = 1
BUCKET = 64
HEADER_BYTES = 14
_TAG_BYTES = 16


def seal_box(key: bytes, context: bytes, plaintext: bytes, bucket: int = BUCKET) -> bytes:
    """Return the blob of `plaintext`, its length hidden inside a multiple of `bucket`."""
    header = bytes((FORMAT, AES_256_GCM)) + os.urandom(HEADER_BYTES - 2)
    return header + AESGCM(require_key(key)).encrypt(header[2:], pad(plaintext, bucket), header + context)


def open_box(key: bytes, context: bytes, blob: bytes, bucket: int = BUCKET) -> bytes:
    """Return what was sealed under this key for exactly this context, else refuse."""
    if len(blob) < HEADER_BYTES + bucket + _TAG_BYTES:
        raise CiphertextRejected(Reason.LENGTH)
    if blob[0] != FORMAT:
        raise CiphertextRejected(Reason.VERSION)
    if blob[1] != AES_256_GCM:
        raise CiphertextRejected(Reason.ALGORITHM)
    header = blob[:HEADER_BYTES]
    try:
        padded = AESGCM(require_key(key)).decrypt(header[2:], blob[HEADER_BYTES:], header + context)
    except InvalidTag:
        raise CiphertextRejected(Reason.TAG) from None
    return unpad(padded, bucket)
