"""Unambiguous bytes: length-prefixed parts, fixed-width numbers and padding to a bucket."""

import struct

from protect.vault.errors import CiphertextRejected, Reason

_LENGTH = 4
_MAX = 0xFFFFFFFF
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
    return b"".join([_prefixed(encoded(part)) for part in parts])


def _prefixed(part: bytes) -> bytes:
    if len(part) > _MAX:
        raise CiphertextRejected(Reason.INPUT)
    return len(part).to_bytes(_LENGTH, "big") + part


def unlp(data: bytes) -> tuple[bytes, ...]:
    """Return the parts of which `lp` made `data`; a missing or a surplus byte is refused."""
    parts = []
    at = 0
    while at < len(data):
        start = at + _LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise CiphertextRejected(Reason.FORMAT)
        parts.append(data[start:at])
    return tuple(parts)


def text(part: bytes) -> str:
    """Return the text of a part; bytes that are not UTF-8 are refused."""
    try:
        return part.decode()
    except UnicodeDecodeError:
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
    length = len(value)
    if length > _MAX:
        raise CiphertextRejected(Reason.INPUT)
    return length.to_bytes(_LENGTH, "big") + value + bytes(-(length + _LENGTH) % bucket)


def unpad(padded: bytes, bucket: int) -> bytes:
    """Return the value that `pad` padded; any other length or a padding byte other than zero is refused."""
    end = _LENGTH + int.from_bytes(padded[:_LENGTH], "big")
    if end + -end % bucket != len(padded) or padded.count(0, end) != len(padded) - end:
        raise CiphertextRejected(Reason.PADDING)
    return padded[_LENGTH:end]
