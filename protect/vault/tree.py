"""The key tree below a grant: compartment key, data key of one case, and what a data key becomes."""

from dataclasses import dataclass, field
from functools import cached_property

from protect.vault.derivation import derive, new_key, require_key
from protect.vault.encoding import u32
from protect.vault.sealing import ContentKey
from protect.vault.wrapping import Wrapped, commitment, unwrap_key, verify_commitment, wrap_key

__all__ = ["CompartmentKey", "DataKey", "Wrapped", "commitment", "new_data_key", "new_key", "verify_commitment"]


@dataclass(frozen=True, eq=False)
class DataKey:
    """The key of one compartment of one case; deleting its wrapped form erases that compartment."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a key of another length."""
        require_key(self.key)

    @cached_property
    def content(self) -> ContentKey:
        """The key that seals fields, one cipher object for the life of this data key."""
        return ContentKey(derive(self.key, "content.v1"))

    @cached_property
    def manifest(self) -> bytes:
        """The key of the row manifests."""
        return derive(self.key, "manifest.v1")

    @cached_property
    def attachment(self) -> bytes:
        """The key of attached files."""
        return derive(self.key, "attachment.v1")

    @cached_property
    def commitment(self) -> bytes:
        """The commitment stored beside the wrapped key."""
        return commitment(self.key)


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
        return wrap_key(self.key, data_key.key, "datakey.v1", *self.context(), case_id)

    def unwrap(self, case_id: str, wrapped: Wrapped) -> DataKey:
        """Return the data key wrapped for this compartment, version and case, else refuse."""
        return DataKey(unwrap_key(self.key, wrapped, "datakey.v1", *self.context(), case_id))
