"""Invented people: a seed gives the same two hundred every time, and each says in its note that it is invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from protect.cases.consents import RECORDING, STATISTICS, ConsentAnswers
from protect.demonstration.agencies import GOMA, KINSHASA, PROVINCES

MARK: Final = "DÉMONSTRATION"
MONTHS: Final = 18
DAYS: Final = MONTHS * 30
RECENT: Final = timedelta(days=30)
INFORMED: Final = ("data_use", "access_right", "retention", "withdrawal", "voluntary")
NOTE: Final = f"{MARK} : personne et faits inventés, sans rapport avec quiconque."

NAMES: Final = ("Mbuyi", "Kabeya", "Ilunga", "Lukusa", "Mputu", "Nsimba", "Bahati", "Kambale", "Kahindo", "Masika",
                "Ngalula", "Tshala", "Mukendi", "Basosila", "Lumande", "Mutoka", "Kasereka", "Nzita")  # fmt: skip
POST_NAMES: Final = ("wa Mvula", "Bolingo", "Elikya", "Tumaini", "Malamu", "Kimya", "Furaha", "Mosala", "Nzela",
                     "Bomoi", "Mwangaza", "Boboto", "Esengo", "Salama")  # fmt: skip
FEMALE: Final = ("Aimée", "Béatrice", "Chantal", "Divine", "Esther", "Francine", "Grâce", "Huguette", "Jolie",
                 "Merveille", "Nicole", "Rachel", "Solange", "Vumilia")  # fmt: skip
MALE: Final = ("Alain", "Benoît", "Christian", "Dieudonné", "Emmanuel", "Fiston", "Gédéon", "Héritier", "Jonas",
               "Moïse", "Patient", "Trésor")  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form of exploitation: how often it is met, and what usually goes with it."""

    code: str
    adults: int
    children: int
    female: float
    control: tuple[str, ...]
    extra: tuple[tuple[str, str], ...] = ()


FORMS: Final = (
    Form("sexual", 40, 22, 0.93, ("threats", "takes_earnings", "sexual_abuse"),
         (("sexual_exploitation_type", "prostitution"),)),
    Form("forced_labour", 26, 8, 0.2, ("debt_bondage", "withholds_documents"), (("labour_sector", "B-cobalt"),)),
    Form("domestic_servitude", 16, 15, 0.9, ("restricts_movement", "excessive_hours"), (("labour_sector", "T"),)),
    Form("child_labour", 0, 22, 0.35, ("excessive_hours", "takes_earnings"), (("labour_sector", "B-3t"),)),
    Form("armed_recruitment", 4, 15, 0.3, ("threats_family", "physical_abuse")),
    Form("forced_begging", 3, 10, 0.4, ("physical_abuse", "takes_earnings")),
    Form("forced_marriage", 6, 8, 0.98, ("threats_family", "restricts_movement")),
    Form("forced_criminality", 5, 0, 0.3, ("threats", "substances")),
)  # fmt: skip
ORIGINS: Final = {
    KINSHASA: ("CD-KN", "CD-KN", "CD-BC", "CD-KG", "CD-KL", "CD-KC", "CD-KE", "CD-EQ"),
    GOMA: ("CD-NK", "CD-NK", "CD-SK", "CD-IT", "CD-TO", "CD-MA"),
}
LANGUAGES: Final = {KINSHASA: ("lin", "lin", "fra", "ktu", "lua"), GOMA: ("swc", "swc", "fra", "kin")}
CHANNELS: Final = ("self", "family_community", "hotline", "police", "social_services", "health", "ngo")
NEEDS: Final = ("emergency_shelter", "medical", "legal", "mental_health", "documentation", "longer_shelter")
GUARDIANS: Final = ("parent", "guardian", "caregiver", "ad_hoc_guardian")


@dataclass(frozen=True)
class Invented:
    """One invented person: the office that meets the person, the day, the answers, and what was agreed."""

    office: str
    registered_on: date
    values: Mapping[str, str]
    status: str
    consents: tuple[ConsentAnswers, ...]
    child: bool


def people(count: int, today: date, seed: int = 2026) -> tuple[Invented, ...]:
    """Invented people of the last eighteen months, in the order of their registration."""
    random = Random(seed)  # noqa: S311 -- the same people each time, nothing secret
    days = sorted(today - timedelta(days=1 + int(DAYS * random.random() ** 1.2)) for _ in range(count))
    return tuple(_person(random, day, today) for day in days)


def _person(random: Random, registered: date, today: date) -> Invented:
    office = KINSHASA if random.random() < 0.56 else GOMA  # noqa: PLR2004 -- a share
    child = random.random() < 0.44  # noqa: PLR2004 -- a share
    form = random.choices(FORMS, [one.children if child else one.adults for one in FORMS])[0]
    female = random.random() < form.female
    language = random.choice(LANGUAGES[office])
    values = {
        **_identity(random, registered, female=female, child=child),
        **_situation(random, office, language, form),
        **_identified(random, registered, today, form, child=child),
        **_protection(random, child=child, recent=today - registered < RECENT),
    }
    status = _status(random, registered, today)
    if status == "closed":
        closed = registered + timedelta(days=random.randint(150, 200))
        values |= {"case_closure_date": closed.isoformat(), "case_closure_reason": "goals_met"}
    return Invented(office, registered, values, status, _consents(random, language, child=child), child)


