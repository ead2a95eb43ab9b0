"""Sealing anew, under the next version of a key, what was sealed under the one before; no value leaves here."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from protect.access import drops, rows
from protect.access.gate import Gate, Ref
from protect.access.keyring import Keyring
from protect.access.opening import SHRED_KIND
from protect.access.rows import CompartmentRow
from protect.access.versions import first_of, import_keys, open_block
from protect.audit.written import COMPARTMENT, SHARD, Kind
from protect.store.sealed import Sealed
from protect.vault import imports, manifest, package, shards
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.package import PackageContext
from protect.vault.tree import CompartmentKey, Wrapped, new_data_key


class Shut(NamedTuple):
    """Something that could not be opened: it is left as it is, and the auditors read which and why."""

    row_id: UUID
    ref: Ref
    reason: str


class Rotor:
    """The keys of one session, for renewing one compartment's. Raises CompartmentLocked without the newest version.

    What was touched or put back is neither sealed anew, which would make it good, nor lets it stop the rest: the
    methods give None for it, and `shut` tells.
    """

    def __init__(self, gate: Gate, compartment: str, version: int, left_before: Sequence[UUID]) -> None:
        self._keyring = gate.keyring
        self._shred = gate.runtime.shred
        self._written = gate.written
        self.compartment = compartment
        self.version = version
        self.left_before = left_before
        self.shut: list[Shut] = []
        self._newest = gate.keyring.key(compartment, version)

    def take_over(self, row: Any) -> bytes | None:
        """The data key of a row, wrapped under the newest version."""
        try:
            before = self._keyring.key(self.compartment, self._require_taken(row.key_version))
            wrapped = Wrapped(row.wrapped_key.blob, row.commitment)
            return self._newest.take_over(str(row.case_id), wrapped, before).blob
        except CiphertextRejected as error:
            self._leave(row.id, Ref("case", row.case_id), error)
            return None

    def newest_of(self, kind: Kind, found: Sequence[Any]) -> list[Any]:
        """Those of the rows that are in the state that was recorded last."""
        old = {row.id: row for row in self._written.put_back(kind, found)}
        for row_id, row in old.items():
            about = Ref("case", row.case_id) if kind is COMPARTMENT else Ref(kind.table, row_id)
            self._leave(row_id, about, CiphertextRejected(Reason.ROLLBACK))
        return [row for row in found if row.id not in old]

    def sealed_anew(self, row: Any) -> dict[str, Any] | None:
        """Column values of the row with a fresh data key: same values, same versions of fields, next generation."""
        try:
            return self._sealed_anew(row)
        except CiphertextRejected as error:
            self._leave(row.id, Ref("case", row.case_id), error)
            return None

    def passed_on(self, ref: Ref, context: bytes, blob: Sealed) -> Sealed | None:
        """What somebody dropped in, for the newest drop-box; None if it is there."""
        try:
            return drops.pass_on(self._keyring, self.compartment, context, blob.blob)
        except CiphertextRejected as error:
            self._leave(UUID(str(ref.id)), ref, error)
            return None

    def block(self, row: Any) -> tuple[Sealed, int] | None:
        """A search shard under the newest key, same entries, next generation; None if it is."""
        newest, *earlier = self._keyring.search_keys
        place = (str(row.agency_id), str(row.unit_id), row.number)
        try:
            shards.open_shard(newest, *place, row.generation, row.block.blob)
        except CiphertextRejected:
            return self._moved_block(row, newest, earlier)
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
            try:
                return Sealed(first_of(earlier, moved))
            except CiphertextRejected as error:
                self._leave(UUID(context.referral_id), Ref("referral", context.referral_id), error)
                return None
        return None

    def _require_taken(self, version: int) -> int:
        """Refuse what an earlier renewal left behind: its key is retired, and nobody here has it."""
        if version < self.version - 1:
            raise CiphertextRejected(Reason.VERSION)
        return version

    def _sealed_anew(self, row: CompartmentRow) -> dict[str, Any]:
        self._require_taken(row.key_version)
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

    def _moved_block(self, row: Any, newest: bytes, earlier: Sequence[bytes]) -> tuple[Sealed, int] | None:
        place = (str(row.agency_id), str(row.unit_id), row.number)
        try:
            entries = open_block(earlier, (*place, row.generation), row.block.blob)
        except CiphertextRejected as error:
            self._leave(row.id, Ref(SHARD.table, row.id), error)
            return None
        return Sealed(shards.seal_shard(newest, *place, row.generation + 1, entries)), row.generation + 1

    def _leave(self, row_id: UUID, ref: Ref, error: CiphertextRejected) -> None:
        self.shut.append(Shut(row_id, ref, error.reason.value))


def renamed(key: CompartmentKey) -> Callable[[bytes], bytes]:
    """What names an imported row from now on, of what named it under all versions before."""
    return lambda name: imports.name_row((imports.row_key(key),), name)


def carried(keyring: Keyring, key: CompartmentKey) -> Sealed:
    """What named imported rows until now, sealed under the next identity key."""
    return Sealed(imports.carry(key, import_keys(keyring)))
