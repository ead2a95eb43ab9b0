"""An agency whose only registrar is lost goes on: its root names another, and nobody else can."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from protect.access.errors import NotFound
from protect.access.founding import SigningKey
from protect.access.models import RollRow
from protect.auth.actions_onboarding import PlanRefused, seat_registrar
from protect.directory import actions_members
from protect.vault.errors import CiphertextRejected
from protect.vault.register import Roll
from tests.access import people
from tests.world import LEAD, SHELTER, World


def seat(world: World, name: str = "heir", root: SigningKey | None = None, agency: str = LEAD.name) -> str:
    """The root of the lead agency, without more, names somebody; the code."""
    signer = root or world.roots[LEAD.name]
    return seat_registrar(world.runtime, signer, world.agencies[agency], name, name.capitalize())


def rolls(world: World) -> list[Roll]:
    with world.runtime.unit_of_work() as db:
        own = select(RollRow).where(RollRow.agency_id == world.agencies[LEAD.name], RollRow.in_force_at.is_not(None))
        return [Roll.from_bytes(row.statement) for row in db.scalars(own.order_by(RollRow.version))]


def test_the_heir_of_a_lost_registrar_goes_on_alone(world: World) -> None:
    joined = people.join(world, "colleague", "officer", "Kinshasa")
    people.supply(world, "colleague")
    people.enrol(world, "heir", seat(world))
    # While the lost one has a seat two would have to agree; nobody counts for their own case, so that one may end it.
    people.decide(world, "registrar", "leave", by="heir")
    later = people.join(world, "later", "officer", "Kinshasa", by=("heir",))
    people.supply(world, "later")
    assert people.opens(later, "identity")
    assert people.opens(joined, "identity")  # what the lost one had certified stays good


def test_until_the_lost_one_is_gone_two_must_agree(world: World) -> None:
    people.enrol(world, "heir", seat(world))
    people.enrol(world, "later", people.invite(world, "later", "officer", "Kinshasa", by="heir"))
    assert not people.certify(world, "later", by="heir")


def test_two_lost_ones_need_two_heirs(world: World) -> None:
    people.second_registrar(world)
    for name in ("heir", "heiress"):
        people.enrol(world, name, seat(world, name))
    for lost in ("registrar", "second"):
        people.decide(world, lost, "leave", by="heir")
        people.decide(world, lost, "leave", by="heiress")
    people.enrol(world, "later", people.invite(world, "later", "officer", "Goma", by="heir"))
    assert not people.certify(world, "later", by="heir")
    assert people.certify(world, "later", by="heiress")


def test_who_lost_the_code_gets_another_and_the_seat_once(world: World) -> None:
    lost = seat(world)
    world.runtime.clock.move(days=15)  # type: ignore[attr-defined]  # the clock of tests
    again, last = seat(world), seat(world)
    assert len(rolls(world)) == 2
    for code in (lost, again):
        with pytest.raises(NotFound):
            people.enrol(world, "heir", code)
    people.enrol(world, "heir", last)


def test_a_seat_that_was_proposed_is_dropped(world: World) -> None:
    people.enrol(world, "second", people.invite(world, "second", "registrar"))
    with people.fresh(world, "registrar") as gate:
        people.say_yes(gate, people.member_id(world, "second"))
    people.enrol(world, "third", people.invite(world, "third", "registrar"))
    people.certify(world, "third")  # the second's word is missing: the seat waits
    people.enrol(world, "heir", seat(world))
    assert len(rolls(world)[-1].registrars) == 3
    world.people["second"].sign_in()
    with people.fresh(world, "second") as gate:
        assert actions_members.show_member(gate, people.member_id(world, "heir")).known


@pytest.mark.parametrize("name", ["officer", "registrar", "shelter_registrar"])
def test_nobody_is_seated_under_the_name_of_another(world: World, name: str) -> None:
    with pytest.raises(PlanRefused):
        seat(world, name)
    assert len(rolls(world)) == 1


@pytest.mark.parametrize("whose", [SHELTER.name, ""])
def test_no_other_root_seats_anybody(world: World, whose: str) -> None:
    other = world.roots[whose] if whose else SigningKey.generate()
    with pytest.raises(CiphertextRejected):
        seat(world, root=other)
    assert len(rolls(world)) == 1


@pytest.mark.parametrize("whose", ["nobody", "a stranger", SHELTER.name])
def test_nobody_believes_a_seat_that_the_root_did_not_sign(world: World, whose: str) -> None:
    """Whoever writes the tables seats a registrar with any key but the root's."""
    before = rolls(world)[-1]
    more = tuple(sorted({*before.registrars, str(people.member_id(world, "officer"))}))
    forged = Roll(before.agency_id, 1, before.digest(), more, bytes(16))
    if whose != "nobody":
        forged = forged.signed(world.roots.get(whose) or SigningKey.generate())
    put(world, forged)
    with pytest.raises(CiphertextRejected):
        people.invite(world, "friend", "officer", "Goma")


def test_a_signed_seat_counts_without_any_word(world: World) -> None:
    """What was forged above is what the root would have written."""
    before = rolls(world)[-1]
    more = tuple(sorted({*before.registrars, str(people.member_id(world, "officer"))}))
    put(world, Roll(before.agency_id, 1, before.digest(), more, bytes(16)).signed(world.roots[LEAD.name]))
    assert people.invite(world, "friend", "officer", "Goma")


def test_who_was_registrar_and_is_again_decides_again(world: World) -> None:
    """The end of the first time in office counts against the word that was before it, not against the new seat."""
    second = people.second_registrar(world)
    for role in ("reader", "registrar"):
        people.decide(world, "second", "change", role=role, unit_id=None)
        world.runtime.clock.move(minutes=1)  # type: ignore[attr-defined]  # the clock of tests
        second.sign_in()
    assert len(rolls(world)) == 4
    assert people.join(world, "late", "officer", "Kinshasa", by=("registrar", "second"))


def put(world: World, roll: Roll) -> None:
    """Into the table, in force."""
    with world.runtime.unit_of_work() as db:
        row = RollRow(agency_id=world.agencies[LEAD.name], version=roll.version, statement=roll.to_bytes())
        row.in_force_at = world.runtime.clock() - timedelta(hours=1)
        db.add(row)
