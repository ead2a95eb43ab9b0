"""Ten minutes after a second factor identity, contact and protection are closed: to the pages, and to their keys."""

import threading

import pytest
from sqlalchemy import select, text, update

from protect.access import sessions
from protect.access.errors import CompartmentLocked, SignInRequired, StepUpRequired
from protect.access.gate import Gate
from protect.access.models import BrowserSession, KeyGrant, Member
from protect.audit.models import TrailEntry
from protect.auth import actions_sessions
from protect.auth.actions_factors import FactorRefused, Proof
from tests.world import Person, World

QUICK = ("identity", "contact", "protection")
SLOW = ("narrative", "legal", "coded")
WRONG = Proof("000000")


def row_of(person: Person) -> BrowserSession:
    """The person's session as the table has it."""
    with person.gate() as gate:
        session_id = gate.member.session_id
    with person._world.runtime.unit_of_work() as db:
        row = db.get(BrowserSession, session_id)
        assert row is not None
        return row


def entries(world: World, action: str, result: str) -> int:
    with world.runtime.unit_of_work() as db:
        found = select(TrailEntry.id).where(TrailEntry.action == action, TrailEntry.result == result)
        return len(db.scalars(found).all())


def opened(person: Person, *names: str) -> None:
    with person.gate() as gate:
        for name in names:
            assert gate.holds(name), name


def closed(person: Person, *names: str) -> None:
    with person.gate() as gate:
        for name in names:
            assert gate.is_closed(name), name
            with pytest.raises(StepUpRequired):
                gate.holds(name)
            with pytest.raises(StepUpRequired):
                gate.keyring.key(name)


def test_signing_in_opens_for_ten_minutes(world: World) -> None:
    world.officer.sign_in()
    opened(world.officer, *QUICK, *SLOW)
    world.runtime.clock.move(minutes=9, seconds=59)
    opened(world.officer, *QUICK, *SLOW)
    world.runtime.clock.move(seconds=1)
    closed(world.officer, *QUICK)
    opened(world.officer, *SLOW)


def test_what_nobody_has_is_not_what_is_closed(world: World) -> None:
    world.runtime.clock.move(minutes=11)
    with world.officer.gate() as gate:
        assert not gate.is_closed("health")
        assert not gate.holds("health")
        with pytest.raises(CompartmentLocked):
            gate.keyring.key("health")


def test_the_first_request_after_the_time_deletes_the_keys(world: World) -> None:
    world.officer.sign_in()
    assert row_of(world.officer).open_keys is not None
    world.runtime.clock.move(minutes=10)
    row = row_of(world.officer)
    assert (row.open_keys, row.open_until) == (None, None)
    assert row.keys is not None


def test_a_request_that_began_before_is_refused_what_it_did_not_open_yet(world: World) -> None:
    world.officer.sign_in()
    actor = sessions.find(world.runtime, world.officer.token).actor
    world.runtime.clock.move(minutes=10)
    with Gate(world.runtime, actor, token=world.officer.token) as gate, pytest.raises(StepUpRequired):
        gate.holds("identity")


def test_another_request_closes_for_everybody(world: World) -> None:
    world.officer.sign_in()
    row = row_of(world.officer)
    world.supervisor.sign_in()
    world.runtime.clock.move(minutes=10)
    world.supervisor.gate()
    with world.runtime.unit_of_work() as db:
        assert db.get(BrowserSession, row.id).open_keys is None  # type: ignore[union-attr]  # it is there


def test_a_second_factor_opens_again_under_another_cookie(world: World) -> None:
    world.officer.sign_in()
    world.runtime.clock.move(minutes=12)
    before = world.officer.token
    world.officer.confirm()
    assert world.officer.token != before
    assert sessions.find(world.runtime, before) == sessions.Found(None, None)
    opened(world.officer, *QUICK, *SLOW)
    world.runtime.clock.move(minutes=10)
    closed(world.officer, *QUICK)
    assert entries(world, "session:confirm", "allowed") == 1


def test_a_wrong_code_opens_nothing_and_is_recorded(world: World) -> None:
    world.runtime.clock.move(minutes=12)
    with world.officer.gate() as gate, pytest.raises(FactorRefused):
        actions_sessions.confirm(gate, world.runtime, WRONG)
    closed(world.officer, *QUICK)
    assert entries(world, "session:confirm", "denied") == 1


def test_a_fifth_wrong_code_ends_the_session(world: World) -> None:
    for _ in range(4):
        with world.officer.gate() as gate, pytest.raises(FactorRefused):
            actions_sessions.confirm(gate, world.runtime, WRONG)
    with world.officer.gate() as gate, pytest.raises(SignInRequired):
        actions_sessions.confirm(gate, world.runtime, WRONG)
    assert sessions.find(world.runtime, world.officer.token).actor is None


