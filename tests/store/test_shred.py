"""A destroyed key is gone from the file, and its name is never used again."""

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protect.store.shred import Due, KeyAlreadyPut, Label, ShredStore

END = datetime(2027, 12, 31, tzinfo=UTC)
BEFORE, AFTER = END - timedelta(seconds=1), END + timedelta(days=400)


@pytest.fixture
def store(tmp_path: Path) -> ShredStore:
    return ShredStore(tmp_path / "shred.sqlite")


def test_a_key_is_kept_until_it_is_destroyed(store: ShredStore) -> None:
    key = os.urandom(32)
    assert store.get("package", "a") is None
    store.put("package", "a", key)
    assert store.get("package", "a") == key
    assert store.get("case", "a") is None
    assert store.destroy("package", "a") is True
    assert store.get("package", "a") is None
    assert store.destroy("package", "a") is False
    assert store.destroy("package", "never") is False


def test_a_name_is_used_once(store: ShredStore) -> None:
    store.put("package", "a", bytes(32))
    with pytest.raises(KeyAlreadyPut):
        store.put("package", "a", os.urandom(32))
    assert store.get("package", "a") == bytes(32)
    store.destroy("package", "a")
    with pytest.raises(KeyAlreadyPut):
        store.put("package", "a", os.urandom(32))
    assert store.get("package", "a") is None


def test_a_key_whose_time_is_over_is_not_given_and_is_due(store: ShredStore) -> None:
    label = Label("agency", b"sealed")
    store.put("package", "a", bytes(32), label, END)
    store.put("package", "b", bytes(32))
    assert store.get("package", "a", BEFORE) == bytes(32)
    assert store.get("package", "a", END) is None
    assert store.get("package", "b", AFTER) == bytes(32)
    assert store.due(BEFORE) == ()
    assert store.due(END) == (Due("package", "a", label),)
    store.destroy("package", "a")
    assert store.due(AFTER) == ()


def test_a_time_is_made_shorter_and_never_longer(store: ShredStore) -> None:
    store.put("package", "a", bytes(32), until=END)
    store.put("package", "b", bytes(32))
    for name in "ab":
        store.limit("package", name, AFTER)
    assert [one.key_id for one in store.due(END)] == ["a"]
    assert [one.key_id for one in store.due(AFTER)] == ["a", "b"]
    store.limit("package", "a", BEFORE)
    store.limit("package", "never", BEFORE)
    assert [one.key_id for one in store.due(BEFORE)] == ["a"]


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_whole_keys_are_kept(store: ShredStore, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        store.put("package", "a", bytes(length))


def test_a_destroyed_key_is_in_no_file(store: ShredStore, tmp_path: Path) -> None:
    keys = {str(number): os.urandom(32) for number in range(200)}
    for name, key in keys.items():
        store.put("package", name, key)
    for name in list(keys)[::2]:
        store.destroy("package", name)
    assert [path.name for path in tmp_path.iterdir()] == ["shred.sqlite"]
    content = (tmp_path / "shred.sqlite").read_bytes()
    assert {name for name, key in keys.items() if key in content} == set(list(keys)[1::2])


def test_the_file_is_for_its_owner_only(store: ShredStore, tmp_path: Path) -> None:
    path = tmp_path / "shred.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    ShredStore(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(OSError):
        ShredStore(link)


def test_the_settings_that_erase_are_on(store: ShredStore) -> None:
    with store._opened() as connection:
        shown = [
            connection.execute(f"pragma {name}").fetchone()[0]
            for name in ("secure_delete", "journal_mode", "synchronous")
        ]
    assert shown == [1, "delete", 2]


def test_several_writers_lose_nothing_and_one_of_them_destroys(store: ShredStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.put("package", str(number), bytes([number] * 32)), range(40)))
        destroyed = list(pool.map(lambda _: store.destroy("package", "7"), range(8)))
    assert sorted(destroyed) == [False] * 7 + [True]
    assert [store.get("package", str(number)) for number in range(40)] == [
        None if number == 7 else bytes([number] * 32) for number in range(40)
    ]


def test_tries_are_counted_by_name_since_a_moment_and_taken_back_one_by_one(store: ShredStore) -> None:
    """What lies further back is forgotten, of everybody."""
    later = END + timedelta(hours=1)
    assert [store.count_try("guess", "a", END) for _ in range(3)] == [1, 2, 3]
    assert store.count_try("guess", "b", END) == 1
    assert store.count_try("miss", "a", END) == 1
    store.take_back_try("guess", "a", END)
    store.take_back_try("guess", "a", AFTER)
    assert store.count_try("guess", "a", END) == 3
    assert store.count_try("guess", "a", later, since=BEFORE) == 4
    assert store.count_try("guess", "a", later, since=END) == 2
    assert store.count_try("guess", "b", later) == 1
    assert store.count_try("miss", "a", later) == 2
    store.forget_tries("guess", "a")
    assert store.count_try("guess", "a", later) == 1
    assert store.count_try("guess", "b", later) == 2


def test_of_many_tries_at_one_time_each_has_its_number(tmp_path: Path) -> None:
    stores = [ShredStore(tmp_path / "shred.sqlite") for _ in range(2)]  # as two workers have it
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda at: stores[at % 2].count_try("guess", "a", END), range(24)))
    assert sorted(numbers) == list(range(1, 25))


def test_a_store_of_before_counts_too(tmp_path: Path) -> None:
    store = ShredStore(tmp_path / "shred.sqlite")
    store.put("package", "a", bytes(32))
    with store._opened() as connection:
        connection.execute("drop table tried")
    again = ShredStore(tmp_path / "shred.sqlite")
    assert again.get("package", "a") == bytes(32)
    assert again.count_try("guess", "a", END) == 1


def failed(store: ShredStore) -> None:
    with store._opened() as connection:
        connection.execute("insert into shred_key values ('package', 'b', zeroblob(32), null, '', x'')")
        connection.execute("select * from nowhere")


def test_a_failure_changes_nothing(store: ShredStore) -> None:
    with pytest.raises(sqlite3.OperationalError):
        failed(store)
    assert store.get("package", "b") is None


def test_a_key_lives_to_the_very_moment(tmp_path: Path) -> None:
    """The database keeps microseconds; a key that ended with the second before would be missed by the page."""
    store = ShredStore(tmp_path / "shred.sqlite")
    end = datetime(2026, 11, 24, 12, 0, 0, 900_000, tzinfo=UTC)
    store.put("package", "one", bytes(32), until=end)
    before = end - timedelta(microseconds=1)
    assert store.get("package", "one", before) == bytes(32)
    assert store.due(before) == ()
    assert store.get("package", "one", end) is None
    assert [due.key_id for due in store.due(end)] == ["one"]
