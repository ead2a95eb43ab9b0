"""The keys of a session after the entry that names what is opened was committed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from protect.access import drops, rows
from protect.access.errors import NotFound
from protect.access.keyring import Keyring
from protect.access.rows import CompartmentRow
from protect.store.sealed import Sealed
from protect.store.shred import ShredStore
from protect.vault import package, shards
from protect.vault.package import Package, PackageContext
from protect.vault.shards import SearchEntry

__all__ = ["Opening", "SearchEntry"]

SHRED_KIND = "package"


class Opening:
    """Opens what one entry of the trail announced."""

    def __init__(
        self, keyring: Keyring, shred: ShredStore, newest: Callable[[Sequence[CompartmentRow]], None] = lambda _: None
    ) -> None:
        self._keyring = keyring
        self.require_newest = newest
        self._shred = shred

    def holds(self, compartment: str) -> bool:
        """Whether this session has the key of the compartment."""
        return self._keyring.holds(compartment)

    def fields(self, row: CompartmentRow, names: Iterable[str] | None = None) -> dict[str, str]:
        """The values of the row by name of field, all or those of `names`, after its manifest was verified.

        Raises CompartmentLocked without the key and CiphertextRejected if anything was touched.
        """
        key = rows.data_key(self._keyring, row)
        values = rows.verified(key, row)
        wanted = values.keys() if names is None else [name for name in names if name in values]
        sealer = rows.sealer(key, row)
        return {name: sealer.open(name, rows.shape_of(name).kind, values[name]).decode() for name in wanted}

    def shard(self, agency_id: UUID, unit_id: UUID, number: int, generation: int, block: Sealed) -> list[SearchEntry]:
        """The entries of a search shard."""
        place = (str(agency_id), str(unit_id), number, generation)
        return shards.open_shard(self._keyring.search_key, *place, block.blob)

    def dropped(self, compartment: str, context: bytes, blob: bytes) -> bytes:
        """What a certified member sealed to a drop-box of the actor's agency for this context."""
        return drops.pick_up(self._keyring, None, compartment, context, blob)

    def package(
        self, wrapped_key: Sealed, content: Sealed, context: PackageContext, now: datetime
    ) -> dict[str, str]:  # fmt: skip
        """The fields of a disclosure package; NotFound once its shred key is destroyed, or its time is over."""
        shred_key = self._shred.get(SHRED_KIND, context.referral_id, now)
        if shred_key is None:
            raise NotFound("package")
        private = self._keyring.dropbox("inbox").private
        return package.open(Package(content.blob, wrapped_key.blob), private, shred_key, context)
