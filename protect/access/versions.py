"""More than one version of a key: while it is renewed, and for what was sealed before and cannot be sealed anew."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import select

from protect.access.keyring import Keyring
from protect.access.models import KeyStateRow
from protect.vault import imports, shards
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.shards import SearchEntry

K = TypeVar("K")
V = TypeVar("V")


def first_of(keys: Iterable[K], opened: Callable[[K], V]) -> V:
    """What the first key opens that opens anything; else the last refusal."""
    refused = CiphertextRejected(Reason.TAG)
    for key in keys:
        try:
            return opened(key)
        except CiphertextRejected as error:
            refused = error
    raise refused


def open_block(keys: Sequence[bytes], place: tuple[str, str, int, int], block: bytes) -> list[SearchEntry]:
    """The entries of a search shard, sealed with one of these keys."""
    return first_of(keys, lambda key: shards.open_shard(key, *place, block))


def import_keys(keyring: Keyring) -> tuple[bytes, ...]:
    """What names imported rows under every version of the identity key, the first one first."""
    newest = keyring.key("identity")
    row = keyring.db.scalar(
        select(KeyStateRow).where(
            KeyStateRow.agency_id == keyring.agency_id,
            KeyStateRow.compartment == "identity",
            KeyStateRow.version == newest.version,
        )
    )
    earlier = imports.carried(newest, row.carried.blob) if row is not None and row.carried is not None else ()
    return (*earlier, imports.row_key(newest))
