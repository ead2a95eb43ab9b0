"""Fields sealed one by one, each bound to its place, format 1.

`format 1 B | algorithm 1 B | field version 4 B | nonce 12 B | AES-256-GCM(length 4 B | value | zeros to the bucket)`,
where the associated data is that header followed by
`lp("field.v1", agency, case, compartment, table, row, field, type)`.
The bucket, a multiple of 16 bytes, belongs to the field and never to a value: docs/decisions/0017.
One content key serves at most 2**20 messages: far more than the life of one compartment of one case.
"""

import os
import struct
from functools import lru_cache
from typing import NamedTuple, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protect.vault.derivation import require_key
from protect.vault.encoding import encoded, lp, pad, unpad_any
from protect.vault.errors import CiphertextRejected, Reason

FORMAT = 1
AES_256_GCM = 1
BUCKET = 64
STEP = 16
NONCE_BYTES = 12
HEADER_BYTES = 18
_NONCE_AT = HEADER_BYTES - NONCE_BYTES
_TAG_BYTES = 16
_START = bytes((FORMAT, AES_256_GCM))
_LEAST = HEADER_BYTES + STEP + _TAG_BYTES
_pack_header = struct.Struct(">BBI12s").pack


class Place(NamedTuple):
    """Where one sealed value stands; a blob opens nowhere else."""

    agency: str
    case: str
    compartment: str
    table: str
    row: str
    field: str
    type: str


# What is the same for many rows: agency, compartment and part, and for every row of every case the fields.
_often = lru_cache(maxsize=4096)(lp)


class RowSealer:
    """Seals and opens the fields of one row; the row's part of the associated data is built once."""

    __slots__ = ("_aead", "_prefix")

    def __init__(self, aead: AESGCM, prefix: bytes) -> None:
        """Take the cipher of the content key and the encoded place of the row."""
        self._aead = aead
        self._prefix = prefix

    def seal(self, field: str, kind: str, value: str | bytes, version: int, bucket: int = BUCKET) -> bytes:
        """Return the blob of one value of this field (of type `kind`) at this version, its length in the bucket."""
        try:
            header = _pack_header(FORMAT, AES_256_GCM, version, os.urandom(NONCE_BYTES))
        except struct.error:
            raise CiphertextRejected(Reason.INPUT) from None
        bound = header + self._prefix + _often(field, kind)
        return header + self._aead.encrypt(header[_NONCE_AT:], pad(encoded(value), bucket), bound)

    def open(self, field: str, kind: str, blob: bytes) -> bytes:
        """Return the value sealed in `blob` for this very field of this very row, else refuse."""
        if len(blob) < _LEAST or not blob.startswith(_START):
            _refuse(blob)
        header = blob[:HEADER_BYTES]
        bound = header + self._prefix + _often(field, kind)
        try:
            padded = self._aead.decrypt(header[_NONCE_AT:], blob[HEADER_BYTES:], bound)
        except InvalidTag:
            raise CiphertextRejected(Reason.TAG) from None
        return unpad_any(padded)


class ContentKey:
    """The key that seals the fields of one compartment of one case; it holds one cipher object."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        """Take the 32 bytes of the key and keep only the cipher made from them."""
        self._aead = AESGCM(require_key(key))

    def at(self, agency: str, case: str, compartment: str, table: str, row: str) -> RowSealer:
        """Return the sealer of one row."""
        return RowSealer(self._aead, _often("field.v1", agency) + lp(case) + _often(compartment, table, row))

    def seal(self, place: Place, value: str | bytes, version: int, bucket: int = BUCKET) -> bytes:
        """Return the blob of one value at one place."""
        return self.at(*place[:5]).seal(place.field, place.type, value, version, bucket)

    def open(self, place: Place, blob: bytes) -> bytes:
        """Return the value sealed for exactly this place, else refuse."""
        return self.at(*place[:5]).open(place.field, place.type, blob)


def field_version(blob: bytes) -> int:
    """Return the field version a blob states; it is proven only once the blob is opened."""
    if len(blob) < _LEAST or not blob.startswith(_START):
        _refuse(blob)
    return int.from_bytes(blob[2:_NONCE_AT], "big")


def _refuse(blob: bytes) -> NoReturn:
    if len(blob) < _LEAST:
        raise CiphertextRejected(Reason.LENGTH)
    raise CiphertextRejected(Reason.ALGORITHM if blob[0] == FORMAT else Reason.VERSION)
