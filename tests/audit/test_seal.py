"""Numbering: in order, without gaps, once, and never ahead of a transaction still open."""

import os

import pytest

from protect.audit import seal
from protect.audit.append import append
from protect.store.scope import GatedSession
from protect.vault.errors import CiphertextRejected
from protect.vault.log import Frontier
from tests.audit import writers
from tests.audit.hands import AGENCY, SECRET, Trail, entry

AHEAD = 1_000_000_000


def test_entries_are_numbered_in_the_order_of_their_transactions(trail: Trail) -> None:
    trail.write(3)
    assert trail.rows("select sequence from trail_entry") == [(None,)] * 3
    assert trail.seal() == 3
    assert trail.rows("select sequence, epoch, case_generation from trail_entry order by id") == [
        (1, 1, 0),
        (2, 1, 1),
        (3, 1, 2),
    ]
    assert trail.verify().sound


def test_an_entry_of_a_transaction_that_does_not_commit_is_not_in_the_trail(trail: Trail) -> None:
    with GatedSession(trail.web) as session:
        append(session, entry())
    assert trail.seal() == 0
    assert trail.verify().entries == 0


def test_nothing_is_numbered_past_an_open_transaction(trail: Trail) -> None:
    with trail.work() as slow:
        append(slow, entry(1))
        trail.write(1, first=2)
        assert trail.seal() == 0
    assert trail.seal() == 2
    assert trail.rows("select case_generation from trail_entry order by sequence") == [(1,), (2,)]


def test_sealing_nothing_writes_nothing(trail: Trail) -> None:
    assert trail.seal() == 0
    assert trail.rows("select * from trail_state") == []
    trail.write(2)
    trail.seal()
    before = trail.rows("select xmin::text, * from trail_state")
    assert trail.seal() == 0
    assert trail.rows("select xmin::text, * from trail_state") == before


def test_full_batches_follow_each_other(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 4)
    trail.write(5)
    with trail.work() as session:
        for number in range(5, 11):
            append(session, entry(number))
    assert trail.seal() == 11
    heads = trail.rows("select first_sequence, last_sequence from trail_head order by 1")
    assert heads == [(1, 4), (5, 8), (9, 11)]
    assert trail.verify().sound


def test_the_head_is_the_root_of_the_tree(trail: Trail) -> None:
    trail.write(3)
    trail.seal()
    assert trail.rows("select root from trail_head") == [(trail.verify().root,)]
    assert trail.verify().root != Frontier().root()


def test_the_key_of_the_state_changes_with_every_batch(trail: Trail) -> None:
    trail.write()
    trail.seal()
    first = trail.rows("select ratchet from trail_state")
    trail.write()
    trail.seal()
    assert trail.rows("select ratchet from trail_state") != first


@pytest.mark.parametrize(
    "change",
    [
        "sequence = sequence - 1",
        "sequence = sequence + 1",
        "epoch = epoch + 1",
        "frontier = frontier || '\\x00'",
        "root = set_byte(root, 0, get_byte(root, 0) # 1)",
        "up_to_xid = '9'",
        "ratchet = set_byte(ratchet, 20, get_byte(ratchet, 20) # 1)",
    ],
)
def test_a_state_that_was_changed_seals_nothing(trail: Trail, change: str) -> None:
    trail.write(2)
    trail.seal()
    trail.tamper(f"update trail_state set {change}")
    trail.write()
    with pytest.raises(CiphertextRejected):
        trail.seal()
    assert trail.rows("select count(*) from trail_entry where sequence is null") == [(1,)]


def test_another_server_secret_seals_nothing(trail: Trail) -> None:
    trail.write()
    trail.seal()
    trail.write()
    with pytest.raises(CiphertextRejected), trail.work() as session:
        seal.seal_pending(session, bytes(32))


def test_sixteen_writers_in_two_processes_beside_two_sealers_give_one_gapless_log(trail: Trail) -> None:
    """As the pages do it: workers with threads, one sealer in each, of which the database lets one at a time seal."""
    trail.epoch(AGENCY)
    each = 25
    trail.sealer.start()
    workers = [writers.begin(trail.web.url, threads=8, each=each, first=first) for first in (0, 10_000)]
    writers.let_go(workers)
    told = [writers.end(worker) for worker in workers]
    beside = len(trail.rows("select 1 from trail_head"))
    trail.sealer.stop()
    trail.seal()
    assert {one.pid for one in told}.isdisjoint({os.getpid()})
    assert sum(one.written for one in told) == 16 * each
    assert [one.failures for one in told] == [0, 0]
    assert trail.sealer.failures == 0
    assert beside > 3, "heads were signed while they wrote"
    numbers = trail.rows("select sequence from trail_entry order by 1")
    assert numbers == [(number,) for number in range(1, 16 * each + 1)]
    assert len(set(trail.rows("select case_generation from trail_entry"))) == 16 * each, "each is there once"
    report = trail.verify(trail.keys(), SECRET)
    assert report.sound
    assert report.entries == 16 * each
    assert report.epochs_checked == (1,)


def _written_by_an_older_server(trail: Trail, first: int) -> None:
    trail.write(2, first=first)
    trail.tamper(f"""update trail_entry set written_xid = (written_xid::text::bigint + {AHEAD})::text::xid8
        where sequence is null""")


def test_a_restored_dump_goes_on_in_a_new_epoch(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump restored on another server finds transaction numbers lower than those it brings."""
    trail.epoch(AGENCY)
    _written_by_an_older_server(trail, 0)
    with monkeypatch.context() as older:
        older.setattr(seal, "_horizon", lambda _session: (AHEAD * 2, AHEAD * 2))
        assert trail.seal() == 2
    _written_by_an_older_server(trail, 2)
    trail.tamper(f"update trail_entry set written_xid = '{AHEAD * 3}' where sequence is null")
    trail.write(2, first=4)
    assert trail.verify().sound
    assert trail.seal() == 4
    assert trail.rows("select epoch, case_generation from trail_entry order by sequence") == [
        *[(1, number) for number in range(4)],
        (2, 4),
        (2, 5),
    ]
    report = trail.verify(trail.keys(), SECRET)
    assert report.sound
    assert report.epochs_checked == (1, 2)


def test_a_restored_dump_with_nothing_pending_goes_on_too(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    _written_by_an_older_server(trail, 0)
    with monkeypatch.context() as older:
        older.setattr(seal, "_horizon", lambda _session: (AHEAD * 2, AHEAD * 2))
        trail.seal()
    trail.write(1, first=2)
    assert trail.seal() == 1
    assert trail.rows("select epoch from trail_entry order by sequence") == [(1,), (1,), (2,)]
    assert trail.verify(secret=SECRET).sound
