"""How long a refusal takes says nothing of its reason: Welch's t of interleaved attempts, with a planted leak beside it."""

import math
import statistics
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import update

from protect.access import identities
from protect.access.gate import Gate
from protect.access.models import Member
from protect.auth import actions
from protect.auth.actions_factors import Proof
from tests.world import PASSPHRASE, World

ROUNDS = 24
LIMIT = 4.5
WHO = {
    "unknown": ("nobody", PASSPHRASE),
    "wrong passphrase": ("officer", "six other words than the right"),
    "wrong code": ("supervisor", PASSPHRASE),
    "suspended": ("reader", PASSPHRASE),
}


def welch(one: Sequence[float], other: Sequence[float]) -> float:
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return abs(statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)


def times(world: World, rounds: int) -> dict[str, list[float]]:
    """Processor seconds of this program for each refusal, in turns: neighbours on the machine count for nobody."""
    took: dict[str, list[float]] = {why: [] for why in WHO}
    for number in range(rounds):
        for at, (why, (name, typed)) in enumerate(WHO.items()):
            entered = actions.Entered(name, typed, Proof("000000"))
            began = time.process_time()
            with Gate(world.runtime, None) as visitor, pytest.raises(actions.SignInRefused):
                actions.sign_in(visitor, world.runtime, entered, f"10.30.{at}.{number}")
            took[why].append(time.process_time() - began)
    return took


def furthest(took: dict[str, list[float]]) -> float:
    return max(welch(took["unknown"], readings) for why, readings in took.items() if why != "unknown")


@pytest.fixture
def suspended(world: World) -> World:
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == "reader").values(status="suspended"))
    return world


def test_the_time_of_a_refusal_tells_nothing(suspended: World) -> None:
    times(suspended, 2)  # whatever is done only once
    assert furthest(times(suspended, ROUNDS)) < LIMIT


def test_a_shorter_way_for_a_name_that_nobody_has_would_be_seen(
    suspended: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = identities.stretch

    def hasty(typed: str, salt: bytes, peppers: Sequence[bytes], user_id: str) -> object:
        return real(typed, salt, peppers, user_id) if int(user_id.replace("-", ""), 16) else stretched

    stretched = real("nothing", bytes(identities.SALT_BYTES), suspended.runtime.secrets.versions("pepper"), "nobody")
    monkeypatch.setattr(identities, "stretch", hasty)
    times(suspended, 2)  # whatever is done only once
    assert furthest(times(suspended, 4)) > LIMIT
