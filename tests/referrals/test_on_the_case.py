"""The page of a case lists its referrals for who follows them, and says nothing of them to anybody else."""

import pytest

from protect.cases.beside import followed_of
from protect.referrals.waiting import of_case
from tests.referrals import hands
from tests.world import World


@pytest.mark.parametrize("name", ["officer", "officer_same_unit", "supervisor"])
def test_who_follows_referrals_finds_them_on_the_case(world: World, name: str) -> None:
    case = hands.new_case(world.officer)
    client = getattr(world, name).client
    assert "référée à aucun service" in client.get(f"/dossiers/{case}").text
    first = hands.send(world.officer, case, hands.service_id(world, hands.SHELTER))
    world.runtime.clock.move(minutes=5)
    second = hands.send(world.officer, case, hands.service_id(world, hands.CLINIC))
    hands.accept(world.clinic_intake, second)
    page = client.get(f"/dossiers/{case}")
    assert [link for link in page.links if link.startswith("/referencements/")] == [
        f"/referencements/{second}",
        f"/referencements/{first}",
    ]
    for words in (hands.SHELTER, hands.CLINIC, "Envoyé le", "Accepté"):
        assert words in page.text
    may_refer = f"/dossiers/{case}/referencements/nouveau" in page.links
    assert may_refer == (name != "supervisor")


def test_those_of_another_case_are_not_there(world: World) -> None:
    hands.sent_to_shelter(world)
    other = hands.new_case(world.officer)
    with world.officer.gate() as gate:
        assert of_case(gate, other) == ()


@pytest.mark.parametrize("name", ["officer_other_unit", "foreign_officer", "foreign_supervisor"])
def test_elsewhere_there_is_nothing(world: World, name: str) -> None:
    case = hands.new_case(world.officer)
    hands.send(world.officer, case, hands.service_id(world, hands.SHELTER))
    person = getattr(world, name)
    with person.gate() as gate:
        assert of_case(gate, case) == ()
    person.client.get(f"/dossiers/{case}", status=404)


@pytest.mark.parametrize("name", ["shelter_intake", "clinician", "registrar", "auditor"])
def test_who_follows_nothing_is_told_nothing(world: World, name: str) -> None:
    case = hands.new_case(world.officer)
    hands.send(world.officer, case, hands.service_id(world, hands.SHELTER))
    assert world.app  # it connects the slices
    with getattr(world, name).gate() as gate:
        assert of_case(gate, case) is None
        assert followed_of(gate, case) is None
