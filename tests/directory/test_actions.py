"""The directory through the gate: what everybody may read, and places that are their own agency's alone."""

from uuid import uuid4

import pytest

from protect.access.errors import Denied, NotFound
from protect.directory import actions
from protect.directory.actions_onboarding import (
    NewService,
    RegistrationRefused,
    register_agency,
    register_service,
    register_unit,
)
from protect.directory.matching import Freshness, Reason, Wanted
from tests.referrals import hands
from tests.world import World


@pytest.mark.parametrize("name", ["officer", "supervisor", "registrar", "shelter_intake", "clinician"])
def test_the_directory_is_read_by_who_works_with_cases(world: World, name: str) -> None:
    with getattr(world, name).gate() as gate:
        assert {m.service.name for m in actions.all_services(gate)} == {
            hands.SHELTER,
            hands.OTHER_SHELTER,
            hands.CLINIC,
        }


@pytest.mark.parametrize("name", ["reader", "analyst", "auditor"])
def test_others_do_not_read_it(world: World, name: str) -> None:
    with pytest.raises(Denied), getattr(world, name).gate() as gate:
        actions.all_services(gate)


def test_counted_places_are_ranked_before_uncounted_ones(world: World) -> None:
    hands.add_places(world, hands.OTHER_SHELTER, 2, person="other_shelter_intake")
    with world.officer.gate() as gate:
        first, second = actions.list_services(gate, Wanted("emergency_shelter", "F", "adult", "CD-KN"))
    assert (first.service.name, second.service.name) == (hands.OTHER_SHELTER, hands.SHELTER)
    assert Reason.FREE_PLACES in first.reasons
    assert Reason.PLACES_UNSURE in second.reasons
    assert (first.service.free_places, first.freshness) == (2, Freshness.FRESH)


def test_a_count_ages_until_it_is_confirmed(world: World) -> None:
    service = hands.add_places(world, hands.SHELTER, 2)
    world.runtime.clock.move(hours=80)
    world.shelter_intake.sign_in()
    with world.shelter_intake.gate() as gate:
        assert actions.my_places(gate)[0].freshness is Freshness.STALE
        actions.confirm_count(gate, service)
        assert actions.my_places(gate)[0].freshness is Freshness.FRESH


def test_added_places_are_numbered_on(world: World) -> None:
    hands.add_places(world, hands.SHELTER, 2)
    hands.add_places(world, hands.SHELTER, 1)
    with world.shelter_intake.gate() as gate:
        (mine,) = actions.my_places(gate)
    assert [place.label for place in mine.places] == ["01", "02", "03"]
    assert mine.service.free_places == 3


@pytest.mark.parametrize("number", [0, -1, 51])
def test_too_many_places_are_refused(world: World, number: int) -> None:
    with pytest.raises(ValueError):
        hands.add_places(world, hands.SHELTER, number)


@pytest.mark.parametrize("name", ["other_shelter_intake", "clinic_intake", "officer", "shelter_registrar"])
def test_nobody_else_touches_the_places(world: World, name: str) -> None:
    service = hands.add_places(world, hands.SHELTER, 1)
    with world.shelter_intake.gate() as gate:
        place = actions.my_places(gate)[0].places[0].id
    for act in (
        lambda gate: actions.add_places(gate, service, 1),
        lambda gate: actions.confirm_count(gate, service),
        lambda gate: actions.release_place(gate, place),
    ):
        with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
            act(gate)


def test_a_shelter_sees_its_own_places_only(world: World) -> None:
    hands.add_places(world, hands.SHELTER, 1)
    with world.other_shelter_intake.gate() as gate:
        (mine,) = actions.my_places(gate)
    assert (mine.service.name, mine.places) == (hands.OTHER_SHELTER, ())


def test_a_service_without_places_gets_none(world: World) -> None:
    clinic = hands.service_id(world, hands.CLINIC)
    with world.clinic_intake.gate() as gate, pytest.raises(NotFound):
        actions.add_places(gate, clinic, 1)


def test_an_unknown_service_is_not_found(world: World) -> None:
    with world.officer.gate() as gate:
        for look in (actions.open_service, actions.service_of):
            with pytest.raises(NotFound):
                look(gate, uuid4())


def test_onboarding_takes_only_what_the_lists_know(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        agency = register_agency(db, "Nouvelle", "legal")
        assert register_unit(db, agency, "Bureau", "CD-KN")
        assert register_service(
            db, agency, NewService("Conseil", "legal", "CD-KN", sexes=("F",), majorities=("adult",))
        )
        for wrong in (
            NewService("X", "magic", "CD-KN"), NewService("X", "legal", "FR-75"),
            NewService("X", "legal", "CD-KN", sexes=("Q",)), NewService("X", "legal", "CD-KN", majorities=("old",)),
        ):  # fmt: skip
            with pytest.raises(RegistrationRefused):
                register_service(db, agency, wrong)
        with pytest.raises(RegistrationRefused):
            register_agency(db, "Autre", "circus")
        with pytest.raises(RegistrationRefused):
            register_unit(db, agency, "Bureau 2", "nowhere")
