"""The keys of a session behind the program's back: touched, moved, put back, or taken with everything but one part."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from protect.access.models import BrowserSession
from protect.store.sealed import Sealed
from protect.vault import session as wrapping
from protect.vault.encoding import unlp
from protect.vault.errors import CiphertextRejected
from tests.auth.test_step_up import QUICK, SLOW, closed, entries, row_of
from tests.world import World


def change(world: World, row: BrowserSession, **columns: Any) -> None:
    """What somebody who writes to the database does to a session."""
    with world.runtime.unit_of_work() as db:
        db.execute(update(BrowserSession).where(BrowserSession.id == row.id).values(**columns))


TOUCHED = {
    "more time": lambda mine, _other, _old: {"open_until": mine.open_until + timedelta(hours=1)},
    "the keys of another session": lambda _mine, other, _old: {
        "open_keys": other.open_keys, "open_until": other.open_until
    },
    "the keys of before": lambda _mine, _other, old: {"open_keys": old.open_keys, "open_until": old.open_until},
    "the sleeping half in their place": lambda mine, _other, _old: {"open_keys": mine.asleep},
    "a key turned round": lambda mine, _other, _old: {"open_keys": Sealed(mine.open_keys.blob[::-1])},
}  # fmt: skip


@pytest.mark.parametrize("how", TOUCHED)
def test_keys_that_were_touched_moved_or_put_back_are_rejected(world: World, how: str) -> None:
    world.officer.sign_in()
    old = row_of(world.officer)
    world.runtime.clock.move(minutes=1)
    world.officer.confirm()
    world.supervisor.sign_in()
    mine = row_of(world.officer)
    change(world, mine, **TOUCHED[how](mine, row_of(world.supervisor), old))
    with world.officer.gate() as gate, pytest.raises(CiphertextRejected):
        gate.holds("identity")
    before = entries(world, "cases.list_cases", "rejected")
    world.officer.client.get("/dossiers?noms=1", status=409)
    assert entries(world, "cases.list_cases", "rejected") == before + 1


def test_keys_put_back_after_their_time_stay_closed(world: World) -> None:
    world.officer.sign_in()
    old = row_of(world.officer)
    world.runtime.clock.move(minutes=10)
    closed(world.officer, *QUICK)
    change(world, old, open_keys=old.open_keys, open_until=old.open_until)
    closed(world.officer, *QUICK)
    later = world.runtime.clock() + timedelta(minutes=5)
    change(world, old, open_keys=old.open_keys, open_until=later)
    with world.officer.gate() as gate, pytest.raises(CiphertextRejected):
        gate.holds("identity")


def test_a_sleeping_half_of_somebody_else_wakes_nobody(world: World) -> None:
    mine, other = row_of(world.officer), row_of(world.supervisor)
    change(world, mine, asleep=other.asleep)
    with world.officer.gate() as gate, pytest.raises(CiphertextRejected):
        gate.open_again()


def test_an_ended_session_leaves_no_key_behind(world: World) -> None:
    row = row_of(world.officer)
    assert world.runtime.shred.get("session", str(row.id)) is not None
    world.officer.sign_in()
    world.runtime.clock.move(minutes=1)
    world.officer.gate()
    assert world.runtime.shred.get("session", str(row.id)) is None
    with world.runtime.unit_of_work() as db:
        left = db.get(BrowserSession, row.id)
    assert left is not None
    assert {left.keys, left.open_keys, left.asleep, left.open_until} == {None}


def test_who_has_cookie_database_and_configuration_opens_the_slow_compartments_only(world: World) -> None:
    """And with the shred store of the live server everything: the ten minutes are then the server's rule alone."""
    world.officer.sign_in()
    row, token, secret = row_of(world.officer), world.officer.token, world.runtime.secrets.session
    names = (str(row.id), str(row.member_id))
    assert row.keys is not None
    assert row.open_keys is not None
    assert row.asleep is not None
    slow = unlp(wrapping.unwrap(token, secret, *names, row.keys.blob))
    assert {unlp(key)[1].decode() for key in unlp(slow[-1])} == set(SLOW)
    assert isinstance(row.open_until, datetime)
    places = {
        row.open_keys: (*names, "open", row.open_until.isoformat()),
        row.asleep: (*names, "asleep", ""),
    }
    for blob, place in places.items():
        for guess in (secret, world.runtime.secrets.pepper, world.runtime.secrets.flask, bytes(32)):
            with pytest.raises(CiphertextRejected):
                wrapping.unwrap_step(token, secret, guess, place, blob.blob)
    shred = world.runtime.shred.get("session", str(row.id))
    assert shred is not None
    quick = unlp(wrapping.unwrap_step(token, secret, shred, places[row.open_keys], row.open_keys.blob))
    assert {unlp(key)[1].decode() for key in unlp(quick[1])} == set(QUICK)
