"""A leaver's cases go to a colleague of the same office, unopened; what the departure leaves to others is told."""

import pytest

from protect.access.errors import Denied, NotFound
from protect.app import connect_slices
from protect.cases.models import CaseFile
from protect.directory import actions_departure
from tests.access import people, turning
from tests.cases.stories import opened
from tests.world import World


def test_cases_are_handed_over_without_being_opened(world: World) -> None:
    connect_slices()
    case_id = opened(world.officer)
    heir = people.member_id(world, "officer_same_unit")
    with world.registrar.gate() as gate:
        waits = actions_departure.hand_over(gate, people.member_id(world, "officer"))
        assert dict(waits.counts)["cases"] == 1
        assert [name for _id, name in waits.colleagues] == ["Basile Agent"]
    people.decide(world, "officer", "give", colleague_id=heir)
    with world.officer_same_unit.gate() as gate:
        assert gate.db.get(CaseFile, case_id).owner_id == heir
    with pytest.raises(NotFound):
        people.decide(world, "officer", "give", colleague_id=people.member_id(world, "officer_other_unit"))


def test_the_keys_that_a_leaver_knew_are_told_until_they_are_renewed(world: World) -> None:
    turning.fill(world)
    leaver = people.member_id(world, "officer_same_unit")

    def known() -> dict[str, bool]:
        with world.registrar.gate() as gate:
            return {key.compartment: key.under_way for key in actions_departure.keys_known(gate, leaver)}

    assert set(known()) == set(turning.CASES)
    people.decide(world, "officer_same_unit", "leave")
    assert set(known()) == set(turning.CASES)
    turning.a_piece(world.officer, "identity")
    assert known()["identity"], "it is being renewed"
    turning.rotate(world.officer, "identity")
    assert "identity" not in known()


@pytest.mark.parametrize("name", ["officer", "auditor", "reader", "foreign_registrar"])
def test_others_hear_nothing_of_it(world: World, name: str) -> None:
    member = people.member_id(world, "officer_same_unit")
    with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
        actions_departure.keys_known(gate, member)
