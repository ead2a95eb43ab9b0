"""Who alone can open something is suspended, and leaves only where custodians could bring its key back."""

import pytest

from protect.access.errors import LastHolder
from tests.access import ceremony, people, turning
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


def test_who_alone_has_a_version_that_opens_nothing_any_more_leaves(world: World) -> None:
    """Custodians were asked before a key was renewed, and bring its former version back after that."""
    seed = ceremony.hold(world)
    people.join(world, "heir", "officer", "Kinshasa")
    answer = ceremony.answered(seed, ceremony.exported(world, "heir"))
    world.officer.sign_in()
    assert turning.rotate(world.officer, "legal").finished
    ceremony.arrive(world, answer)
    world.runtime.clock.move(hours=25)
    assert ceremony.apply_due(world)
    assert people.opens(world.heir, "identity")
    world.registrar.sign_in()
    assert people.decide(world, "heir", "leave")