def test_a_right_code_forgives_the_wrong_ones(world: World) -> None:
    for _ in range(4):
        with world.officer.gate() as gate, pytest.raises(FactorRefused):
            actions_sessions.confirm(gate, world.runtime, WRONG)
    world.runtime.clock.move(minutes=1)
    world.officer.confirm()
    for _ in range(4):
        with world.officer.gate() as gate, pytest.raises(FactorRefused):
            actions_sessions.confirm(gate, world.runtime, WRONG)


def test_codes_that_are_tried_at_one_time_are_all_counted(world: World) -> None:
    ends: list[str] = []

    def guess() -> None:
        try:
            with world.officer.gate() as gate:
                actions_sessions.confirm(gate, world.runtime, WRONG)
        except (FactorRefused, SignInRequired) as refused:
            ends.append(type(refused).__name__)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 8
    assert ends.count("FactorRefused") <= 4
    assert sessions.find(world.runtime, world.officer.token).actor is None


def test_of_two_confirmations_at_one_time_one_has_the_session(world: World) -> None:
    actor, token = sessions.find(world.runtime, world.officer.token).actor, world.officer.token
    first, second = (Gate(world.runtime, actor, token=token) for _ in range(2))
    with first as gate:
        renewed = gate.open_again()
    with second as gate, pytest.raises(SignInRequired):
        gate.open_again()
    assert sessions.find(world.runtime, renewed).actor is not None


def test_a_grant_of_meanwhile_is_opened_and_a_revoked_one_is_not(world: World) -> None:
    with world.officer.gate() as gate:
        member_id = gate.member.member_id
    with world.runtime.unit_of_work() as db:
        mine = (KeyGrant.recipient_id == member_id) & (KeyGrant.compartment == "contact")
        db.execute(update(KeyGrant).where(mine).values(revoked_at=world.runtime.clock()))
    world.runtime.clock.move(minutes=12)
    closed(world.officer, "identity", "protection")
    world.officer.confirm()
    opened(world.officer, "identity", "protection")
    with world.officer.gate() as gate:
        assert not gate.is_closed("contact")
        assert not gate.holds("contact")
    with world.runtime.unit_of_work() as db:
        db.execute(update(KeyGrant).where(mine).values(revoked_at=None))
    closed(world.officer, "contact")
    world.officer.confirm()
    opened(world.officer, "contact")


def test_closing_early_closes_and_is_recorded(world: World) -> None:
    world.officer.sign_in()
    with world.officer.gate() as gate:
        actions_sessions.close(gate)
    closed(world.officer, *QUICK)
    with world.officer.gate() as gate, pytest.raises(StepUpRequired):
        gate.require_fresh()
    assert entries(world, "session:close", "allowed") == 1


@pytest.mark.parametrize(("since", "asked", "fresh"), [(0, 10, True), (9, 10, True), (10, 10, False), (2, 2, False)])
def test_fresh_is_who_proved_it_in_the_last_minutes(world: World, since: int, asked: int, fresh: bool) -> None:
    world.registrar.sign_in()
    world.runtime.clock.move(minutes=since)
    with world.registrar.gate() as gate:
        if fresh:
            gate.require_fresh(asked)
        else:
            with pytest.raises(StepUpRequired):
                gate.require_fresh(asked)


def test_a_member_suspended_meanwhile_cannot_confirm(world: World) -> None:
    actor, token = sessions.find(world.runtime, world.officer.token).actor, world.officer.token
    assert actor is not None
    gate = Gate(world.runtime, actor, token=token)
    with world.runtime.unit_of_work() as db:
        db.execute(
            text("update member set status = 'suspended' where id = :id").bindparams(id=actor.member_id),
            execution_options={"raw": "what an administrator of the database does"},
        )
    with gate, pytest.raises(SignInRequired):
        gate.open_again()


def test_a_confirmation_waits_for_a_suspension_without_holding_the_session(world: World) -> None:
    """Who suspends holds the membership, and ends the sessions next: the other way round one of the two would break off."""
    person = world.officer
    with person.gate() as gate:
        member_id, session_id = gate.member.member_id, gate.member.session_id

    def confirm() -> None:
        with person.gate() as gate:
            gate.open_again()

    with world.runtime.unit_of_work() as db:
        db.execute(select(Member.id).where(Member.id == member_id).with_for_update())
        waiting = threading.Thread(target=confirm)
        waiting.start()
        waiting.join(timeout=1.5)
        assert waiting.is_alive()
        free = select(BrowserSession.id).where(BrowserSession.id == session_id).with_for_update(nowait=True)
        assert db.scalar(free) == session_id
    waiting.join()
