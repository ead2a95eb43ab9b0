"""The key tree below a grant: compartment key, data key of one case, and what a data key becomes."""

from dataclasses import dataclass, field
from functools import cached_property

from protect.vault.derivation import derive, expand_encoded, extract, new_key, require_key
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

_CONTENT, _MANIFEST, _COMMITMENT = lp("content.v1"), lp("manifest.v1"), lp("commitment.v1")


@dataclass(frozen=True, eq=False)
class DataKey:
    """The key of one compartment of one case; deleting its wrapped form erases that compartment."""

    key: bytes = field(repr=False)
    content: ContentKey = field(init=False, repr=False)
    """The key that seals fields, one cipher object for the life of this data key."""
    manifest: bytes = field(init=False, repr=False)
    """The key of the row manifests."""
    commitment: bytes = field(init=False, repr=False)
    """The commitment stored beside the wrapped key."""

    def __post_init__(self) -> None:
        """Refuse a key of another length; derive at once what every use of a row needs."""
        root = extract(require_key(self.key))
        vars(self).update(
            content=ContentKey(expand_encoded(root, _CONTENT)),
            manifest=expand_encoded(root, _MANIFEST),
            commitment=expand_encoded(root, _COMMITMENT),
        )

    @property
    def attachment(self) -> bytes:
        """The key of attached files."""
        return derive(self.key, "attachment.v1")


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
        data_key = DataKey(unwrap_under(self._kwk(case_id), wrapped.blob))
        require_equal(data_key.commitment, wrapped.commitment)
        return data_key

    def _kwk(self, case_id: str) -> bytes:
        return expand_encoded(self._extracted, self._encoded + lp(case_id))

    @cached_property
    def _encoded(self) -> bytes:
        return lp("datakey.v1", *self.context())

    @cached_property
    def _extracted(self) -> bytes:
        return extract(self.key)
