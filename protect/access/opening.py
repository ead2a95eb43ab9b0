"""The keys of a session after the entry that names what is opened was committed."""

from collections.abc import Iterable
from datetime import datetime

from protect.access import drops, rows
from protect.access.errors import NotFound
from protect.access.keyring import Keyring
from protect.access.rows import CompartmentRow, ShardRow
from protect.access.trail_rows import WrittenRows
from protect.access.versions import first_of
from protect.audit.written import CODED, COMPARTMENT, SHARD
from protect.store.sealed import Sealed
from protect.store.shred import ShredStore
from protect.vault import package
from protect.vault.package import Package, PackageContext
from protect.vault.shards import SearchEntry

__all__ = ["CODED", "COMPARTMENT", "SHARD", "Opening", "SearchEntry"]

SHRED_KIND = "package"


class Opening:
    """Opens what one entry of the trail announced."""

    def __init__(self, keyring: Keyring, shred: ShredStore, written: WrittenRows) -> None:
        self._keyring = keyring
        self._shred = shred
        self.require_newest = written.require_newest
        self.put_back = written.put_back

    def holds(self, compartment: str) -> bool:
        """Whether this session has the key of the compartment."""
        return self._keyring.holds(compartment)

    def fields(self, row: CompartmentRow, names: Iterable[str] | None = None) -> dict[str, str]:
        """The values of the row by name of field, all or those of `names`, after its manifest was verified.

        Raises CompartmentLocked without the key and CiphertextRejected if anything was touched, or the row put back.
        Of many rows, ask `require_newest` for all at once before.
        """
        self.require_newest(COMPARTMENT, [row])
        key = rows.data_key(self._keyring, row)
        values = rows.verified(key, row)
        wanted = values.keys() if names is None else [name for name in names if name in values]
        sealer = rows.sealer(key, row)
        return {name: sealer.open(name, rows.shape_of(name).kind, values[name]).decode() for name in wanted}

    def shard(self, row: ShardRow) -> list[SearchEntry]:
        """The entries of a search shard; CiphertextRejected if it was touched or put back."""
        self.require_newest(SHARD, [row])
        return rows.shard_entries(self._keyring, row)

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
        sealed = Package(content.blob, wrapped_key.blob)
        return first_of(
            self._keyring.dropboxes("inbox"), lambda box: package.open(sealed, box.private, shred_key, context)
        )
