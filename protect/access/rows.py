"""The sealed row of one compartment of a case: how its fields, data key and manifest hang together.

The fields stand one after the other, in order of their numbers: `number 4 B | length 4 B | sealed value`. The number is
made from the name, and the name itself is bound by every value: docs/decisions/0017.
"""

import hashlib
import struct
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from protect.access import drops
from protect.access.keyring import Keyring
from protect.access.versions import open_block
from protect.store.sealed import Sealed
from protect.vault import manifest
from protect.vault.encoding import LENGTH_BYTES, lp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.sealing import BUCKET, STEP, RowSealer, field_version
from protect.vault.shards import SearchEntry
from protect.vault.tree import DataKey, Wrapped
from protect.vocab import Field, FieldType, load

TABLE = "case_compartment"
WRAPPED, DROPPED = "key", "dropbox"
TAKEN_OVER = "taken over"  # wrapped, and known to who held the version of the key before
LONGEST: Final = {  # the longest value that a type can have; the others have no end
    FieldType.BOOLEAN: 5,
    FieldType.DATE: 10,
    FieldType.PARTIAL_DATE: 10,
    FieldType.PHONE: 16,
    FieldType.DATETIME: 25,
}
_HEAD: Final = struct.Struct(">4sI")
_NUMBER_BYTES: Final = 4


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


class ShardRow(Protocol):
    """What a search shard has, read as an object or as columns."""

    agency_id: UUID
    unit_id: UUID
    number: int
    generation: int
    block: Sealed


def data_key(keyring: Keyring, row: CompartmentRow) -> DataKey:
    """The data key of the row. Raises CompartmentLocked without its key, CiphertextRejected if it was touched."""
    key = keyring.key(row.name, row.key_version)
    if row.wrap in (WRAPPED, TAKEN_OVER):
        return key.unwrap(str(row.case_id), Wrapped(row.wrapped_key.blob, row.commitment))
    if row.part == 0:  # anybody can seal to a drop-box: what is dropped in stands beside the compartment, never for it
        raise CiphertextRejected(Reason.CONTEXT)
    raw = drops.pick_up(keyring, row.key_version, row.name, _context(row), row.wrapped_key.blob)
    return DataKey.committed(raw, row.commitment)


def shard_entries(keyring: Keyring, row: ShardRow) -> list[SearchEntry]:
    """The entries of a search shard; CiphertextRejected if it was touched."""
    place = (str(row.agency_id), str(row.unit_id), row.number, row.generation)
    return open_block(keyring.search_keys, place, row.block.blob)


def drop_key(keyring: Keyring, row: CompartmentRow, key: DataKey) -> Sealed:
    """The data key for those who read the compartment, from an actor who may not be one of them."""
    return drops.drop(keyring, row.agency_id, row.name, _context(row), key.key)


def _context(row: CompartmentRow) -> bytes:
    """What a data key is bound to when it is dropped in by somebody who cannot read."""
    return lp("dropped-key.v1", str(row.case_id), str(row.part))


def sealer(key: DataKey, row: CompartmentRow) -> RowSealer:
    """The sealer of the row's fields, each bound to its case, compartment and part."""
    return key.content.at(_text_of(row.agency_id), str(row.case_id), row.name, TABLE, str(row.part))


def blobs(row: CompartmentRow) -> dict[str, bytes]:
    """The sealed values of the row by name of field."""
    return unpacked(row.fields.blob)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Sealed values out of what the column keeps; a missing or a surplus byte and an unknown number are refused."""
    names = _names()
    found: dict[str, bytes] = {}
    at, end = 0, len(data)
    try:
        while at < end:
            number, length = _HEAD.unpack_from(data, at)
            start = at + _HEAD.size
            at = start + length
            found[names[number]] = data[start:at]
    except (struct.error, KeyError):
        raise CiphertextRejected(Reason.FORMAT) from None
    if at != end:
        raise CiphertextRejected(Reason.FORMAT)
    return found


def packed(values: Mapping[str, bytes]) -> bytes:
    """Sealed values as the column keeps them."""
    numbered = sorted((number_of(name), blob) for name, blob in values.items())
    return b"".join([_HEAD.pack(number, len(blob)) + blob for number, blob in numbered])


def verified(key: DataKey, row: CompartmentRow) -> dict[str, bytes]:
    """The sealed values of the row, none dropped, added, swapped or put back; else CiphertextRejected."""
    manifest.verify(key.manifest, row.generation, row.fields.blob, row.manifest)
    return blobs(row)


def seal_value(sealer: RowSealer, field: str, value: str | bytes, version: int) -> bytes:
    """The blob of one value of the row at this version."""
    kind, bucket = shape_of(field)
    return sealer.seal(field, kind, value, version, bucket)


def sealed_again(sealed: Mapping[str, bytes], old: RowSealer, new: RowSealer) -> dict[str, bytes]:
    """The same values at the same versions under another key."""
    return {
        field: seal_value(new, field, old.open(field, shape_of(field).kind, blob), field_version(blob))
        for field, blob in sealed.items()
    }


class Shape(NamedTuple):
    """What is known of a field before anybody answers it: its type, and the room that every answer takes."""

    kind: str
    bucket: int


@cache
def shape_of(name: str) -> Shape:
    """The type that a field is bound to and its bucket: for an answer of known length the least that holds all."""
    field = load().field(name)
    longest = _longest(field)
    bucket = BUCKET if longest is None else longest + LENGTH_BYTES + -(longest + LENGTH_BYTES) % STEP
    return Shape(field.type.value, bucket)


@cache
def number_of(name: str) -> bytes:
    """The number by which a row knows a field; a test holds them apart."""
    return hashlib.sha256(lp("field-number.v1", name)).digest()[:_NUMBER_BYTES]


@cache
def _names() -> dict[bytes, str]:
    return {number_of(field.name): field.name for field in load().every()}


def _longest(field: Field) -> int | None:
    if field.type is FieldType.CODE and field.codelist is not None:
        return max(len(code) for code in field.codelist.codes())
    return LONGEST.get(field.type)


_text_of = cache(str)  # agencies are few
