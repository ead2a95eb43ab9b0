"""A sealed value, and the only column type that stores one."""

from typing import Any, Never, NoReturn, Self, SupportsIndex

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

SHOWN = "[sealed]"


class Sealed:
    """Ciphertext that shows itself as ``[sealed]`` wherever it is printed.

    Only ``.blob`` gives the bytes, so that taking them is always visible in
    the source. It has no ``__dict__``, ``__bytes__``, ``__iter__`` or
    ``__len__`` that could give them by accident, and it refuses pickling.
    """

    __slots__ = ("_blob",)
    _blob: bytes

    def __init__(self, blob: bytes) -> None:
        """Hold the given ciphertext; anything but bytes is a TypeError."""
        if type(blob) is not bytes:
            message = f"Sealed takes bytes, not {type(blob).__name__}"
            raise TypeError(message)
        object.__setattr__(self, "_blob", blob)

    @property
    def blob(self) -> bytes:
        """The ciphertext itself."""
        return self._blob

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: a sealed value never changes."""
        del value
        message = f"Sealed is immutable: {name}"
        raise AttributeError(message)

    def __eq__(self, other: object) -> bool:
        """Compare by ciphertext, with other sealed values only."""
        if not isinstance(other, Sealed):
            return NotImplemented
        return self._blob == other._blob

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self._blob)

    def __repr__(self) -> str:
        """Show nothing of the content, not even its length."""
        return SHOWN

    def __format__(self, spec: str) -> str:
        """Show nothing, whatever the format asks for."""
        del spec
        return SHOWN

    def __copy__(self) -> Self:
        """Be its own copy: it is immutable."""
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Be its own copy: it is immutable."""
        del memo
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> Never:
        """Refuse pickling: a pickle would end in a cache or a queue."""
        del protocol
        message = "Sealed refuses pickling"
        raise TypeError(message)


def require_sealed(value: object) -> None:
    """Raise TypeError, naming the type and never the value, unless it is Sealed or None."""
    if value is not None and not isinstance(value, Sealed):
        message = f"a sealed column takes Sealed only, not {type(value).__name__}"
        raise TypeError(message)


class SealedBytes(TypeDecorator[Sealed]):
    """A bytea column that takes and gives ``Sealed`` only."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        """Give the driver the ciphertext; refuse everything that is not Sealed."""
        del dialect
        require_sealed(value)
        return None if value is None else value.blob

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Sealed | None:
        """Wrap what the driver gave."""
        del dialect
        return None if value is None else Sealed(bytes(value))

    def process_literal_param(self, value: Sealed | None, dialect: Dialect) -> NoReturn:
        """Refuse: ciphertext is never written into the text of a statement."""
        del value, dialect
        message = "a sealed value is never rendered into SQL text"
        raise TypeError(message)

    def coerce_compared_value(self, op: object, value: object) -> Self:
        """Compare a sealed column with sealed values only."""
        del op, value
        return self
