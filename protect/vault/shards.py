"""Search shards: sealed blocks of names, opened and matched inside a session instead of an index that leaks."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive
from protect.vault.encoding import encoded, lp, u64
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.tree import CompartmentKey

BUCKET = 4096


class SearchEntry(NamedTuple):
    """What is matched of one case: normalised names, their phonetic forms, and the year of birth when known."""

    case_id: str
    code: str
    names: tuple[str, ...]
    phonetic: tuple[str, ...]
    birth_year: int | None


def search_key(identity_key: CompartmentKey) -> bytes:
    """Return the key of an agency's search shards, derived from its identity compartment."""
    return derive(identity_key.key, "search.v1", *identity_key.context())


def seal_shard(
    key: bytes, agency: str, unit: str, number: int, generation: int, entries: Iterable[SearchEntry]
) -> bytes:
    """Return one shard sealed for its place and generation, its length in a bucket of 4 KiB."""
    rows = json.dumps(list(entries), ensure_ascii=False, separators=(",", ":"))
    return seal_box(key, _context(agency, unit, number, generation), encoded(rows), BUCKET)


def open_shard(key: bytes, agency: str, unit: str, number: int, generation: int, blob: bytes) -> list[SearchEntry]:
    """Return the entries of exactly this shard at this generation, else refuse."""
    rows = open_box(key, _context(agency, unit, number, generation), blob, BUCKET)
    try:
        return [_entry(row) for row in json.loads(rows)]
    except ValueError:
        raise CiphertextRejected(Reason.FORMAT) from None


def _entry(row: list[Any]) -> SearchEntry:
    """One row as an entry; written plainly because a search makes tens of thousands of them."""
    if not isinstance(row, list) or len(row) != len(SearchEntry._fields):
        raise CiphertextRejected(Reason.FORMAT)
    case_id, code, names, phonetic, year = row
    if not (isinstance(case_id, str) and isinstance(code, str) and isinstance(names, list)):
        raise CiphertextRejected(Reason.FORMAT)
    if not (isinstance(phonetic, list) and (year is None or isinstance(year, int))):
        raise CiphertextRejected(Reason.FORMAT)
    return SearchEntry(case_id, code, tuple(names), tuple(phonetic), year)


def _context(agency: str, unit: str, number: int, generation: int) -> bytes:
    return lp("shard.v1", agency, unit, u64(number), u64(generation))
