"""Sealing anew, under the next version of a key, what was sealed under the one before; no value leaves here."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from protect.access import drops, rows
from protect.access.keyring import Keyring
from protect.access.opening import SHRED_KIND
from protect.access.rows import CompartmentRow, ShardRow
from protect.access.versions import first_of, import_keys, open_block
from protect.store.sealed import Sealed
from protect.store.shred import ShredStore
from protect.vault import imports, manifest, package, shards
from protect.vault.errors import CiphertextRejected
from protect.vault.hpke import KeyPair
from protect.vault.package import PackageContext
from protect.vault.tree import CompartmentKey, Wrapped, new_data_key


class Rotor:
    """The keys of one session, for renewing one compartment's. Raises CompartmentLocked without the newest version."""

    def __init__(self, keyring: Keyring, shred: ShredStore, compartment: str, version: int) -> None:
        self._keyring = keyring
        self._shred = shred
        self.compartment = compartment
        self.version = version
        self._newest = keyring.key(compartment, version)

    def take_over(self, case_id: UUID, version: int, wrapped_key: bytes, commitment: bytes) -> bytes:
        """The data key of a row, wrapped under the newest version."""
        before = self._keyring.key(self.compartment, version)
        return self._newest.take_over(str(case_id), Wrapped(wrapped_key, commitment), before).blob

    def sealed_anew(self, row: CompartmentRow) -> dict[str, Any]:
        """Column values of the row with a fresh data key: same values, same versions of fields, next generation."""
        old, key, generation = rows.data_key(self._keyring, row), new_data_key(), row.generation + 1
        values = rows.verified(old, row)
        packed = rows.packed(rows.sealed_again(values, rows.sealer(old, row), rows.sealer(key, row)))
        wrapped = self._newest.wrap(str(row.case_id), key)
        return {
            "key_version": self.version,
            "wrap": rows.WRAPPED,
            "wrapped_key": Sealed(wrapped.blob),
            "commitment": wrapped.commitment,
            "generation": generation,
            "fields": Sealed(packed),
            "manifest": manifest.compute(key.manifest, generation, packed),
        }

    def passed_on(self, context: bytes, blob: Sealed) -> Sealed | None:
        """What somebody dropped in, for the newest drop-box; None if it is there."""
        return drops.pass_on(self._keyring, self.compartment, context, blob.blob)

    def block(self, row: ShardRow) -> tuple[Sealed, int] | None:
        """A search shard under the newest key, same entries, next generation; None if it is."""
        newest, *earlier = self._keyring.search_keys
        place = (str(row.agency_id), str(row.unit_id), row.number)
        try:
            shards.open_shard(newest, *place, row.generation, row.block.blob)
        except CiphertextRejected:
            entries = open_block(earlier, (*place, row.generation), row.block.blob)
            return Sealed(shards.seal_shard(newest, *place, row.generation + 1, entries)), row.generation + 1
        return None

    def package_key(self, wrapped_key: Sealed, context: PackageContext) -> Sealed | None:
        """The key of a package for the newest inbox key; None if it is, or if its shred key is destroyed."""
        shred_key = self._shred.get(SHRED_KIND, context.referral_id)
        if shred_key is None:
            return None
        newest, *earlier = self._keyring.dropboxes(self.compartment)

        def moved(box: KeyPair) -> bytes:
            return package.take_over(wrapped_key.blob, box.private, newest.public, shred_key, context)

        try:
            moved(newest)
        except CiphertextRejected:
            return Sealed(first_of(earlier, moved))
        return None


def renamed(key: CompartmentKey) -> Callable[[bytes], bytes]:
    """What names an imported row from now on, of what named it under all versions before."""
    return lambda name: imports.name_row((imports.row_key(key),), name)


def carried(keyring: Keyring, key: CompartmentKey) -> Sealed:
    """What named imported rows until now, sealed under the next identity key."""
    return Sealed(imports.carry(key, import_keys(keyring)))
