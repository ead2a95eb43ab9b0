"""One more agency for the small world, in which every role of field work exists side by side."""

from protect.auth import actions_keys
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.directory.actions_onboarding import NewService
from tests.world import World, enrol

HOUSE = AgencyPlan(
    "Grande maison", "other", [("Accueil", "CD-KN"), ("Annexe", "CD-NK")],
    [NewService("Abri de la maison", "emergency_shelter", "CD-KN", has_places=True)],
    [
        NewMember("house_registrar", "Véra Registre", "registrar"),
        NewMember("house_officer", "William Agent", "officer", "Accueil"),
        NewMember("house_officer_beside", "Xavier Agent", "officer", "Annexe"),
        NewMember("house_supervisor", "Yvonne Superviseur", "supervisor"),
        NewMember("house_intake", "Zacharie Accueil", "intake"),
        NewMember("house_worker", "Agathe Maison", "shelter_worker"),
        NewMember("house_clinician", "Blaise Soins", "clinician"),
        NewMember("house_lawyer", "Claire Droit", "lawyer"),
        NewMember("house_auditor", "David Auditeur", "auditor"),
    ],
)  # fmt: skip


def add_house(world: World) -> None:
    """Bring the agency in as an operator does: enrol everybody, sign them in, hand the keys on."""
    done = add_agency(world.runtime, world.directory, HOUSE)
    world.agencies[HOUSE.name] = done.agency_id
    people = []
    for item in done.codes:
        people.append(enrol(world, item.member.sign_in_name, item.code))
        people[-1].sign_in()
    for person in people:
        with person.gate() as gate:
            if gate.allows("key:supply"):
                actions_keys.supply_keys(gate)
    for person in people:
        with person.gate() as gate:
            missing = actions_keys.missing_keys(gate)
        if missing:
            person.sign_in()
