"""The invented agencies of the demonstration, with somebody in every role."""

from collections.abc import Iterator
from typing import Final

from protect.auth.actions_onboarding import AgencyPlan, NewMember
from protect.directory.actions_onboarding import NewService

KINSHASA: Final = "Kinshasa"
GOMA: Final = "Goma"
PROVINCES: Final = {KINSHASA: "CD-KN", GOMA: "CD-NK"}

LEAD: Final = AgencyPlan(
    "Agence de protection (démonstration)", "lead", tuple(PROVINCES.items()), (),
    (
        NewMember("registre.agence", "Odile Registre", "registrar"),
        NewMember("agent.kinshasa", "Amina Agent", "officer", KINSHASA),
        NewMember("agent2.kinshasa", "Basile Agent", "officer", KINSHASA),
        NewMember("agent.goma", "Carine Agent", "officer", GOMA),
        NewMember("supervision.agence", "Denis Superviseur", "supervisor"),
        NewMember("sante.agence", "Diane Santé", "clinician"),
        NewMember("audit.agence", "Emma Auditrice", "auditor"),
    ),
)  # fmt: skip
SHELTER_KINSHASA: Final = AgencyPlan(
    "Maison Espérance (démonstration)", "shelter", (("Maison", PROVINCES[KINSHASA]),),
    (
        NewService("Hébergement d’urgence Espérance", "emergency_shelter", PROVINCES[KINSHASA],
                   sexes=("F",), has_places=True),
        NewService("Hébergement durable Espérance", "longer_shelter", PROVINCES[KINSHASA],
                   sexes=("F",), has_places=True),
    ),
    (
        NewMember("registre.esperance", "Fanny Registre", "registrar"),
        NewMember("accueil.esperance", "Gilbert Accueil", "intake"),
        NewMember("maison.esperance", "Henriette Maison", "shelter_worker"),
    ),
)  # fmt: skip
SHELTER_GOMA: Final = AgencyPlan(
    "Foyer du Lac (démonstration)", "shelter", (("Foyer", PROVINCES[GOMA]),),
    (NewService("Hébergement d’urgence du Lac", "emergency_shelter", PROVINCES[GOMA], has_places=True),),
    (
        NewMember("registre.lac", "Irène Registre", "registrar"),
        NewMember("accueil.lac", "Jean Accueil", "intake"),
        NewMember("maison.lac", "Karine Maison", "shelter_worker"),
    ),
)  # fmt: skip
CLINIC: Final = AgencyPlan(
    "Centre de santé Uzima (démonstration)", "medical", (("Centre", PROVINCES[GOMA]),),
    (
        NewService("Soins Uzima, Goma", "medical", PROVINCES[GOMA]),
        NewService("Soins Uzima, Kinshasa", "medical", PROVINCES[KINSHASA]),
        NewService("Écoute Uzima", "mental_health", PROVINCES[KINSHASA]),
    ),
    (
        NewMember("registre.uzima", "Léa Registre", "registrar"),
        NewMember("accueil.uzima", "Luc Accueil", "intake"),
        NewMember("soins.uzima", "Marthe Soins", "clinician"),
    ),
)  # fmt: skip
LEGAL: Final = AgencyPlan(
    "Clinique juridique Haki (démonstration)", "legal", (("Bureau", PROVINCES[KINSHASA]),),
    (
        NewService("Conseil juridique Haki", "legal", PROVINCES[KINSHASA]),
        NewService("Pièces d’identité Haki", "documentation", PROVINCES[KINSHASA]),
    ),
    (
        NewMember("registre.haki", "Nadine Registre", "registrar"),
        NewMember("accueil.haki", "Olivier Accueil", "intake"),
        NewMember("avocat.haki", "Pauline Avocate", "lawyer"),
    ),
)  # fmt: skip
COMMISSION: Final = AgencyPlan(
    "Commission nationale (démonstration)", "commission", (("Siège", PROVINCES[KINSHASA]),), (),
    (
        NewMember("registre.commission", "Rachel Registre", "registrar"),
        NewMember("analyse.commission", "Sylvie Chiffres", "analyst"),
        NewMember("publication.commission", "Thomas Publie", "publisher"),
        NewMember("lecture.commission", "Ursule Lectrice", "reader"),
        NewMember("audit.commission", "Victor Auditeur", "auditor"),
    ),
)  # fmt: skip

PLANS: Final = (LEAD, SHELTER_KINSHASA, SHELTER_GOMA, CLINIC, LEGAL, COMMISSION)
OFFICERS: Final = {KINSHASA: ("agent.kinshasa", "agent2.kinshasa"), GOMA: ("agent.goma",)}
ANALYST: Final = "analyse.commission"
PUBLISHER: Final = "publication.commission"
PLACES: Final = 14  # of each service that has places


def intakes() -> Iterator[tuple[str, str]]:
    """Each partner with the member who answers for it."""
    for plan in PLANS:
        yield from ((plan.name, member.sign_in_name) for member in plan.members if member.role == "intake")
