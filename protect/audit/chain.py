"""How entries hang together: the sealed record, its code under a key that moves on, its node in the tree."""

from dataclasses import dataclass

from protect.vault.encoding import lp
from protect.vault.log import entry_mac, leaf_hash


@dataclass(frozen=True)
class Link:
    """An entry in its place: everything its code and its node in the tree cover."""

    sequence: int
    epoch: int
    id: int
    written_xid: int
    leaf: bytes

    def _record(self) -> bytes:
        numbers = (str(number) for number in (self.sequence, self.epoch, self.id, self.written_xid))
        return lp("trail-record.v1", *numbers, self.leaf)

    def mac(self, key: bytes) -> bytes:
        """The code of this link under the key of its turn."""
        return entry_mac(key, self._record())

    def node(self, mac: bytes) -> bytes:
        """What the tree takes for this link: the record and its code."""
        return leaf_hash(lp(self._record(), mac))

    def sealed(self, key: bytes) -> tuple[bytes, bytes]:
        """Code and node at once, over one record."""
        record = self._record()
        mac = entry_mac(key, record)
        return mac, leaf_hash(lp(record, mac))
