"""Codes of a generator: right in their step or one beside it, once, and never an earlier one again."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import select, update

from protect.access.gate import Gate
from protect.access.models import Member
from protect.auth import actions, totp
from protect.auth.actions_attempts import GUESS_LIMIT
from protect.auth.actions_factors import FactorRefused, Proof, prove
from protect.auth.models import Attempt, Factor
from tests.world import PASSPHRASE, Person, World

# RFC 6238, appendix B, SHA-1: the last six of eight digits.
RFC_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}


def step_of(world: World) -> int:
    return totp.step_at(world.runtime.clock().timestamp())


def member_of(person: Person) -> Member:
    with person._world.runtime.unit_of_work() as db:
        return db.scalars(select(Member).where(Member.sign_in_name == person.name)).one()


def proves(person: Person, code: str) -> str:
    runtime = person._world.runtime
    with Gate(runtime, None) as gate:
        return prove(gate, runtime, member_of(person).id, Proof(code))


@pytest.mark.parametrize("moment", RFC)
def test_the_codes_are_those_of_the_standard(moment: int) -> None:
    assert totp.code_at(RFC_SEED, totp.step_at(moment)) == RFC[moment]


def test_any_generator_reads_the_address() -> None:
    read = pyotp.parse_uri(totp.address(RFC_SEED, "agent é", "Protéger & co"))
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer, read.interval, read.digits) == (
        RFC_SEED, "agent é", "Protéger & co", 30, 6,
    )  # fmt: skip


@pytest.mark.parametrize(("beside", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_in_its_step_and_one_beside_it(world: World, beside: int, taken: bool) -> None:
    world.runtime.clock.move(minutes=5)
    code = totp.code_at(world.officer.seed, step_of(world) + beside)
    if taken:
        assert proves(world.officer, f" {code[:3]} {code[3:]}") == "totp"
    else:
        with pytest.raises(FactorRefused):
            proves(world.officer, code)


def test_a_code_works_once_and_an_earlier_one_never_again(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    now = step_of(world)
    codes = [totp.code_at(world.officer.seed, now + beside) for beside in (-1, 0, 1)]
    assert proves(world.officer, codes[1]) == "totp"
    for code in (codes[1], codes[0]):
        with pytest.raises(FactorRefused):
            proves(world.officer, code)
    assert proves(world.officer, codes[2]) == "totp"


def test_a_colleagues_code_is_refused(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    with pytest.raises(FactorRefused):
        proves(world.officer, totp.code_at(world.supervisor.seed, step_of(world)))


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "é" * 6, "0" * 26, "\x00", "A" * 5000])
def test_nonsense_is_refused(world: World, typed: str) -> None:
    with pytest.raises(FactorRefused):
        proves(world.officer, typed)


def test_of_two_at_one_time_one_is_accepted(world: World) -> None:
    """Each its own connection and its own transaction, both past the look before either is done."""
    world.runtime.clock.move(minutes=5)
    code = totp.code_at(world.officer.seed, step_of(world))
    both = threading.Barrier(2)

    def attempt(number: int) -> bool:
        both.wait(5)
        try:
            world.officer.attempt(PASSPHRASE, code, f"10.7.0.{number}")
        except actions.SignInRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]


def test_a_wrong_passphrase_uses_no_code_up(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    code = totp.code_at(world.officer.seed, step_of(world))
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt("wrong", code)
    assert world.officer.attempt(PASSPHRASE, code)


def test_who_guesses_codes_with_the_right_passphrase_is_stopped_from_everywhere(world: World) -> None:
    world.runtime.clock.move(minutes=5)
    for number in range(GUESS_LIMIT):
        with pytest.raises(actions.SignInRefused):
            world.officer.attempt(PASSPHRASE, "000000", f"10.8.0.{number}")
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.1.1")
    assert world.officer.attempt(PASSPHRASE, world.officer.recovery.pop(), "10.8.1.2"), "a recovery code is no guess"
    world.runtime.clock.move(minutes=61)
    assert world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.1.3")


def test_who_does_not_know_the_passphrase_stops_nobody(world: World) -> None:
    for number in range(GUESS_LIMIT + 2):
        with pytest.raises(actions.SignInRefused):
            world.officer.attempt("wrong", "000000", f"10.8.2.{number}")
    assert world.officer.attempt(PASSPHRASE, world.officer.code(), "10.8.2.99")


def test_every_refusal_writes_as_much(world: World) -> None:
    """How many rows an attempt writes, in either store, must not tell that the passphrase was right."""
    grown = set()
    for number, (person, typed) in enumerate([("officer", PASSPHRASE), ("officer", "wrong")]):
        before = attempts(world)
        with pytest.raises(actions.SignInRefused):
            world.people[person].attempt(typed, "000000", f"10.8.3.{number}")
        grown.add(attempts(world) - before)
    assert grown == {2}


def attempts(world: World) -> int:
    with world.runtime.unit_of_work() as db:
        failed = len(db.scalars(select(Attempt.id)).all())
    with sqlite3.connect(world.runtime.settings.data / "shred.sqlite") as connection:
        return failed + int(connection.execute("select count(*) from tried").fetchone()[0])


def test_a_seed_that_was_put_into_another_row_proves_nothing(world: World) -> None:
    """Who can write to the database gives a colleague the own generator: neither whole nor by its parts."""
    world.runtime.clock.move(minutes=5)
    mine, theirs = member_of(world.officer).id, member_of(world.supervisor).id
    with world.runtime.unit_of_work() as db:
        seeds = {row.member_id: row for row in db.scalars(select(Factor).where(Factor.kind == "totp"))}
        db.execute(update(Factor).where(Factor.id == seeds[theirs].id).values(last=0))
    with pytest.raises(Exception, match="permission denied"), world.runtime.unit_of_work() as db:
        db.execute(update(Factor).where(Factor.id == seeds[theirs].id).values(secret=seeds[mine].secret))
    with world.runtime.unit_of_work() as db:
        copy = Factor(member_id=theirs, kind="totp", secret=seeds[mine].secret)
        db.add(copy)
    with pytest.raises(FactorRefused):
        proves(world.supervisor, totp.code_at(world.officer.seed, step_of(world)))
    assert proves(world.supervisor, totp.code_at(world.supervisor.seed, step_of(world))) == "totp"


def test_the_seed_is_unreadable_without_its_secret(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        blobs = [row.secret.blob for row in db.scalars(select(Factor).where(Factor.kind == "totp"))]
    assert not any(world.officer.seed.encode() in blob for blob in blobs)
    from protect.access.factor_seals import open_factor
    from protect.auth.actions_factors import holder

    with world.runtime.unit_of_work() as db:
        row = db.scalars(
            select(Factor).where(Factor.kind == "totp", Factor.member_id == member_of(world.officer).id)
        ).one()
    assert open_factor(world.runtime, holder(row), row.secret.blob) == (world.officer.seed.encode(),)
    from dataclasses import replace

    others = replace(world.runtime, secrets=replace(world.runtime.secrets, totp=world.runtime.secrets.pepper))
    assert open_factor(others, holder(row), row.secret.blob) is None
