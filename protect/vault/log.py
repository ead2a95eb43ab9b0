"""Primitives of the trail: forward-secure ratchet, entry MAC, and the RFC 6962 tree kept as its frontier."""

import hashlib
import hmac
from dataclasses import dataclass

from protect.vault.derivation import require_key
from protect.vault.encoding import lp, u64, unlp
from protect.vault.errors import CiphertextRejected, Reason

HASH_BYTES = 32
_LABEL = b"frontier.v1"
_NUMBER_BYTES = 8


def ratchet(key: bytes) -> bytes:
    """Return the next key; the one before cannot be computed back."""
    return hashlib.sha256(b"ratchet" + require_key(key)).digest()


def entry_mac(key: bytes, entry: bytes) -> bytes:
    """Return the MAC of one entry under the key of its turn."""
    return hmac.digest(require_key(key), lp("entry.v1", entry), "sha256")


def check_entry_mac(key: bytes, entry: bytes, mac: bytes) -> None:
    """Refuse an entry whose MAC the key of its turn did not make."""
    if not hmac.compare_digest(entry_mac(key, entry), mac):
        raise CiphertextRejected(Reason.TAG)


def leaf_hash(data: bytes) -> bytes:
    """Return the RFC 6962 hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the RFC 6962 hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the perfect subtrees of a tree of `size` leaves, largest first: all that appending needs.

    A frontier does not change: `push` returns the next one.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def push(self, leaf: bytes, made: dict[tuple[int, int], bytes] | None = None) -> "Frontier":
        """Return the frontier with one more leaf hash; enter the inner nodes that this completes into `made`.

        They go by level and position: how many of their size lie before them.
        """
        nodes = list(self.nodes)
        node = leaf
        size, level = self.size, 0
        while size & 1:
            node = node_hash(nodes.pop(), node)
            size >>= 1
            level += 1
            if made is not None:
                made[level, size] = node
        return Frontier(self.size + 1, (*nodes, node))

    def root(self) -> bytes:
        """Return the RFC 6962 tree hash; of no leaves, the hash of nothing."""
        if not self.nodes:
            return hashlib.sha256(b"").digest()
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def serialise(self) -> bytes:
        """Return the canonical bytes of the frontier."""
        return lp(_LABEL, u64(self.size), *self.nodes)

    @classmethod
    def parse(cls, data: bytes) -> "Frontier":
        """Return the frontier of `serialise`; a wrong number or length of nodes is refused."""
        parts = unlp(data)
        if [len(part) for part in parts] != [len(_LABEL), _NUMBER_BYTES] + [HASH_BYTES] * (len(parts) - 2):
            raise CiphertextRejected(Reason.FORMAT)
        size = int.from_bytes(parts[1], "big")
        if parts[0] != _LABEL or len(parts) - 2 != size.bit_count():
            raise CiphertextRejected(Reason.FORMAT)
        return cls(size, parts[2:])
