"""The sealed row of one compartment of a case: how its fields, data key and manifest hang together."""

from collections.abc import Iterator, Mapping
from typing import Protocol
from uuid import UUID

from protect.access import drops
from protect.access.keyring import Keyring
from protect.store.sealed import Sealed
from protect.vault import manifest
from protect.vault.encoding import lp, text, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.sealing import RowSealer
from protect.vault.tree import DataKey, Wrapped
from protect.vault.wrapping import verify_commitment
from protect.vocab import load

TABLE = "case_compartment"
WRAPPED, DROPPED = "key", "dropbox"


class CompartmentRow(Protocol):
    """What a row of a compartment has, whatever slice it belongs to."""

    case_id: UUID
    agency_id: UUID
    name: str
    part: int
    key_version: int
    wrap: str
    wrapped_key: Sealed
    commitment: bytes
    generation: int
    manifest: bytes
    fields: Sealed


def data_key(keyring: Keyring, row: CompartmentRow) -> DataKey:
    """The data key of the row. Raises CompartmentLocked without its key, CiphertextRejected if it was touched."""
    key = keyring.key(row.name, row.key_version)
    if row.wrap == WRAPPED:
        return key.unwrap(str(row.case_id), Wrapped(row.wrapped_key.blob, row.commitment))
    if row.part == 0:  # anybody can seal to a drop-box: what is dropped in stands beside the compartment, never for it
        raise CiphertextRejected(Reason.CONTEXT)
    raw = drops.pick_up(keyring, row.key_version, row.name, _context(row), row.wrapped_key.blob)
    verify_commitment(raw, row.commitment)
    return DataKey(raw)


def drop_key(keyring: Keyring, row: CompartmentRow, key: DataKey) -> Sealed:
    """The data key for those who read the compartment, from an actor who may not be one of them."""
    return drops.drop(keyring, row.agency_id, row.name, _context(row), key.key)


def _context(row: CompartmentRow) -> bytes:
    """What a data key is bound to when it is dropped in by somebody who cannot read."""
    return lp("dropped-key.v1", str(row.case_id), str(row.part))


def sealer(key: DataKey, row: CompartmentRow) -> RowSealer:
    """The sealer of the row's fields, each bound to its case, compartment and part."""
    return key.content.at(str(row.agency_id), str(row.case_id), row.name, TABLE, str(row.part))


def blobs(row: CompartmentRow) -> dict[str, bytes]:
    """The sealed values of the row by name of field."""
    parts = unlp(row.fields.blob)
    if len(parts) % 2:
        raise CiphertextRejected(Reason.FORMAT)
    return {text(parts[at]): parts[at + 1] for at in range(0, len(parts), 2)}


def packed(values: Mapping[str, bytes]) -> Sealed:
    """Sealed values as the column keeps them."""
    return Sealed(lp(*_alternating(values)))


def verified(key: DataKey, row: CompartmentRow) -> dict[str, bytes]:
    """The sealed values of the row, none dropped, added, swapped or put back; else CiphertextRejected."""
    values = blobs(row)
    manifest.verify(key.manifest, row.generation, values, row.manifest)
    return values


def kind_of(field: str) -> str:
    """The type a field is bound to."""
    return load().field(field).type.value


def _alternating(values: Mapping[str, bytes]) -> Iterator[str | bytes]:
    for name, blob in values.items():
        yield name
        yield blob
