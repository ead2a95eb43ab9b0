"""One more agency for the small world, in which every role of field work exists side by side."""

from protect.auth import actions_keys
from protect.auth.actions_onboarding import AgencyPlan, NewMember
from protect.directory.actions_onboarding import NewService
from tests.access import ceremony
from tests.world import World, hand_keys_on, join

HOUSE = AgencyPlan(
    "Grande maison", "other", [("Accueil", "CD-KN"), ("Annexe", "CD-NK")],
    [NewService("Abri de la maison", "emergency_shelter", "CD-KN", has_places=True)],
    [
        NewMember("house_registrar", "Véra Registre", "registrar"),
        NewMember("house_officer", "William Agent", "officer", "Accueil"),
        NewMember("house_officer_beside", "Xavier Agent", "officer", "Annexe"),
        NewMember("house_officer_apart", "Élise Agent", "officer", "Annexe"),
        NewMember("house_supervisor", "Yvonne Superviseur", "supervisor"),
        NewMember("house_intake", "Zacharie Accueil", "intake"),
        NewMember("house_worker", "Agathe Maison", "shelter_worker"),
        NewMember("house_clinician", "Blaise Soins", "clinician"),
        NewMember("house_lawyer", "Claire Droit", "lawyer"),
        NewMember("house_auditor", "David Auditeur", "auditor"),
    ],
)  # fmt: skip


def add_house(world: World) -> None:
    """Bring the agency in as an operator does, with custodians who brought keys back: they wait, and nobody objected."""
    people = join(world, HOUSE)
    for person in people:
        hand_keys_on(person)
    for person in people:
        with person.gate() as gate:
            missing = actions_keys.missing_keys(gate)
        if missing:
            person.sign_in()
    seed = ceremony.hold(world, HOUSE, by=("house_officer", "house_auditor"))
    ceremony.arrive(world, ceremony.answered(seed, ceremony.exported(world, "house_officer", plan=HOUSE)))
