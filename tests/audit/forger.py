"""Somebody who has everything that the server has, and rewrites the trail so that it fits together again."""

from dataclasses import replace

from protect.audit.chain import Link
from protect.audit.entry import CONTENT, leaf_of
from protect.audit.state import load, store
from protect.vault.log import Frontier, ratchet
from tests.audit.hands import LOG, SECRET, Trail


class Forger:
    """Somebody with the database, the server's secret and the key of the moment, who writes the trail anew."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail
        with trail.work() as session:
            state = load(session, SECRET)
        assert state is not None
        self.state = state

    def rewrite(self, first: int, key: bytes) -> None:
        """Recompute codes from `first` on, all heads and the state, as if nothing had been changed."""
        rows = self.trail.rows(
            "select id, written_xid::text::bigint, leaf, mac, sequence, epoch from trail_entry order by sequence"
        )
        frontier = Frontier()
        for row_id, xid, leaf, mac, sequence, epoch in rows:
            link = Link(sequence, epoch, row_id, xid, bytes(leaf))
            code = bytes(mac)
            if sequence >= first:
                code, key = link.mac(key), ratchet(key)
                self.trail.tamper("update trail_entry set mac = :mac where id = :id", mac=code, id=row_id)
            frontier = frontier.push(link.node(code))
            self._sign(sequence, frontier.root())
        self._sign_last(len(rows), frontier.root())
        after = replace(self.state, sequence=len(rows), frontier=frontier.serialise(), root=frontier.root(), key=key)
        self.trail.tamper("delete from trail_state")
        with self.trail.work() as session:
            store(session, SECRET, None, after)

    def _sign(self, size: int, root: bytes) -> None:
        """Put the new root into a head that ends here, and the log's signature under it."""
        note = str(LOG.sign(size, root))
        self.trail.tamper("update trail_head set root = :root where last_sequence = :size", root=root, size=size)
        self.trail.tamper("update trail_checkpoint set note = :note where size = :size", note=note, size=size)

    def _sign_last(self, size: int, root: bytes) -> None:
        """Let the last head end where the entries end."""
        self.trail.tamper(
            f"delete from trail_checkpoint where size > {size}",
            f"delete from trail_head where last_sequence > {size}",
            f"delete from trail_node where (position + 1) << level > {size}",
        )
        self.trail.tamper(
            f"""insert into trail_head (last_sequence, first_sequence, root, at)
            select {size}, coalesce(max(last_sequence), 0) + 1, :root, now() from trail_head
            having coalesce(max(last_sequence), 0) < {size}""",
            root=root,
        )
        note = str(LOG.sign(size, root))
        self.trail.tamper(f"insert into trail_checkpoint values ({size}, :note) on conflict do nothing", note=note)


def edit_with_leaf(trail: Trail, sequence: int) -> None:
    trail.tamper(f"update trail_entry set action = 'case:list' where sequence = {sequence}")
    content = trail.rows(f"select {', '.join(CONTENT)} from trail_entry where sequence = {sequence}")[0]
    leaf = leaf_of(bytes(value) if isinstance(value, memoryview) else value for value in content)
    trail.tamper(f"update trail_entry set leaf = :leaf where sequence = {sequence}", leaf=leaf)
