"""Unambiguous bytes: length-prefixed parts, fixed-width numbers and padding to a bucket."""

import struct
from uuid import UUID

from protect.vault.errors import CiphertextRejected, Reason

LENGTH_BYTES = 4
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")


def encoded(part: bytes | str) -> bytes:
    """Return the bytes of a part; text that has no UTF-8 form is refused."""
    if isinstance(part, bytes):
        return part
    try:
        return part.encode()
    except UnicodeEncodeError:
        raise CiphertextRejected(Reason.INPUT) from None


def lp(*parts: bytes | str) -> bytes:
    """Return each part as its 4-byte big-endian length followed by its bytes; no two lists of parts agree."""
    joined: list[bytes] = []
    try:
        for part in parts:  # every sealed value and every key passes here several times: few calls
            data = part if isinstance(part, bytes) else encoded(part)
            joined += (_U32.pack(len(data)), data)
    except struct.error:
        raise CiphertextRejected(Reason.INPUT) from None
    return b"".join(joined)


def unlp(data: bytes) -> tuple[bytes, ...]:
    """Return the parts of which `lp` made `data`; a missing or a surplus byte is refused."""
    parts = []
    at, end = 0, len(data)
    try:
        while at < end:
            start = at + LENGTH_BYTES
            at = start + _U32.unpack_from(data, at)[0]
            parts.append(data[start:at])
    except struct.error:
        raise CiphertextRejected(Reason.FORMAT) from None
    if at != end:
        raise CiphertextRejected(Reason.FORMAT)
    return tuple(parts)


def text(part: bytes) -> str:
    """Return the text of a part; bytes that are not UTF-8 are refused."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        raise CiphertextRejected(Reason.FORMAT) from None


def identifier(part: bytes | str) -> UUID:
    """Return the id that a part names; anything else is refused."""
    try:
        return UUID(text(part) if isinstance(part, bytes) else part)
    except ValueError:
        raise CiphertextRejected(Reason.FORMAT) from None


def u32(number: int) -> bytes:
    """Return a number as 4 big-endian bytes."""
    return _packed(_U32, number)


def u64(number: int) -> bytes:
    """Return a number as 8 big-endian bytes."""
    return _packed(_U64, number)


def _packed(width: struct.Struct, number: int) -> bytes:
    try:
        return width.pack(number)
    except struct.error:
        raise CiphertextRejected(Reason.INPUT) from None


def pad(value: bytes, bucket: int) -> bytes:
    """Return length, value and zeros, together a multiple of `bucket` bytes."""
    return _packed(_U32, len(value)) + value + bytes(-(len(value) + LENGTH_BYTES) % bucket)


def unpad(padded: bytes, bucket: int) -> bytes:
    """Return the value that `pad` padded; any other length or a padding byte other than zero is refused."""
    value = unpad_any(padded)
    if -(len(value) + LENGTH_BYTES) % bucket != len(padded) - len(value) - LENGTH_BYTES:
        raise CiphertextRejected(Reason.PADDING)
    return value


def unpad_any(padded: bytes) -> bytes:
    """Return the value that `pad` padded to a bucket of whatever size."""
    end = LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")
    if padded.count(0, end) != len(padded) - end:
        raise CiphertextRejected(Reason.PADDING)
    return padded[LENGTH_BYTES:end]
