"""The key tree below a grant: compartment key, data key of one case, and what a data key becomes."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from protect.vault.derivation import KEY_BYTES, expand, expand_encoded, extract, new_key, require_key
from protect.vault.encoding import lp, u32
from protect.vault.sealing import ContentKey
from protect.vault.wrapping import (
    Wrapped,
    commitment,
    require_equal,
    unwrap_under,
    verify_commitment,
    wrap_under,
)

__all__ = ["CompartmentKey", "DataKey", "Wrapped", "commitment", "new_data_key", "new_key", "verify_commitment"]

_ROW_KEYS = lp("rowkeys.v1")


class DataKey:
    """The key of one compartment of one case; deleting its wrapped form erases that compartment.

    It is uniformly random, so that one HKDF-Expand gives at once what every use of a row needs.
    """

    __slots__ = ("commitment", "content", "key", "manifest")

    content: ContentKey
    """The key that seals fields, one cipher object for the life of this data key."""
    manifest: bytes
    """The key of the row manifests."""
    commitment: bytes
    """The commitment stored beside the wrapped key."""

    def __init__(self, key: bytes) -> None:
        """Refuse a key of another length."""
        made = _row_keys(key)
        self.key = key
        self.content = ContentKey(made[:KEY_BYTES])
        self.manifest = made[KEY_BYTES : 2 * KEY_BYTES]
        self.commitment = made[2 * KEY_BYTES :]

    @classmethod
    def committed(cls, key: bytes, expected: bytes) -> Self:
        """Return the data key of these bytes if it is the one committed to, else refuse."""
        made = cls(key)
        require_equal(made.commitment, expected)
        return made

    @property
    def attachment(self) -> bytes:
        """The key of attached files."""
        return expand(self.key, KEY_BYTES, "attachment.v1")


def _row_keys(key: bytes) -> bytes:
    """Content key, manifest key and commitment of a data key, one after the other."""
    return expand_encoded(key, 3 * KEY_BYTES, _ROW_KEYS)


def new_data_key() -> DataKey:
    """Return the fresh data key of one compartment of one case."""
    return DataKey(new_key())


@dataclass(frozen=True, eq=False)
class CompartmentKey:
    """One version of the key of one compartment of one agency; it lives only inside grants and sessions."""

    key: bytes = field(repr=False)
    agency: str
    name: str
    version: int

    def __post_init__(self) -> None:
        """Refuse a key of another length."""
        require_key(self.key)

    @cached_property
    def commitment(self) -> bytes:
        """The commitment that grants and the key state carry."""
        return commitment(self.key)

    def context(self) -> tuple[str, str, bytes]:
        """Return agency, name and version as they enter every derivation from this key."""
        return (self.agency, self.name, u32(self.version))

    def wrap(self, case_id: str, data_key: DataKey) -> Wrapped:
        """Wrap the data key of this compartment of one case."""
        return Wrapped(wrap_under(self._kwk(case_id), data_key.key), data_key.commitment)

    def unwrap(self, case_id: str, wrapped: Wrapped) -> DataKey:
        """Return the data key wrapped for this compartment, version and case, else refuse."""
        return DataKey.committed(unwrap_under(self._kwk(case_id), wrapped.blob), wrapped.commitment)

    def take_over(self, case_id: str, wrapped: Wrapped, before: "CompartmentKey") -> Wrapped:
        """Wrap anew what the version before wrapped for the same case, the key and its commitment unchanged.

        The data key is as well known as it was: who needs one that a former holder cannot know makes a fresh one.
        """
        key = unwrap_under(before._kwk(case_id), wrapped.blob)  # noqa: SLF001 -- the same class
        require_equal(_row_keys(key)[2 * KEY_BYTES :], wrapped.commitment)
        return Wrapped(wrap_under(self._kwk(case_id), key), wrapped.commitment)

    def _kwk(self, case_id: str) -> bytes:
        return expand_encoded(self._extracted, KEY_BYTES, self._encoded + lp(case_id))

    @cached_property
    def _encoded(self) -> bytes:
        return lp("datakey.v1", *self.context())

    @cached_property
    def _extracted(self) -> bytes:
        return extract(self.key)
