"""Six digits are guessed a few times and no more, also by who has the cookie and writes to the database."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from protect.access import sessions
from protect.access.errors import SignInRequired
from protect.access.models import BrowserSession
from protect.auth import actions, actions_sessions
from protect.auth.actions_attempts import GUESS_LIMIT
from protect.auth.actions_factors import FactorRefused, Proof
from protect.store.errors import DatabaseGone
from protect.vault.errors import CiphertextRejected
from tests.auth.test_step_up import QUICK, WRONG, closed, row_of
from tests.world import PASSPHRASE, Person, World

WRITER = {"raw": "what somebody who writes to the database does"}


def write(world: World, *statements: str) -> None:
    with world.runtime.unit_of_work() as db:
        for one in statements:
            db.execute(text(one), execution_options=WRITER)


def forgive(world: World) -> None:
    """Undo whatever count the database has of wrong codes."""
    write(world, "delete from attempt")
    with world.runtime.unit_of_work() as db:
        columns = db.scalars(
            text("select column_name from information_schema.columns where table_name = 'session'"),
            execution_options=WRITER,
        ).all()
    if "wrong" in columns:
        write(world, "update session set wrong = -1000000")


def guess(person: Person, proof: Proof = WRONG) -> str:
    try:
        with person.gate() as gate:
            actions_sessions.confirm(gate, gate.runtime, proof)
    except (FactorRefused, SignInRequired, CiphertextRejected) as refused:
        return type(refused).__name__
    return "opened"


def as_before(world: World, row: BrowserSession) -> None:
    """Put the row of a session back, whatever became of it."""
    values = {
        "keys": row.keys, "asleep": row.asleep, "open_keys": row.open_keys, "open_until": row.open_until,
        "ended_at": None, "token_hash": row.token_hash,
    }  # fmt: skip
    with world.runtime.unit_of_work() as db:
        db.query(BrowserSession).filter(BrowserSession.id == row.id).update(values)


def test_who_writes_to_the_database_guesses_five_times_like_everybody(world: World) -> None:
    world.runtime.clock.move(minutes=12)
    ends = []
    for _ in range(12):
        forgive(world)
        if sessions.find(world.runtime, world.officer.token).actor is None:
            break
        ends.append(guess(world.officer))
    assert ends == ["FactorRefused"] * 4 + ["SignInRequired"]


def test_after_the_fifth_nothing_opens_the_session_again(world: World) -> None:
    """Its key is destroyed: neither a right code nor the row of before helps."""
    world.runtime.clock.move(minutes=12)
    closed(world.officer, *QUICK)
    before = row_of(world.officer)
    for _ in range(5):
        guess(world.officer)
    assert world.runtime.shred.get("session", str(before.id)) is None
    as_before(world, before)
    assert guess(world.officer, Proof(world.officer.code())) == "SignInRequired"
    as_before(world, before)
    closed(world.officer, *QUICK)


def test_a_session_that_was_put_back_tells_nobody_whether_a_code_is_right(world: World) -> None:
    before = row_of(world.officer)
    for _ in range(5):
        guess(world.officer)
    world.runtime.clock.move(minutes=2)
    world.supervisor.gate()  # somebody's request tidies
    answers = set()
    for typed in (WRONG, Proof(world.officer.code())):
        as_before(world, before)
        answers.add(guess(world.officer, typed))
    assert answers == {"SignInRequired"}


def test_a_key_is_destroyed_though_the_database_ends_nothing(world: World) -> None:
    """Whoever writes there can make the end of a session fail, and every other write."""
    before = row_of(world.officer)
    for _ in range(4):
        guess(world.officer)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sessions, "end_one", _away)
        with world.officer.gate() as gate, pytest.raises(DatabaseGone):
            actions_sessions.confirm(gate, world.runtime, WRONG)
    assert world.runtime.shred.get("session", str(before.id)) is None


def _away(*_given: object) -> bool:
    raise DatabaseGone


def test_who_knows_the_passphrase_and_writes_to_the_database_guesses_ten_times_an_hour(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    for number in range(GUESS_LIMIT):
        forgive(world)
        with pytest.raises(actions.SignInRefused):
            world.officer.attempt(PASSPHRASE, "000000", f"10.8.0.{number}")
    forgive(world)
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.1.1")
    world.runtime.clock.move(minutes=61)
    assert world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.1.2")


def test_a_copied_cookie_does_not_lock_its_owner_out(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    for _ in range(8):
        if sessions.find(world.runtime, world.officer.token).actor is not None:
            guess(world.officer)
    assert world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.1.3")


def test_right_codes_are_no_guesses(world: World) -> None:
    for _ in range(GUESS_LIMIT + 2):
        world.runtime.clock.move(minutes=2)
        world.officer.confirm()


def at_once(count: int, run: Callable[[int], str]) -> list[str]:
    """Each past the same moment; what each came to."""
    all_there = threading.Barrier(count)

    def one(number: int) -> str:
        all_there.wait(5)
        return run(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_guesses_at_one_time_are_no_more(world: World) -> None:
    """Twelve at once, while somebody deletes what the database counts.

    Who is late finds the session gone with the fifth guess, and has not been told even whether the code was wrong.
    """
    gates = [world.officer.gate() for _ in range(12)]

    def run(number: int) -> str:
        forgive(world)
        try:
            with gates[number] as gate:
                actions_sessions.confirm(gate, world.runtime, WRONG)
        except (FactorRefused, SignInRequired) as refused:
            return type(refused).__name__
        return "opened"

    ends = at_once(12, run)
    assert ends.count("FactorRefused") < sessions.TRIES
    assert ends.count("FactorRefused") + ends.count("SignInRequired") == 12
    assert sessions.find(world.runtime, world.officer.token).actor is None


def test_guesses_with_the_passphrase_at_one_time_are_no_more(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    for number in range(GUESS_LIMIT - 1):
        with pytest.raises(actions.SignInRefused):
            world.officer.attempt(PASSPHRASE, "000000", f"10.8.0.{number}")

    def run(number: int) -> str:
        try:
            world.officer.attempt(PASSPHRASE, "000000", f"10.8.2.{number}")
        except actions.SignInRefused:
            return "refused"
        return "opened"

    assert at_once(3, run) == ["refused"] * 3
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.3.1")


@pytest.mark.parametrize("right", [True, False])
def test_what_cannot_be_counted_is_not_looked_at(world: World, right: bool) -> None:
    """A disk that is full, or a file that may only be read."""
    world.runtime.clock.move(minutes=12)
    with sqlite3.connect(world.runtime.settings.data / "shred.sqlite") as connection:
        connection.execute("create trigger full before insert on tried begin select raise(abort, 'full'); end")
    typed = Proof(world.officer.code()) if right else WRONG
    with world.officer.gate() as gate, pytest.raises(sqlite3.Error):
        actions_sessions.confirm(gate, world.runtime, typed)
    closed(world.officer, *QUICK)
    with pytest.raises(sqlite3.Error):
        world.officer.attempt(PASSPHRASE, typed.code)


def test_a_code_is_taken_once_whatever_the_database_says(world: World) -> None:
    """Over a shoulder a code was read; its row says again that it was not used."""
    world.runtime.clock.move(minutes=12)
    seen = Proof(world.officer.code())
    with world.officer.gate() as gate:
        world.officer.token = actions_sessions.confirm(gate, world.runtime, seen)
    write(world, "update factor set last = 0 where kind = 'totp'")
    assert guess(world.officer, seen) == "FactorRefused"
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, seen.code)
    world.runtime.clock.move(minutes=1)
    assert guess(world.officer, Proof(world.officer.code())) == "opened"
