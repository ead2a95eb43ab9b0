"""Whoever decides about members, gives keys or renews them proved a second factor in the last ten minutes."""

from collections.abc import Callable
from uuid import UUID

import pytest

from protect.access.errors import StepUpRequired
from protect.access.gate import Gate
from protect.auth import actions_keys
from protect.directory import actions_departure, actions_handover, actions_members
from protect.directory.actions_members import NewMember
from protect.directory.actions_rotation import held_keys, renew
from tests.access import people, turning
from tests.world import World

SLEEP = 11  # minutes

DECISIONS: dict[str, Callable[[Gate, UUID], object]] = {
    "invite": lambda gate, _who: actions_members.invite(gate, NewMember("nouvelle", "Nouvelle", "auditor", None)),
    "new code": actions_members.new_code,
    "certify": lambda gate, who: actions_members.certify(gate, who, ""),
    "withdraw": actions_members.withdraw,
    "hand over": lambda gate, who: actions_handover.give(gate, who, who, who),
    "change": lambda gate, who: actions_departure.change(gate, who, "auditor", None),
    "suspend": actions_departure.suspend,
    "resume": actions_departure.resume,
    "leave": actions_departure.leave,
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_registrar_decides_nothing_ten_minutes_later(world: World, decision: str) -> None:
    who = people.member_id(world, "officer_same_unit")
    world.runtime.clock.move(minutes=SLEEP)
    with world.registrar.gate() as gate, pytest.raises(StepUpRequired):
        DECISIONS[decision](gate, who)
    with world.registrar.gate() as gate:  # to look is another thing
        actions_members.list_members(gate)
        assert actions_members.show_member(gate, who).line.status == "active"


def test_a_registrar_who_confirms_may_decide(world: World) -> None:
    world.runtime.clock.move(minutes=SLEEP)
    world.registrar.confirm()
    who = people.member_id(world, "officer_same_unit")
    with world.registrar.gate() as gate:
        actions_departure.suspend(gate, who)
    with world.registrar.gate() as gate:
        assert actions_members.show_member(gate, who).line.status == "suspended"


def test_the_page_asks_for_the_second_factor_and_comes_back(world: World) -> None:
    who = people.member_id(world, "officer_same_unit")
    client = world.registrar.client
    client.get(f"/membres/{who}")
    world.runtime.clock.move(minutes=SLEEP)
    client.post(f"/membres/{who}/suspension")
    assert client.response.location.startswith("/confirmer")
    with world.registrar.gate() as gate:
        assert actions_members.show_member(gate, who).line.status == "active"


def test_a_key_is_given_by_somebody_who_confirmed(world: World) -> None:
    people.join(world, "nouvelle", "officer", "Kinshasa")
    with world.officer.gate() as gate:
        before = actions_keys.waiting_members(gate)
    world.runtime.clock.move(minutes=SLEEP)
    with world.officer.gate() as gate:
        assert actions_keys.waiting_members(gate) == before, "who waits is told while the keys are closed"
        assert set(before[0].compartments) >= {"identity", "contact"}
    with world.officer.gate() as gate, pytest.raises(StepUpRequired):
        actions_keys.supply_keys(gate, before[0].member_id, before[0].shown)
    assert not people.opens(world.nouvelle, "narrative")
    world.officer.confirm()
    assert people.supply(world, "nouvelle") == 1
    assert people.opens(world.nouvelle, "identity")


def test_a_key_is_renewed_by_somebody_who_confirmed(world: World) -> None:
    turning.fill(world)
    world.runtime.clock.move(minutes=SLEEP)
    with world.officer.gate() as gate:
        assert {key.compartment for key in held_keys(gate)} >= {"identity", "narrative"}
    for compartment in ("identity", "narrative"):
        with world.officer.gate() as gate, pytest.raises(StepUpRequired):
            renew(gate, compartment)
    world.officer.confirm()
    assert turning.rotate(world.officer, "identity").finished


@pytest.mark.parametrize("compartment", ["narrative", "identity"])
def test_a_key_renewed_meanwhile_opens_with_the_next_confirmation(world: World, compartment: str) -> None:
    """The new key is sealed to the identity, which sleeps: nothing is sealed with the old one until then."""
    turning.fill(world)
    world.runtime.clock.move(minutes=SLEEP)
    world.officer.confirm()
    assert turning.rotate(world.officer, compartment).finished
    with world.supervisor.gate() as gate, pytest.raises(StepUpRequired):
        gate.holds(compartment)
    with world.supervisor.gate() as gate:
        assert compartment not in actions_keys.missing_keys(gate)
    world.supervisor.confirm()
    with world.supervisor.gate() as gate:
        assert gate.holds(compartment)
        assert gate.keyring.key(compartment).version == 2


def test_a_key_being_renewed_reads_and_does_not_seal(world: World) -> None:
    turning.fill(world)
    world.runtime.clock.move(minutes=SLEEP)
    world.officer.confirm()
    turning.a_piece(world.officer, "narrative")
    with world.supervisor.gate() as gate:
        assert gate.keyring.key("narrative", 1).version == 1
        with pytest.raises(StepUpRequired):
            gate.keyring.key("narrative")
