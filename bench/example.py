"""Cases as they are really kept: thirty fields, most of them short, four of them told in sentences."""

import random
from collections.abc import Iterator
from datetime import date
from itertools import count
from uuid import UUID

from protect.access.opening import SearchEntry
from protect.cases.actions_intake import IntakeAnswers
from protect.cases.names import sounds, words

REGISTERED = date(2026, 6, 1)

SHORT = (
    "surname", "post_surname", "given_name", "birth_date", "phone", "current_address", "safe_contact_channel",
    "complaint_status", "risk_level", "immediate_danger", "sex", "citizenship", "primary_language", "detection_date",
    "detection_channel", "tip_act", "tip_means", "tip_purpose", "exploitation_main",
)  # fmt: skip
TEXTS = {  # number of sentences
    "exploitation_narrative": (8, 12), "case_note": (3, 6), "safety_plan": (2, 4), "safe_contact_instructions": (1, 2),
}  # fmt: skip
COMPUTED = (
    "registration_date", "registration_province", "age_group", "age_at_registration", "majority_status",
    "majority_at_entry", "amp_assessment",
)  # fmt: skip
FIELDS = (*SHORT, *TEXTS, *COMPUTED)
LISTED = ("surname", "post_surname", "given_name", "birth_date")

_SYLLABLES = (
    "ka", "bo", "ngo", "mbu", "yi", "tshi", "ba", "ngu", "lu", "mum", "ila", "nda", "mu", "ke", "kit", "oko", "we",
    "mbo", "ma", "si", "ki", "la", "nga", "ntu", "mwa", "nza", "di", "fu", "pe", "lo", "to", "ya",
)  # fmt: skip
_GIVEN = (
    "Béatrice", "Jean", "Esther", "Patrick", "Grâce", "Merveille", "Dieudonné", "Naomie", "Chancelvie", "Exaucé",
    "Rachel", "Joël", "Plamedi", "Divine", "Trésor", "Gloire", "Sarah", "Moïse", "Ruth", "Christian",
)  # fmt: skip
_SENTENCES = (
    "Elle dit avoir quitté son village après la mort de sa mère, avec une tante qui lui promettait une école.",
    "À l'arrivée, ses papiers lui ont été retirés et elle n'a plus pu sortir seule de la parcelle.",
    "Le travail commençait avant le jour et finissait quand tout le monde dormait, sans paie ni repos.",
    "Deux autres enfants vivaient dans la même pièce ; l'un d'eux est parti au mois de mars.",
    "On lui a répété que sa famille devait rembourser le voyage et que la police ne la croirait pas.",
    "Une voisine lui a donné le numéro du centre et l'a accompagnée jusqu'au marché.",
    "Elle ne veut pas que sa famille soit appelée avant qu'elle ait parlé à quelqu'un du service.",
    "Il reconnaît le camion et le nom du dépôt, mais pas celui du chauffeur.",
    "Les coups ont cessé quand il a commencé à travailler la nuit au dépôt.",
    "Appeler seulement l'après-midi ; si une autre personne répond, demander le salon de coiffure.",
    "Ne pas laisser de message, et ne jamais dire d'où vient l'appel.",
    "La personne connaît le trajet jusqu'au commissariat et garde un peu d'argent pour le taxi.",
)  # fmt: skip


class Names:
    """Names of a caseload: some families are large, most are small."""

    def __init__(self, seed: int = 1, families: int = 4000) -> None:
        self._random = random.Random(seed)
        always = random.Random(0)
        made = {"".join(always.choices(_SYLLABLES, k=always.randint(2, 4))) for _ in range(families)}
        self.families = sorted(name.capitalize() for name in made)
        self._weights = [1 / (rank + 5) for rank in range(len(self.families))]

    def draw(self, count: int) -> list[tuple[str, str, str]]:
        """Surname, post-surname and given name of as many people."""
        first = self._random.choices(self.families, self._weights, k=count)
        second = self._random.choices(self.families, self._weights, k=count)
        return list(zip(first, second, self._random.choices(_GIVEN, k=count), strict=True))


def answers(number: int, name: tuple[str, str, str]) -> dict[str, str]:
    """What is typed about one person; the remaining fields of the thirty are computed."""
    chance = random.Random(number)
    born = f"{chance.randint(1970, 2012)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    return {
        **dict(zip(LISTED, (*name, born), strict=True)),
        "phone": f"+24381{number % 10_000_000:07d}",
        "current_address": f"Avenue des Fleurs {number % 90 + 1}, quartier Mikonga, commune de la N'sele, Kinshasa",
        "safe_contact_channel": "messaging voice",
        "complaint_status": "considering",
        "risk_level": "high",
        "immediate_danger": "no",
        "sex": chance.choice("FM"),
        "citizenship": "CD",
        "primary_language": chance.choice(("lin", "swc", "fra")),
        "detection_date": date(2026, 1 + number % 6, 1 + number % 28).isoformat(),
        "detection_channel": "hotline",
        "tip_act": "recruitment transportation",
        "tip_means": "deception threat_of_force",
        "tip_purpose": "forced_labour",
        "exploitation_main": "forced_labour",
        **{field: " ".join(chance.sample(_SENTENCES, chance.randint(*size))) for field, size in TEXTS.items()},
    }


def intakes(seed: int) -> Iterator[IntakeAnswers]:
    """People without end, as imported records of June."""
    names = Names(seed)
    for number in count(seed * 1_000_000):
        yield IntakeAnswers(answers(number, *names.draw(1)), REGISTERED, None, "active")


def entry(case_id: UUID, code: str, name: tuple[str, str, str], birth_year: int) -> SearchEntry:
    """What a search shard keeps of one person."""
    found = words(" ".join(name))
    return SearchEntry(str(case_id), code, found, sounds(found), birth_year)
