"""The thread: one at work, calm when idle, alive after the database was away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from protect.audit.seal import lock
from protect.audit.sealer import Sealer
from tests.audit.hands import SECRET, Trail


def _until(condition: object, seconds: float = 5.0) -> bool:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return True
        pause.wait(0.02)
    return False


def _pending(trail: Trail) -> int:
    return len(trail.rows("select 1 from trail_entry where sequence is null"))


def test_the_thread_seals_what_is_written(trail: Trail) -> None:
    trail.sealer.start()
    trail.sealer.start()
    trail.write(3)
    assert _until(lambda: _pending(trail) == 0)
    trail.sealer.stop()
    trail.write(1, first=3)
    assert not _until(lambda: _pending(trail) == 0, 0.2)
    assert trail.verify().sound


def test_a_sealer_leaves_the_work_to_the_one_at_it(trail: Trail) -> None:
    trail.write()
    with trail.work() as other:
        lock(other)
        assert trail.sealer._round() is False
    assert (_pending(trail), trail.sealer.failures) == (1, 0)
    trail.sealer._round()
    assert _pending(trail) == 0


def test_the_thread_outlives_a_database_that_was_away(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    away = threading.Event()
    away.set()

    @contextmanager
    def work() -> Iterator[Session]:
        if away.is_set():
            raise ConnectionError("the secret of a connection string")
        with trail.work() as session:
            yield session

    sealer = Sealer(work, SECRET, interval=0.01)
    trail.write()
    sealer.start()
    assert _until(lambda: sealer.failures >= 2)
    away.clear()
    assert _until(lambda: _pending(trail) == 0)
    sealer.stop()
    assert sealer.failures == 0
    assert "ConnectionError" in caplog.text
    assert "secret of" not in caplog.text
