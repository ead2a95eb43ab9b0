"""Signing in: one answer for every failure, sessions that end, keys that go with their grant."""

import pytest
from sqlalchemy import select, update

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.models import BrowserSession, KeyGrant, Member
from protect.audit.models import TrailEntry
from protect.auth import actions
from protect.auth.actions_attempts import PAIR_LIMIT
from tests.world import PASSPHRASE, World


def _attempt(world: World, name: str, passphrase: str, address: str = "10.0.0.1") -> str:
    known = world.people.get(name.strip().casefold())
    entered = actions.Entered(name, passphrase, actions.Proof(known.code() if known else "000000"))
    with Gate(world.runtime, None) as visitor:
        return actions.sign_in(visitor, world.runtime, entered, address).token


def test_the_right_passphrase_begins_the_only_session(world: World) -> None:
    old = world.officer.token
    token = _attempt(world, " Officer ", PASSPHRASE.upper())
    assert sessions.find(world.runtime, token).actor is not None
    assert sessions.find(world.runtime, old).actor is None


def test_unknown_wrong_and_suspended_are_refused_alike(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == "reader").values(status="suspended"))
    for number, (name, passphrase) in enumerate([("nobody", PASSPHRASE), ("officer", "wrong"), ("reader", PASSPHRASE)]):
        with pytest.raises(actions.SignInRefused):
            _attempt(world, name, passphrase, f"10.0.1.{number}")
    with world.runtime.unit_of_work() as db:
        entries = db.scalars(
            select(TrailEntry).where(TrailEntry.action == "session:begin", TrailEntry.result == "denied")
        )
        assert [(entry.actor_id, entry.agency_id) for entry in entries] == [(None, None)] * 3


def test_each_attempt_costs_one_argon2(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from protect.vault import passphrase

    calls: list[str] = []
    real = passphrase.stretch

    def counted(typed: str, salt: bytes) -> bytes:
        calls.append(typed)
        return real(typed, salt)

    monkeypatch.setattr(passphrase, "stretch", counted)
    for name in ("nobody", "officer"):
        with pytest.raises(actions.SignInRefused):
            _attempt(world, name, "wrong", f"10.0.2.{len(calls)}")
    assert len(calls) == 2


def test_an_outsider_cannot_lock_somebody_out(world: World) -> None:
    for _ in range(PAIR_LIMIT):
        with pytest.raises(actions.SignInRefused):
            _attempt(world, "officer", "wrong", "10.6.6.6")
    with pytest.raises(actions.TooManyAttempts):
        _attempt(world, "officer", PASSPHRASE, "10.6.6.6")
    assert _attempt(world, "officer", PASSPHRASE, "10.0.0.9")
    world.runtime.clock.move(minutes=16)
    assert _attempt(world, "officer", PASSPHRASE, "10.6.6.6")


def test_a_session_ends_at_rest_and_its_keys_are_deleted(world: World) -> None:
    world.runtime.clock.move(minutes=14)
    assert sessions.find(world.runtime, world.officer.token).actor is not None
    world.runtime.clock.move(minutes=15)
    assert sessions.find(world.runtime, world.officer.token).actor is None
    with world.runtime.unit_of_work() as db:
        row = db.scalars(
            select(BrowserSession)
            .join(Member, Member.id == BrowserSession.member_id)
            .where(Member.sign_in_name == "officer", BrowserSession.keys.is_not(None))
        ).all()
    assert row == []


def test_a_session_ends_after_its_longest_time_however_busy(world: World) -> None:
    for _ in range(12 * 6):
        world.runtime.clock.move(minutes=10)
        alive = sessions.find(world.runtime, world.officer.token).actor is not None
    assert not alive


def test_a_suspended_member_is_out_on_the_next_request(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == "officer").values(status="suspended"))
    assert sessions.find(world.runtime, world.officer.token).actor is None


def test_a_revoked_grant_takes_the_key_from_open_sessions(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        officer = select(Member.id).where(Member.sign_in_name == "officer").scalar_subquery()
        db.execute(
            update(KeyGrant)
            .where(KeyGrant.recipient_id == officer, KeyGrant.compartment == "identity")
            .values(revoked_at=world.runtime.clock())
        )
    with world.officer.gate() as gate:
        assert not gate.holds("identity")
        assert gate.holds("contact")


def test_signing_out_ends_it(world: World) -> None:
    with world.officer.gate() as gate:
        actions.sign_out(gate)
    assert sessions.find(world.runtime, world.officer.token).actor is None


@pytest.mark.parametrize("token", [None, "", "x" * 43, "é" * 20, "a" * 5000])
def test_a_made_up_cookie_is_nobody(world: World, token: str | None) -> None:
    assert sessions.find(world.runtime, token) == sessions.Found(None, None)
