"""Who alone can open something is suspended, and leaves only where custodians could bring its key back."""

import pytest

from protect.access.errors import LastHolder
from tests.access import ceremony, people
from tests.world import World


def test_the_last_who_can_open_cannot_leave(world: World) -> None:
    for decision, more in (("leave", {}), ("change", {"role": "reader", "unit_id": None})):
        with pytest.raises(LastHolder) as refused:
            people.decide(world, "auditor", decision, **more)
        assert refused.value.compartments == ("audit",)
    people.decide(world, "auditor", "suspend")  # in an emergency the data may become unreachable, and comes back
    people.decide(world, "auditor", "resume")
    assert people.opens(world.auditor, "audit")


def test_the_last_leaves_where_custodians_have_copies_and_they_bring_it_back(world: World) -> None:
    """Somebody died who alone held the auditors' key: no colleague can receive it first."""
    seed = ceremony.hold(world)
    with pytest.raises(LastHolder):
        people.decide(world, "auditor", "change", role="reader", unit_id=None)
    assert people.decide(world, "auditor", "leave")
    people.join(world, "heir", "auditor")
    assert not people.opens(world.heir, "audit")
    ceremony.recover(world, seed, "heir")
    assert people.opens(world.heir, "audit")


def test_a_copy_of_another_key_lets_nobody_go(world: World) -> None:
    ceremony.hold(world, by=("officer",))
    with pytest.raises(LastHolder) as refused:
        people.decide(world, "auditor", "leave")
    assert refused.value.compartments == ("audit",)
