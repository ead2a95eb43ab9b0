"""Sealing for a session: compartments of a case, what goes to another agency, packages, search shards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from protect.access import drops, rows
from protect.access.errors import Conflict
from protect.access.keyring import Keyring
from protect.access.opening import SHRED_KIND
from protect.access.rows import CompartmentRow, ShardRow
from protect.access.trail_rows import WrittenRows
from protect.access.versions import import_keys
from protect.audit.entry import AUDIT, Detail, seal_detail
from protect.audit.written import COMPARTMENT, SHARD
from protect.store.sealed import Sealed
from protect.store.shred import Label, ShredStore
from protect.vault import imports, manifest, package, shards
from protect.vault.package import PackageContext
from protect.vault.sealing import field_version
from protect.vault.shards import SearchEntry
from protect.vault.tree import DataKey, new_data_key, new_key

__all__ = ["PackageContext", "SealedCompartment", "SealedPackage", "Seals"]


@dataclass
class SealedCompartment:
    """A new row of one compartment, ready for its table; `columns()` gives the values."""

    case_id: UUID
    agency_id: UUID
    name: str
    part: int
    key_version: int
    wrap: str
    wrapped_key: Sealed
    commitment: bytes
    generation: int = 1
    manifest: bytes = b""
    fields: Sealed = Sealed(b"")  # noqa: RUF009 -- immutable

    def columns(self) -> dict[str, Any]:
        """Column values by name."""
        return dict(vars(self))


@dataclass(frozen=True)
class SealedPackage:
    """A disclosure package, ready for its table."""

    wrapped_key: Sealed
    content: Sealed


class Seals:
    """Seals with the keys of one session, or to the drop-box of who may read."""

    def __init__(self, keyring: Keyring, shred: ShredStore, written: WrittenRows) -> None:
        self._keyring = keyring
        self._shred = shred
        self._written = written

    def compartment(self, case_id: UUID, name: str, values: Mapping[str, str], *, part: int = 0) -> SealedCompartment:
        """A fresh row with its own data key: under the compartment's key, or in its drop-box if that is not here.

        Part 0 is the compartment itself; what is dropped in is a further part.
        Raises NotReady while nobody of the agency holds the compartment.
        """
        key = new_data_key()
        row = self._keyed_row(case_id, name, part, key)
        sealer = rows.sealer(key, row)
        packed = rows.packed({field: rows.seal_value(sealer, field, value, 1) for field, value in values.items()})
        row.fields = Sealed(packed)
        row.manifest = manifest.compute(key.manifest, row.generation, packed)
        return row

    def change(self, row: CompartmentRow, changes: Mapping[str, str]) -> dict[str, Any]:
        """Column values of the row after the changes: next generation, next version of each changed field.

        A row that was dropped in gets a data key of its own on this occasion: who dropped it in knows the old one.
        So does one whose data key is older than the compartment's key: a former holder may know it.
        Raises CiphertextRejected if the row was touched or put back: nobody makes an old state the newest by saving.
        """
        self._written.require_newest(COMPARTMENT, [row])
        old = rows.data_key(self._keyring, row)
        sealed = rows.verified(old, row)
        newest = self._keyring.key(row.name)
        key = old if (row.wrap, row.key_version) == (rows.WRAPPED, newest.version) else new_data_key()
        if key is not old:
            sealed = rows.sealed_again(sealed, rows.sealer(old, row), rows.sealer(key, row))
        sealer = rows.sealer(key, row)
        for field, value in changes.items():
            version = field_version(sealed[field]) + 1 if field in sealed else 1
            sealed[field] = rows.seal_value(sealer, field, value, version)
        packed = rows.packed(sealed)
        wrapped = newest.wrap(str(row.case_id), key)
        return {
            "key_version": newest.version,
            "wrap": rows.WRAPPED,
            "wrapped_key": Sealed(wrapped.blob),
            "commitment": wrapped.commitment,
            "generation": row.generation + 1,
            "fields": Sealed(packed),
            "manifest": manifest.compute(key.manifest, row.generation + 1, packed),
        }

    def drop(self, agency_id: UUID, compartment: str, context: bytes, plaintext: bytes) -> Sealed:
        """Sealed to the drop-box of a compartment of any agency, and signed by the actor; NotReady if it has none."""
        return drops.drop(self._keyring, agency_id, compartment, context, plaintext)

    def key_version(self, agency_id: UUID, compartment: str) -> int:
        """The version of the key that `drop` seals to now; NotReady if there is none."""
        return self._keyring.trust.key_state(agency_id, compartment).version

    def agency_of_kind(self, kind: str) -> UUID:
        """The agency that the directory root vouches to be of this kind; NotReady while there is none."""
        return self._keyring.trust.agency_of_kind(kind)

    def package(
        self, fields: Mapping[str, str], context: PackageContext, until: datetime | None = None
    ) -> SealedPackage:  # fmt: skip
        """The consented fields under a fresh key; it opens only while the shred key made here lives."""
        inbox = self._keyring.trust.key_state(UUID(context.to_agency), "inbox")
        shred_key = new_key()
        self._shred.put(SHRED_KIND, context.referral_id, shred_key, self._label(context.referral_id), until)
        made = package.build(fields, inbox.dropbox_public, shred_key, context)
        return SealedPackage(Sealed(made.wrapped_key), Sealed(made.blob))

    def limit(self, referral_id: UUID, until: datetime) -> None:
        """Let the shred key of a package live until this moment at the longest; it is never made to live longer."""
        self._shred.limit(SHRED_KIND, str(referral_id), until)

    def shred(self, referral_id: UUID) -> bool:
        """Destroy the shred key of a package, at once and for good; False if it was gone already."""
        return self._shred.destroy(SHRED_KIND, str(referral_id))

    def shard(self, unit_id: UUID, number: int, generation: int, entries: Iterable[SearchEntry]) -> Sealed:
        """A block of search entries of one unit."""
        place = (str(self._keyring.agency_id), str(unit_id), number, generation)
        return Sealed(shards.seal_shard(self._keyring.search_keys[0], *place, entries))

    def widened_shard(self, row: ShardRow, entries: Sequence[SearchEntry]) -> tuple[Sealed, int]:
        """The next generation of a block with more entries, and how many it holds then.

        What it held before is not given to anybody, so nothing is opened that the trail would have to name.
        Raises CiphertextRejected if the block was touched or put back.
        """
        self._written.require_newest(SHARD, [row])
        held = [*rows.shard_entries(self._keyring, row), *entries]
        return self.shard(row.unit_id, row.number, row.generation + 1, held), len(held)

    def import_key(self, row: bytes) -> bytes:
        """The keyed hash by which an imported row is known again; CompartmentLocked without the identity key."""
        return imports.name_row(self._import_keys, row)

    def require_newest(self, compartment: str) -> None:
        """Raise Conflict if the key was renewed after this session's keys were read."""
        state = self._keyring.trust.fresh().key_state(self._keyring.agency_id, compartment)
        if state.version != self._keyring.key(compartment).version:
            raise Conflict("key")

    def _label(self, referral_id: str) -> Label:
        """What the trail will say when the key's time is over: the program that does it then believes in no key."""
        owner = self._keyring.agency_id
        auditors = self._keyring.trust.key_state(owner, AUDIT, otherwise="lead")
        detail = Detail(referral_id, "referral")
        return Label(str(owner), seal_detail(auditors.dropbox_public, UUID(auditors.agency), detail))

    @cached_property
    def _import_keys(self) -> tuple[bytes, ...]:
        return import_keys(self._keyring)

    def _keyed_row(self, case_id: UUID, name: str, part: int, key: DataKey) -> SealedCompartment:
        agency_id = self._keyring.agency_id
        if self._keyring.holds(name):
            held = self._keyring.key(name)
            wrapped = held.wrap(str(case_id), key)
            place = (case_id, agency_id, name, part, held.version)
            return SealedCompartment(*place, rows.WRAPPED, Sealed(wrapped.blob), wrapped.commitment)
        version = self.key_version(agency_id, name)
        place = (case_id, agency_id, name, part or 1, version)
        row = SealedCompartment(*place, rows.DROPPED, Sealed(b""), key.commitment)
        row.wrapped_key = rows.drop_key(self._keyring, row, key)
        return row
