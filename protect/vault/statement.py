"""Signed statements: a frozen dataclass, its canonical bytes under a versioned label, and one signature over them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, get_type_hints

from protect.vault import derivation
from protect.vault.encoding import encoded, lp, text, u64, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.signing import SigningKey, verify

_NUMBER_BYTES = 8
_UNSIGNED = ("LABEL", "signature")
_SCHEMAS: dict[str, tuple[tuple[str, Any], ...]] = {}


def _number(part: bytes) -> int:
    if len(part) != _NUMBER_BYTES:
        raise CiphertextRejected(Reason.FORMAT)
    return int.from_bytes(part, "big")


def _texts(part: bytes) -> tuple[str, ...]:
    return tuple(text(each) for each in unlp(part))


_WRITERS: dict[Any, Callable[[Any], bytes]] = {
    str: encoded,
    bytes: bytes,
    int: u64,
    tuple[str, ...]: lambda value: lp(*value),
}
_READERS: dict[Any, Callable[[bytes], Any]] = {str: text, bytes: bytes, int: _number, tuple[str, ...]: _texts}


def _schema(statement: "type[Statement]") -> tuple[tuple[str, Any], ...]:
    known = _SCHEMAS.get(statement.LABEL)
    if known is None:
        hints = get_type_hints(statement)
        known = tuple((name, hints[name]) for name in hints if name not in _UNSIGNED)
        _SCHEMAS[statement.LABEL] = known
    return known


@dataclass(frozen=True)
class Statement:
    """What a key vouches for; a subclass adds a label and fields of type str, bytes, int or tuple of str."""

    LABEL: ClassVar[str]
    signature: bytes = field(default=b"", kw_only=True, repr=False)

    def parts(self) -> tuple[bytes, ...]:
        """Return the signed fields as bytes, in the order of their declaration."""
        return tuple(_WRITERS[kind](getattr(self, name)) for name, kind in _schema(type(self)))

    def digest(self) -> bytes:
        """Return the SHA-256 that names this statement, whoever signed it."""
        return derivation.digest(self.LABEL, *self.parts())

    def signed(self, key: SigningKey) -> Self:
        """Return the same statement signed by `key`."""
        return replace(self, signature=key.sign(self.LABEL, *self.parts()))

    def check(self, public: bytes) -> Self:
        """Return this statement when `public` signed it, else refuse."""
        verify(public, self.signature, self.LABEL, *self.parts())
        return self

    def to_bytes(self) -> bytes:
        """Return label, fields and signature for storage."""
        return lp(self.LABEL, *self.parts(), self.signature)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the statement stored in `data`; nothing is proven until `check`."""
        label, *parts = unlp(data) or (b"",)
        schema = _schema(cls)
        if label != cls.LABEL.encode() or len(parts) != len(schema) + 1:
            raise CiphertextRejected(Reason.FORMAT)
        values = {name: _READERS[kind](part) for (name, kind), part in zip(schema, parts[:-1], strict=True)}
        return cls(**values, signature=parts[-1])
