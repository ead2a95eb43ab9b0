"""Two things at one moment: who signs while the access ends, and who agrees while something else is proposed."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from protect.access import rotation
from protect.access.errors import AlreadyConfirmed, Conflict, SignInRequired
from protect.access.models import Member
from protect.auth import actions_keys
from protect.auth.actions_onboarding import PlanRefused
from protect.directory import actions_members, actions_recovery
from protect.vault.ceremony import RecoveryAnswer
from protect.vault.errors import CiphertextRejected
from tests.access import ceremony, people
from tests.access.test_seated import seat
from tests.cases import emergencies
from tests.world import World

HOLDER = "officer_same_unit"


def test_a_key_that_is_renewed_while_its_holder_leaves_locks_nobody_out(world: World) -> None:
    """The departure waits for what is under way, and upholds it."""
    with people.fresh(world, HOLDER) as gate:
        rotation.begin(gate, "narrative")
        with ThreadPoolExecutor(1) as beside:
            departure = beside.submit(people.decide, world, HOLDER, "leave")
            sleep(1)
            assert not departure.done()
            gate.__exit__(None, None, None)
            assert departure.result()
    assert people.opens(world.officer, "narrative")


@pytest.mark.parametrize("decision", ["leave", "suspend"])
@pytest.mark.parametrize("what", ["renew", "supply"])
def test_who_was_stopped_meanwhile_signs_nothing_more(world: World, decision: str, what: str) -> None:
    people.join(world, "late", "officer", "Kinshasa")
    with people.fresh(world, HOLDER) as gate:
        assert gate.keyring.holds("narrative")
        people.decide(world, HOLDER, decision)
        late = people.member_id(world, "late")
        with pytest.raises(SignInRequired):
            rotation.begin(gate, "narrative") if what == "renew" else actions_keys.supply_keys(gate, late, "")
    assert people.opens(world.officer, "narrative")


def test_nobody_agrees_to_what_was_not_shown(world: World) -> None:
    """The second registrar reads: reader. The first exchanges it for: auditor."""
    second = people.second_registrar(world)
    whom = people.member_id(world, HOLDER)
    assert not people.decide(world, HOLDER, "change", role="reader", unit_id=None)
    second.sign_in()
    with people.fresh(world, "second") as gate:
        shown = actions_members.show_member(gate, whom).pending
    assert shown
    with people.fresh(world, "registrar") as gate:
        actions_members.withdraw(gate, whom)
    assert not people.decide(world, HOLDER, "change", role="auditor", unit_id=None)
    with people.fresh(world, "second") as gate, pytest.raises(Conflict):
        actions_members.certify(gate, whom, shown.subject)
    with world.runtime.unit_of_work() as db:
        assert db.get_one(Member, whom).role == "officer"


def test_a_seat_that_the_root_gave_is_not_taken_by_another_code(world: World) -> None:
    code = seat(world)
    with people.fresh(world, "registrar") as gate, pytest.raises(Conflict):
        actions_members.new_code(gate, people.member_id(world, "heir"))
    people.enrol(world, "heir", code)


def test_the_root_signs_no_other_role_for_being_in_the_table(world: World) -> None:
    seat(world)
    emergencies.change(world, "update member set role = 'supervisor' where sign_in_name = 'heir'")
    with pytest.raises(PlanRefused):
        seat(world)


def test_a_seat_that_the_root_gave_between_two_words_breaks_no_roll(world: World) -> None:
    """One of two said yes to a third registrar, and the root seated an heir: the first says yes again, to the new roll."""
    people.second_registrar(world)
    people.enrol(world, "third", people.invite(world, "third", "registrar"))
    assert not people.certify(world, "third")
    seat(world)
    assert not people.certify(world, "third", by="second")
    world.officer.sign_in()
    assert people.certify(world, "third")


def test_what_custodians_brought_and_registrars_stopped_stays_stopped(world: World) -> None:
    seed = ceremony.hold(world)
    ceremony.lose_everybody(world)
    people.join(world, "nouvelle", "officer", "Kinshasa")
    content = ceremony.answered(seed, ceremony.exported(world, "nouvelle"))
    arrival = ceremony.arrive(world, content)
    with people.fresh(world, "registrar") as gate:
        actions_recovery.stop(gate, arrival.id)
    answer = RecoveryAnswer.from_bytes(content)
    for grants in (tuple(reversed(answer.grants)), answer.grants[:1], answer.grants * 2):
        with pytest.raises(ceremony.recovery.AlreadyArrived):
            ceremony.arrive(world, RecoveryAnswer(answer.agency, grants).to_bytes())


def test_a_change_of_role_is_not_undone_by_moments_in_the_tables(world: World) -> None:
    who, unit = people.member_id(world, HOLDER), people.unit_id(world, "Kinshasa")
    assert people.decide(world, HOLDER, "change", role="reader", unit_id=None)
    for statement in (
        "update certificate set in_force_at = null where member_id = :id and epoch = 2",
        "update certificate set revoked_at = null where member_id = :id and epoch = 1",
        "update key_grant set revoked_at = null where recipient_id = :id",
    ):
        emergencies.change(world, statement, id=who)
    emergencies.change(world, "update member set role = 'officer', unit_id = :unit where id = :id", id=who, unit=unit)
    with pytest.raises(CiphertextRejected):
        people.opens(world.people[HOLDER], "identity")


@pytest.mark.parametrize("end", ["suspend", "leave"])
def test_a_change_to_which_a_stopped_registrar_agreed_is_proposed_anew(world: World, end: str) -> None:
    """The word of one who is out of office and that of another would decide by half: nobody could sign in by it."""
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    who, away = people.member_id(world, HOLDER), {"role": "reader", "unit_id": None}
    assert not people.decide(world, HOLDER, "change", by="second", **away)
    for by in ("registrar", "third") if end == "leave" else ("registrar",):
        people.decide(world, "second", end, by=by)
    with people.fresh(world, "registrar") as gate:
        assert actions_members.show_member(gate, who).pending is None
    assert people.opens(world.people[HOLDER], "identity")
    assert not people.decide(world, HOLDER, "change", by="registrar", **away)
    assert people.opens(world.people[HOLDER], "identity")
    assert people.certify(world, HOLDER, by="third")
    assert not people.opens(world.people[HOLDER], "identity")


@pytest.mark.parametrize("end", ["suspend", "leave"])
def test_a_return_to_which_a_stopped_registrar_agreed_takes_two_others(world: World, end: str) -> None:
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.decide(world, HOLDER, "suspend")
    assert not people.decide(world, HOLDER, "resume", by="second")
    for by in ("registrar", "third") if end == "leave" else ("registrar",):
        people.decide(world, "second", end, by=by)
    assert not people.decide(world, HOLDER, "resume", by="registrar")
    with pytest.raises(AlreadyConfirmed):
        people.decide(world, HOLDER, "resume", by="registrar")
    assert people.decide(world, HOLDER, "resume", by="third")
    world.people[HOLDER].sign_in()
    assert people.opens(world.people[HOLDER], "identity")


def test_who_returns_to_office_stands_for_a_return_again(world: World) -> None:
    """Two who are in office said so; who asks for it next finds it decided."""
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.decide(world, HOLDER, "suspend")
    assert not people.decide(world, HOLDER, "resume", by="second")
    people.decide(world, "second", "suspend")
    assert not people.decide(world, HOLDER, "resume", by="registrar")
    assert not people.decide(world, "second", "resume")
    assert people.decide(world, "second", "resume", by="third")
    assert people.decide(world, HOLDER, "resume", by="third")
    world.people[HOLDER].sign_in()
    assert people.opens(world.people[HOLDER], "identity")
