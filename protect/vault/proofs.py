"""RFC 6962 consistency: which nodes of a tree prove that it only grew, and the check of such a proof."""

import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.log import node_hash


class Node(NamedTuple):
    """A perfect subtree: of 2 to the power `level` leaves, and how many of its like lie before it."""

    level: int
    position: int

    @property
    def first(self) -> int:
        """The first leaf below it, counted from 0."""
        return self.position << self.level

    @property
    def end(self) -> int:
        """The leaf after its last."""
        return self.position + 1 << self.level


def perfect(first: int, end: int) -> list[Node]:
    """Return the perfect subtrees that the tree over leaves `first` to `end` consists of, largest first.

    `first` must be a place where a subtree of a proof can begin.
    """
    found = []
    while first < end:
        level = (end - first).bit_length() - 1
        found.append(Node(level, first >> level))
        first += 1 << level
    return found


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Return the subtrees, as ranges of leaves, whose hashes are the proof from `old` leaves to `new`."""
    if not 0 <= old <= new:
        raise CiphertextRejected(Reason.INPUT)
    return list(_ranges(old, 0, new, whole=True)) if old else []


def _ranges(old: int, first: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """The SUBPROOF of RFC 6962; `whole` while the left part is the old tree itself, which the checker knows."""
    count = end - first
    if old == count:
        if not whole:
            yield first, end
        return
    left = 1 << (count - 1).bit_length() - 1
    if old <= left:
        yield from _ranges(old, first, first + left, whole=whole)
        yield first + left, end
    else:
        yield from _ranges(old - left, first + left, end, whole=False)
        yield first, first + left


def folded(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over perfect subtrees that stand side by side, largest first."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def consistency(old: int, new: int, hash_of: Callable[[Node], bytes]) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with that of `old`."""
    return [folded([hash_of(node) for node in perfect(*found)]) for found in consistency_ranges(old, new)]


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """Refuse unless the proof shows that the tree of size and root `new` begins with that of `old`."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 <= old_size <= new_size:
        raise CiphertextRejected(Reason.INPUT)
    if old_size in (0, new_size):
        if proof or (old_size == new_size and not hmac.compare_digest(old_root, new_root)):
            raise CiphertextRejected(Reason.TAG)
        return
    if old_size & (old_size - 1) == 0:
        proof = [old_root, *proof]
    if not proof:
        raise CiphertextRejected(Reason.TAG)
    rebuilt = _rebuilt(old_size, new_size, proof)
    if not (hmac.compare_digest(rebuilt[0], old_root) and hmac.compare_digest(rebuilt[1], new_root)):
        raise CiphertextRejected(Reason.TAG)


def _rebuilt(old_size: int, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Both roots as the proof has them, by the way up from the last leaf of the old tree."""
    old, new = old_size - 1, new_size - 1
    while old & 1:
        old, new = old >> 1, new >> 1
    old_hash = new_hash = proof[0]
    for one in proof[1:]:
        if new == 0:
            raise CiphertextRejected(Reason.LENGTH)
        if old & 1 or old == new:
            old_hash, new_hash = node_hash(one, old_hash), node_hash(one, new_hash)
            while old and not old & 1:
                old, new = old >> 1, new >> 1
        else:
            new_hash = node_hash(new_hash, one)
        old, new = old >> 1, new >> 1
    if new:
        raise CiphertextRejected(Reason.LENGTH)
    return old_hash, new_hash
