"""The last bed: however many ask at one instant, one gets it; the naive way, as a control, gives it to several."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text

from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.directory import actions as directory
from protect.directory.actions_capacity import NoPlaceFree, hold_place, release
from protect.store.engine import engine
from tests.referrals import hands
from tests.world import World

THREADS = 64
ROUNDS = 100
CONNECTIONS = (
    32  # the private server takes 50; the other half of the threads waits for the first connection that is free
)


@pytest.fixture
def busy(world: World) -> Iterator[Runtime]:
    """The runtime of the world with room for many at one time."""
    web = engine(world.runtime.engine.url, pool_size=CONNECTIONS)
    yield replace(world.runtime, engine=web)
    web.dispose()


def at_once(act: Callable[[int], bool], pool: ThreadPoolExecutor) -> int:
    """How many of the threads that start at one instant succeed."""
    barrier = Barrier(THREADS)

    def start(number: int) -> bool:
        barrier.wait()
        return act(number)

    return sum(pool.map(start, range(THREADS)))


def test_the_last_bed_goes_to_exactly_one_of_64_a_hundred_times(world: World, busy: Runtime) -> None:
    shelter = hands.add_places(world, hands.SHELTER, 1)
    case = hands.new_case(world.officer)
    referrals = [hands.send(world.officer, case, shelter) for _ in range(THREADS)]
    with world.shelter_intake.gate() as gate:
        actor = gate.member

    def ask(number: int) -> bool:
        with Gate(busy, actor) as gate:
            try:
                hold_place(gate, shelter, referrals[number])
            except NoPlaceFree:
                return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        for round_number in range(ROUNDS):
            assert at_once(ask, pool) == 1, f"round {round_number}"
            with Gate(busy, actor) as gate:
                (mine,) = directory.my_places(gate)
                assert mine.service.free_places == 0
                winner = mine.places[0].referral_id
                assert winner is not None
                release(gate, winner, shelter)


def test_three_beds_go_to_three(world: World, busy: Runtime) -> None:
    shelter = hands.add_places(world, hands.SHELTER, 3)
    case = hands.new_case(world.officer)
    referrals = [hands.send(world.officer, case, shelter) for _ in range(8)]
    with world.shelter_intake.gate() as gate:
        actor = gate.member
    barrier = Barrier(len(referrals))

    def ask(referral: UUID) -> UUID | None:
        barrier.wait()
        with Gate(busy, actor) as gate:
            try:
                return hold_place(gate, shelter, referral)
            except NoPlaceFree:
                return None

    with ThreadPoolExecutor(len(referrals)) as pool:
        places = [place for place in pool.map(ask, referrals) if place]
    assert len(places) == len(set(places)) == 3
    with Gate(busy, actor) as gate:
        assert directory.my_places(gate)[0].service.free_places == 0


@pytest.fixture
def naive(world: World) -> Iterator[Engine]:
    """A table of stays without the constraint, for the control."""
    owner = create_engine(
        world.runtime.engine.url.set(username="protect_owner"), pool_size=CONNECTIONS, isolation_level="READ COMMITTED"
    )
    with owner.begin() as connection:
        connection.execute(text("create table naive_stay (bed integer not null, held_by integer not null)"))
    yield owner
    owner.dispose()


def test_control_check_then_insert_promises_the_bed_twice(naive: Engine) -> None:
    def ask(number: int) -> bool:
        with naive.begin() as connection:
            if connection.scalar(text("select count(*) from naive_stay where bed = 1")):
                return False
            connection.execute(text("insert into naive_stay values (1, :number)"), {"number": number})
        return True

    doubled = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(10):
            doubled += at_once(ask, pool) > 1
            with naive.begin() as connection:
                connection.execute(text("truncate naive_stay"))
    assert doubled, "the control must fail, else the test above proves nothing"