def _identity(random: Random, registered: date, *, female: bool, child: bool) -> dict[str, str]:
    age = random.randint(8, 16) if child else random.randint(21, 46)
    born = registered - timedelta(days=365 * age + random.randint(20, 340))
    written = random.choices((born.isoformat(), f"{born:%Y-%m}", f"{born:%Y}"), (6, 2, 2))[0]
    return {
        "surname": random.choice(NAMES),
        "post_surname": random.choice(POST_NAMES),
        "given_name": random.choice(FEMALE if female else MALE),
        "sex": "F" if female else "M",
        "birth_date": written,
        "age_estimated": "false",
        "name_is_assumed": random.choice(("true", *["false"] * 9)),
        "citizenship": random.choices(("CD", "BI", "RW", "AO"), (92, 3, 3, 2))[0],
    }


def _situation(random: Random, office: str, language: str, form: Form) -> dict[str, str]:
    here = PROVINCES[office]
    exploited = random.choice(ORIGINS[office])
    crossed = random.random() < 0.12  # noqa: PLR2004 -- a share
    return {
        "current_country": "CD", "current_province": here, "primary_language": language,
        "province_of_origin": random.choice(ORIGINS[office]),
        "phone": f"+24389900{random.randint(1000, 9999)}",
        "safe_contact_channel": random.choice(("voice", "trusted_person")),
        "safe_contact_instructions": f"{MARK} : appeler le matin, ne laisser aucun message.",
        "detection_channel": random.choice(CHANNELS), "screening_conditions_met": "true",
        "recruitment_country": "CD", "recruitment_province": random.choice(ORIGINS[office]),
        "exploitation_country": random.choice(("AO", "ZM", "UG")) if crossed else "CD",
        **({} if crossed else {"exploitation_province": exploited}),
        "trafficking_scope": "cross_border_out" if crossed else "internal",
        "recruiter_relationship": random.choice(("family", "friend", "broker", "stranger", "neighbour")),
        "tip_purpose": form.code, "exploitation_main": form.code, "control_methods": " ".join(sorted(form.control)),
        **dict(form.extra),
        "needs": " ".join(sorted(random.sample(NEEDS, random.randint(1, 3)))), "assistance_accepted": "accepted",
        "case_note": NOTE, "exploitation_narrative": NOTE,
    }  # fmt: skip


def _identified(random: Random, registered: date, today: date, form: Form, *, child: bool) -> dict[str, str]:
    decided = registered + timedelta(days=random.randint(5, 40))
    status = random.choices(("identified", "presumed", "screening", "not_victim"), (70, 20, 6, 4))[0]
    known = {
        "detection_date": registered.isoformat(),
        "screening_indicators": "threats" if form.code != "armed_recruitment" else "child_armed",
        "tip_act": random.choice(("recruitment", "harbouring recruitment", "recruitment transportation")),
        "tip_means": "" if child else random.choice(("deception", "coercion", "abuse_of_vulnerability deception")),
        "majority_at_entry": "child" if child else "adult",
        "identification_status": status,
    }
    if status not in {"identified", "not_victim"}:
        return known
    if decided > today:
        return {**known, "identification_status": "presumed"}
    authority = random.choice(("government_non_police", "court_prosecution", "police"))
    reason = {"identification_reasoning": NOTE} if status == "not_victim" else {}
    return {**known, "identification_date": decided.isoformat(), "identification_authority_type": authority, **reason}


def _protection(random: Random, *, child: bool, recent: bool) -> dict[str, str]:
    values = {
        "immediate_danger": random.choices(("no", "yes"), (8, 2))[0] if recent else "no",
        "risk_level": random.choices(("low", "medium", "high"), (5, 4, 1))[0],
        "trafficker_knows_location": random.choice(("no", "no", "unknown")),
        "vulnerability_individual": random.choice(("poverty", "displacement poverty", "no_education poverty")),
        "rights_informed": "true",
        "complaint_status": random.choice(("not_wanted", "considering", "lodged")),
    }
    if child:
        care = random.choice(("with_relative", "unaccompanied", "separated"))
        values |= {"child_care_status": care, "guardian_type": "relative", "guardian_conflict": "no"}
    if random.random() < 0.3:  # noqa: PLR2004 -- a share
        values |= {"urgent_medical_need": random.choice(("yes", "no")), "health_needs": "check_up"}
    return values


def _status(random: Random, registered: date, today: date) -> str:
    if today - registered < timedelta(days=10):
        return random.choice(("draft", "active", "active"))
    old = today - registered > timedelta(days=200)
    return random.choices(("active", "follow_up", "closed"), (2, 4, 4) if old else (8, 2, 0))[0]


def _consents(random: Random, language: str, *, child: bool) -> tuple[ConsentAnswers, ...]:
    giver = random.choice(GUARDIANS) if child else "person"
    counted = random.random() < 0.95  # noqa: PLR2004 -- a share
    said: Sequence[tuple[str, str]] = ((RECORDING, "given"), (STATISTICS, "given" if counted else "refused"))
    return tuple(agreed(scope, status, giver, language, child=child) for scope, status in said)


def agreed(scope: str, status: str, giver: str, language: str, *, child: bool) -> ConsentAnswers:
    """A consent of an invented person."""
    assent = "given" if child else ""
    return ConsentAnswers(
        scope, status, giver, "oral_witnessed", language, child_assent=assent, information=INFORMED
    )  # fmt: skip
