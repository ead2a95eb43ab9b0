"""The clock destroys what is due, tells the sender's auditors of it, and waits when it cannot tell them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select

from protect.access import runtime
from protect.access.closer import Closer
from protect.audit.entry import AUDIT, open_detail
from protect.audit.models import TrailEntry
from tests.referrals import hands
from tests.world import World


def due_in(world: World, **by: float) -> UUID:
    return hands.sent_to_shelter(world, valid_until=world.runtime.clock() + timedelta(**by))


def left(world: World, referral: UUID) -> bool:
    return world.runtime.shred.get("package", str(referral)) is not None


def told(world: World) -> list[Any]:
    with world.runtime.session() as db:
        return list(db.scalars(select(TrailEntry).where(TrailEntry.action == "package:expire")))


def test_a_key_lives_until_its_end_and_no_longer(world: World) -> None:
    soon, later, never = due_in(world, minutes=5), due_in(world, minutes=9), hands.sent_to_shelter(world)
    closer = Closer(world.runtime)
    assert closer.close_due() == 0
    world.runtime.clock.move(minutes=5)
    assert closer.close_due() == 1
    assert [left(world, one) for one in (soon, later, never)] == [False, True, True]
    assert closer.close_due() == 0
    assert len(told(world)) == 1


def test_the_senders_auditors_read_which_package_it_was(world: World) -> None:
    referral = due_in(world, minutes=5)
    world.runtime.clock.move(minutes=5)
    Closer(world.runtime).close_due()
    (entry,) = told(world)
    agency = world.agencies["Agence pilote"]
    assert (entry.agency_id, entry.actor_id, entry.at) == (agency, None, world.runtime.clock())
    assert str(referral).encode() not in entry.detail
    with world.auditor.gate() as gate:
        assert open_detail(gate.keyring.dropbox(AUDIT), agency, entry.detail).object_id == str(referral)


def test_of_eight_closers_one_destroys_and_tells(world: World) -> None:
    for _ in range(3):
        due_in(world, minutes=5)
    world.runtime.clock.move(minutes=5)
    barrier = threading.Barrier(8)

    def close(_number: int) -> int:
        barrier.wait()
        return Closer(world.runtime).close_due()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(close, range(8))) == 3
    assert len(told(world)) == 3


def test_without_a_database_it_waits_and_says_no_more_than_that(world: World, caplog: pytest.LogCaptureFixture) -> None:
    referral = due_in(world, minutes=5)
    world.runtime.clock.move(minutes=5)
    nowhere = replace(world.runtime, engine=create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    Closer(nowhere)._round()
    assert left(world, referral)
    assert caplog.messages == ["what the clock does could not be done: DatabaseGone"]
    assert str(referral) not in caplog.text
    assert Closer(world.runtime).close_due() == 1


def test_a_key_outlives_an_entry_that_could_not_be_committed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    referral = due_in(world, minutes=5)
    world.runtime.clock.move(minutes=5)

    def lost(_session: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as cut:
        cut.setattr(runtime, "commit", lost)
        with pytest.raises(ConnectionResetError):
            Closer(world.runtime).close_due()
    assert left(world, referral)
    assert told(world) == []
    assert Closer(world.runtime).close_due() == 1
    assert len(told(world)) == 1


def test_it_runs_by_itself(world: World) -> None:
    referral = due_in(world, minutes=5)
    world.runtime.clock.move(minutes=5)
    closer = Closer(world.runtime, interval=0.01)
    closer.start()
    for _ in range(500):
        if not left(world, referral):
            break
        time.sleep(0.01)
    closer.stop()
    assert not left(world, referral)
