"""Two cases with a word in every field, and a referral in each state to a service where every receiving role works.

The house's own case is looked at from within the agency: own office, another office, an emergency. The pilot agency's
case is referred to the house. Everything is done by the real actions, on a copy of the story.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from protect.access import sessions
from protect.access.beginning import opened_keys
from protect.access.models import Member
from protect.access.policy import policy
from protect.cases import actions_approvals, actions_closing, actions_emergency, actions_erasure, actions_export
from protect.cases.actions import one_listed
from protect.cases.actions_emergency import Asked
from protect.referrals import actions_follow, actions_package
from protect.referrals.lifecycle import Step
from protect.vocab import COMPARTMENTS
from tests.referrals import hands
from tests.security.planting import Words, plant
from tests.security.tampering import row
from tests.security.telling import Copy
from tests.world import World

OWNER, SENDER = "Grande maison", "Agence pilote"
SERVICE = "Abri de la maison"
STATES = ("waiting", "agreed", "accepted", "withdrawn", "expired", "erased")
OPENINGS = ("live", "ended")
APPROVALS = ("asked", "agreed to")
CASE, SENT = "case", "sent case"  # the house's, and the one that the pilot agency refers
GONE = "erased case"
HELD = policy().readable("officer")  # nobody of the pilot agency could read what is dropped in beside these
CLASSES = tuple(name for name in COMPARTMENTS if name in {"identity", "contact", "protection", "coded"})
SHORT = timedelta(minutes=1)
CLOSURE = {"case_closure_date": "2026-02-01", "case_closure_reason": "person_request"}
WHY = "Le tribunal le demande"


@dataclass
class Acted:
    """The copy of the story, what was planted in it, and the ids of what it was planted in."""

    copy: Copy
    words: Words
    ids: dict[str, uuid.UUID]

    @cached_property
    def units(self) -> dict[str, uuid.UUID]:
        """The offices of the two cases."""
        return {case: row(self.copy, "case_file", "id = :id", id=self.ids[case])["unit_id"] for case in (CASE, SENT)}

    @property
    def world(self) -> World:
        """Who acts."""
        return self.copy.world


def act(copy: Copy) -> Acted:
    """Plant, refer in every state, and open in an emergency."""
    acted = Acted(copy, Words(), {CASE: copy.ids["case"], "live": copy.ids["emergency"], "asked": copy.ids["approval"]})
    plant(acted.world.house_officer, acted.ids[CASE], acted.words, CASE)
    acted.ids["service"] = hands.add_places(acted.world, SERVICE, 9, "house_worker")
    for case in (SENT, GONE):
        acted.ids[case] = hands.new_case(acted.world.officer)
    for state in STATES:
        _refer(acted, state)
    plant(acted.world.officer, acted.ids[SENT], acted.words, SENT, HELD)
    _withdraw(acted)
    acted.world.runtime.clock.move(seconds=2 * SHORT.total_seconds())  # type: ignore[attr-defined]  # of the tests
    _erase(acted)
    _agree(acted)
    return acted


def begin_anew(world: World, *names: str) -> None:
    """Sessions of these people, or of all, as a sign-in begins them once it has the identity: with every key granted."""
    for person in [world.people[name] for name in names or world.people]:
        with person.gate() as gate:
            member = gate.db.get_one(Member, gate.member.member_id)
            identity = gate.keyring.awake
            keys = opened_keys(gate.db, world.runtime, identity, member)
            token = sessions.begin(gate.db, world.runtime, member, identity, keys)
        person.token = token


def _refer(acted: Acted, state: str) -> None:
    """One referral with words of its own, accepted unless it waits."""
    officer, case = acted.world.officer, acted.ids[GONE if state == "erased" else SENT]
    plant(officer, case, acted.words, state, HELD)
    until = acted.world.runtime.clock() + SHORT if state == "expired" else None
    acted.ids[state] = hands.send(officer, case, acted.ids["service"], classes=CLASSES, valid_until=until)
    if state != "waiting":
        hands.accept(acted.world.house_intake, acted.ids[state])
    for step in (Step.START, Step.COMPLETE) if state in {"accepted", "erased"} else ():
        with acted.world.house_worker.gate() as gate:
            actions_package.progress(gate, acted.ids[state], step, None)


def _withdraw(acted: Acted) -> None:
    """Withdraw the consent that one referral rests on."""
    with acted.world.officer.gate() as gate:
        consent = actions_follow.show_referral(gate, acted.ids["withdrawn"]).consent_id
        assert consent is not None
        actions_follow.withdraw(gate, acted.ids[SENT], consent)


def _erase(acted: Acted) -> None:
    """Close a case, and have it erased by two."""
    with acted.world.officer.gate() as gate:
        version = actions_closing.before(gate, acted.ids[GONE]).version
        actions_closing.close(gate, acted.ids[GONE], CLOSURE, version)
        approval = actions_erasure.ask(gate, acted.ids[GONE], "wish", WHY)
    with acted.world.supervisor.gate() as gate:
        actions_approvals.give(gate, approval)


def _agree(acted: Acted) -> None:
    """A copy of the house's case that can be fetched, and an emergency opening that is over."""
    world = acted.world
    with world.house_officer.gate() as gate:
        acted.ids["agreed to"] = actions_export.ask(gate, acted.ids[CASE], "court", WHY)
        code = one_listed(gate, acted.ids[CASE]).code
    with world.house_officer_beside.gate() as gate:
        acted.ids["ended"] = actions_emergency.ask(gate, Asked(code, "danger", WHY))
    with world.house_supervisor.gate() as gate:
        actions_approvals.give(gate, acted.ids["agreed to"])
        actions_emergency.approve(gate, acted.ids["ended"], 4)
    end_emergency(acted, "ended")


def end_emergency(acted: Acted, which: str) -> None:
    """Who had the case opened ends it."""
    with acted.world.house_officer_beside.gate() as gate:
        actions_emergency.end(gate, acted.ids[which])
