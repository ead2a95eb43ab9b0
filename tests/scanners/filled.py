"""Something on every page: cases, requests and people in every state, made by the real actions; gives what addresses are made of."""

import uuid
from uuid import UUID

from sqlalchemy import select

from protect.access.models import OpeningNotice
from protect.auth import actions_reset
from protect.auth.models import Factor
from protect.directory import actions_handover
from protect.referrals import actions_follow
from protect.statistics import actions as statistics
from protect.statistics.period import Period
from tests.access import ceremony, people
from tests.cases import emergencies, endings, exports
from tests.journeys.people_counted import count, last_quarter
from tests.referrals import hands
from tests.wire.served import Served
from tests.world import Person, World, enrol

OFFICE = "Kinshasa"
ENOUGH = 25  # persons of a quarter, so that there are figures
Ids = dict[str, UUID]


def fill(served: Served) -> dict[str, str]:
    """Live through everything, as people who have just signed in."""
    world = served.world
    found = {**_people(served), **_cases(world), **_referrals(world), **_decisions(world), **_releases(world)}
    return {name: str(one) for name, one in found.items()}


def _cases(world: World) -> Ids:
    """Cases of the officer, and one that a colleague keeps for later."""
    officer = world.officer
    found = {name: hands.new_case(officer) for name in ("case", "other", "ending", "closed", "leaving")}
    found["draft"] = hands.new_case(officer, status="draft")
    endings.close(world, found["closed"])
    with world.officer_same_unit.gate() as gate:
        own = select(Factor.id).where(Factor.member_id == gate.member.member_id, Factor.kind == "totp")
        found["factor"] = gate.db.scalars(own).one()
    return found


def _referrals(world: World) -> Ids:
    """Requests to a shelter: two wait, two are accepted, of one the consent can be withdrawn, one was taken back."""
    officer, shelter = world.officer, hands.add_places(world, hands.SHELTER, 6)
    found = {"service": shelter}
    for name in ("waiting", "asked_for", "received", "sheltered", "agreed", "gone"):
        found[f"{name}_case"] = case = hands.new_case(officer)
        found[name] = hands.send(officer, case, shelter)
    for name in ("received", "sheltered", "agreed", "gone"):
        hands.accept(world.shelter_intake, found[name])
    with officer.gate() as gate:
        found["consent"] = actions_follow.show_referral(gate, found["agreed"]).consent_id
        actions_follow.cancel(gate, found["gone"], actions_follow.show_referral(gate, found["gone"]).referral.version)
    return found


def _decisions(world: World) -> Ids:
    """What one person asks and another decides: erasures, copies, openings in an emergency; and somebody who was stopped."""
    found: Ids = {}
    erased = hands.new_case(world.officer)
    endings.close(world, erased)
    found["erasure"] = endings.ask(world, erased)
    found["export"], found["own"] = (exports.ask(world, hands.new_case(world.officer)) for _ in range(2))
    found["copy"] = exports.agreed(world, hands.new_case(world.officer))
    found["emergency"] = _opened(world, "officer_other_unit", "officer")
    found["over"] = _opened(world, "officer", emergencies.ASKER)
    emergencies.finish(world, found["over"])
    found["request"] = emergencies.ask(world, emergencies.new_case(world)[1])
    with world.people["touched"].gate() as gate:
        whose = {"agency_id": gate.member.agency_id, "member_id": gate.member.member_id}
        gate.db.add(OpeningNotice(id=uuid.uuid4(), kind="stop", at=gate.now(), **whose))
    return found


def _opened(world: World, owner: str, asker: str) -> UUID:
    opening = emergencies.ask(world, emergencies.new_case(world, owner)[1], asker)
    emergencies.approve(world, opening)
    return opening


def _releases(world: World) -> Ids:
    """A release that is published, and one that waits for a decision."""
    count(world.officer, last_quarter(1), ENOUGH)
    release, proposal = (_proposed(world.analyst, before) for before in (1, 2))
    with world.publisher.gate() as gate:
        seen = statistics.review(gate, release).release.digest
        statistics.decide(gate, release, seen, approve=True)
    return {"release": release, "proposal": proposal}


def _proposed(analyst: Person, before: int) -> UUID:
    quarter = last_quarter(before)
    period = Period(quarter.first_day, quarter.last_day)
    with analyst.gate() as gate:
        return statistics.propose(gate, period, statistics.build(gate, period).seen, uuid.uuid4())


def _people(served: Served) -> Ids:
    """Members at every step: invited, waiting, active, suspended, beginning anew, gone; and keys that custodians brought."""
    world = served.world
    seed = ceremony.hold(world, by=(emergencies.ASKER,))
    ceremony.arrive(world, ceremony.answered(seed, ceremony.exported(world, emergencies.ASKER)))
    for name in ("invited", "unwanted"):
        people.invite(world, name, "reader")
    enrol(world, "pending", people.invite(world, "pending", "officer", OFFICE))
    for name in ("halted", "lost"):
        _join(world, name)
    people.decide(world, "halted", "suspend")
    with people.fresh(world, "registrar") as gate:
        actions_reset.ask(gate, people.member_id(world, "lost"))
    for name in ("touched", "left"):
        _join(world, name)
        people.supply(world, name)
        hands.new_case(served.enter(world.people[name]))
    with people.fresh(world, "registrar") as gate:
        to = people.member_id(world, "officer")
        actions_handover.give(gate, people.member_id(world, "left"), people.unit_id(world, OFFICE), to)
    people.decide(world, "left", "leave")
    names = ("invited", "unwanted", "pending", "halted", "lost", "touched", "left")
    return {name: people.member_id(world, name) for name in names}


def _join(world: World, name: str) -> None:
    """Invited, enrolled and certified, without the keys of colleagues; not signed in, so that no code is waited for."""
    enrol(world, name, people.invite(world, name, "officer", OFFICE))
    assert people.certify(world, name)
