"""A stop that is over: saying that somebody looked into it is no new beginning of the count."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from protect.access.errors import OpeningsStopped
from protect.auth import actions_limits
from tests.access.test_limits import ASK, STOP, cases, explain, later, look, stop, strict
from tests.world import World

__all__ = ["strict"]  # the fixture


def lift(world: World, notice: UUID) -> None:
    with world.supervisor.gate() as gate:
        actions_limits.lift_stop(gate, notice)


def stopped_before(strict: World, ids: Sequence[UUID]) -> UUID:
    """An officer who was stopped two days ago has opened as many people again as one may; the stop of then."""
    old = stop(strict, ids)
    later(strict, days=2)
    look(strict.officer, *ids[:ASK])
    explain(strict.officer)
    look(strict.officer, *ids[ASK:STOP])
    return old


def test_looking_into_an_old_stop_counts_nothing_anew(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    lift(strict, stopped_before(strict, ids))
    with pytest.raises(OpeningsStopped):
        look(strict.officer, ids[STOP])


def test_lifting_an_old_stop_does_not_lift_the_one_that_holds(strict: World) -> None:
    ids = cases(strict, STOP + 2)
    old = stopped_before(strict, ids)
    with pytest.raises(OpeningsStopped):
        look(strict.officer, ids[STOP])
    lift(strict, old)
    with pytest.raises(OpeningsStopped):
        look(strict.officer, ids[STOP + 1])
    with strict.supervisor.gate() as gate:
        (live,) = (one.id for one in actions_limits.stops(gate) if one.active)
    lift(strict, live)
    look(strict.officer, ids[STOP])
