"""What the tests of referrals do by hand: a case, a consent, a request, an answer, all through the real actions."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.consents import ConsentAnswers
from protect.directory import actions as directory
from protect.referrals import actions_inbox, actions_request
from tests.world import Person, World

NAME = "Kapinga"
ADULT = {
    "surname": NAME, "given_name": "Berthe", "sex": "F", "age_at_registration": "24", "primary_language": "lin",
    "current_province": "CD-KN", "needs": "emergency_shelter medical", "immediate_danger": "no",
    "safe_contact_channel": "in_person", "risk_level": "high", "trafficker_knows_location": "no",
    "exploitation_narrative": "Récit", "citizenship": "CD",
}  # fmt: skip
CHILD = {**ADULT, "age_at_registration": "14", "guardian_type": "parent", "guardian_conflict": "no"}

SHELTER = "Hébergement Une"
OTHER_SHELTER = "Hébergement Deux"
CLINIC = "Soins"


def service_id(world: World, name: str) -> UUID:
    with world.officer.gate() as gate:
        return next(m.service.id for m in directory.all_services(gate) if m.service.name == name)


def new_case(person: Person, values: dict[str, str] = ADULT, status: str = "active") -> UUID:
    with person.gate() as gate:
        return open_case(gate, IntakeAnswers(values, status=status))


def agreed(service: UUID, **changes: Any) -> ConsentAnswers:
    """A consent that stands for an adult: identity and coded facts, to one service."""
    usual = ConsentAnswers(
        scope="share_referral", status="given", given_by="person", mode="oral_witnessed", language="lin",
        recipient_service_id=service, classes=("identity", "coded"), information=("data_use", "withdrawal"),
    )  # fmt: skip
    return replace(usual, **changes)


def send(person: Person, case: UUID, service: UUID, once: UUID | None = None, **changes: Any) -> UUID:
    with person.gate() as gate:
        answers = agreed(service, **changes)
        return actions_request.request(gate, case, service, "urgent", answers, once or uuid4())


def add_places(world: World, name: str, number: int, person: str = "shelter_intake") -> UUID:
    service = service_id(world, name)
    with getattr(world, person).gate() as gate:
        directory.add_places(gate, service, number)
    return service


def accept(person: Person, referral: UUID) -> None:
    with person.gate() as gate:
        version = actions_inbox.show_request(gate, referral).referral.version
        actions_inbox.accept(gate, referral, version)


def sent_to_shelter(world: World, places: int = 2, **changes: Any) -> UUID:
    """A request that waits at the shelter, which has places."""
    shelter = add_places(world, SHELTER, places)
    return send(world.officer, new_case(world.officer), shelter, **changes)
