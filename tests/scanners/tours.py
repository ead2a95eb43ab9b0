"""Who is sent where by wapiti: the fewest people who come to every page and form, and what nobody comes to, with its reason."""

from dataclasses import dataclass

from tests.scanners import walks
from tests.scanners.walks import Walk
from tests.scanners.wapiti import EVERY, QUICK

# What is left alone, because it ends what the scanner is there for.
LEFT = (
    "/static/*",  # files of the program
    "/deconnexion",  # ends the session
    "/quitter",  # ends it, and leads elsewhere
)
SPARED = (
    *LEFT,
    "/refermer",  # closes what names people; a tour of its own has it
    "/dossiers?*", "/journal?*",  # long lists, which sqlmap plays with
    "/langue",  # stands on every page; the visitor's tour attacks it
)  # fmt: skip
# What no tour comes to, and why.
UNREACHED = {
    ("POST", "/deconnexion"): "ends the session, asks nothing",
    ("POST", "/quitter"): "ends the session and leads elsewhere, asks nothing",
    ("GET", "/journal/temoin"): "answers the program of a witness only, which signs what it asks",
    ("POST", "/journal/temoin"): "no form: takes signed text from the program of a witness",
    (
        "POST",
        "/membres/<uuid:member_id>/recommencer/code",
    ): "its button is there a day after it was asked for; asks nothing",
}


@dataclass(frozen=True)
class Tour:
    """Who goes where; `{…}` is filled in from the world."""

    person: str
    pages: tuple[str, ...]
    walks: tuple[Walk, ...] = ()
    spared: tuple[str, ...] = SPARED
    modules: tuple[str, ...] = QUICK
    let_in: bool = True  # else doors are what the tour is about


CASE = "/dossiers/{case}"
MEMBER = "/membres/{touched}"
TOURS = {
    "visitor": Tour(
        "",
        ("/connexion", "/connexion/phrase", "/invitation", "/journal/temoin"),
        (walks.enrolling, walks.losing_the_phrase),
        LEFT,
        EVERY,
        let_in=False,
    ),
    "officer": Tour(
        "officer",
        (
            "/", "/dossiers", "/dossiers/sans-suivi", "/dossiers/recherche", "/dossiers/nouveau", "/dossiers/export", CASE,
            f"{CASE}/danger", f"{CASE}/entretien", "/dossiers/{draft}/accord", "/dossiers/{draft}/saisie/contact",
            f"{CASE}/compartiments/contact", f"{CASE}/compartiments/narrative", f"{CASE}/consentements/nouveau",
            f"{CASE}/export", "/dossiers/{ending}/cloture", "/dossiers/{closed}", "/dossiers/{closed}/effacement",
            f"{CASE}/referencements/nouveau", CASE + "/referencements/nouveau/{service}", "/referencements",
            "/referencements/{asked_for}", "/dossiers/{agreed_case}/consentements/{consent}/retrait", "/services",
            "/acces/compartiments/health?dossier={case}", "/urgences", "/urgences/demande", "/urgences/{emergency}",
            "/urgences/{emergency}/dossier", "/accords", "/accords/{own}", "/accords/{copy}/copie", "/motif",
        ),
        (walks.referring, walks.differing),
    ),
    "supervisor": Tour(
        "supervisor",
        ("/arrets", "/formulaire", "/accords", "/accords/{erasure}", "/accords/{export}", "/urgences/{request}"),
        (walks.interrupted,),
    ),
    "intake": Tour(
        "shelter_intake",
        ("/", "/demandes", "/demandes/{waiting}", "/demandes/{received}", "/demandes/{received}/dossier", "/demandes/{gone}", "/places"),
        modules=EVERY,
    ),
    "auditor": Tour(
        "auditor",
        ("/journal", "/journal/explication", "/acces", "/acces/matrice", "/acces/roles/officer", "/acces/reponse", "/urgences/{over}"),
    ),
    "registrar": Tour(
        "registrar",
        (
            "/membres", "/membres/invitation", "/membres/sans-suivi", "/membres/{invited}", "/membres/{unwanted}", "/membres/{pending}",
            "/membres/{halted}", "/membres/{lost}/recommencer", MEMBER, f"{MEMBER}/fonction", f"{MEMBER}/dossiers",
            f"{MEMBER}/recommencer", f"{MEMBER}/depart", "/cles/couverture",
        ),
        spared=(*SPARED, "/membres/{invited}/retrait", "/membres/{pending}/retrait"),  # one of them is enough
    ),
    "analyst": Tour("analyst", ("/publications", "/publications/preparation"), (walks.counting,)),
    "publisher": Tour(
        "publisher", ("/publications/propositions", "/publications/{release}", "/publications/{proposal}/examen")
    ),
    "own access": Tour(
        "officer_same_unit",
        (
            "/sessions", "/moyens", "/moyens/phrase", "/moyens/generateur", "/moyens/cle", "/moyens/secours",
            "/moyens/{factor}/retrait", "/confirmer", "/cles/renouvellement",
        ),
        (walks.another_phrase,),
        (*SPARED, "/sessions/fin"),  # the tour after it has that: first one device, then every other
    ),
    "closed": Tour(
        "officer_other_unit",
        ("/services", "/confirmer", "/sessions"),
        (walks.closing,),
        (*LEFT, "/dossiers*", "/referencements*", "/urgences*", "/accords*", "/moyens*", "/cles/*", "/publications*"),
        let_in=False,
    ),
}  # fmt: skip
