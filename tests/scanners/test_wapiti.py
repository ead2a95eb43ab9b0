"""wapiti finds nothing in the program, from inside a session of each kind, and finds every fault of a weak page."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.golden import GOLDEN
from tests.scanners.conftest import Scanned, Weak
from tests.scanners.wapiti import EVERY, QUICK, WHOLE, Report, Target, scan

# What is left alone, because it ends what the scanner is there for.
LEFT = (
    "/static/*",  # files of the program
    "/deconnexion",  # ends the session
    "/quitter",  # leads elsewhere, on purpose
)
SPARED = (
    *LEFT,
    "/sessions/*",  # ends the session
    "/dossiers?*", "/journal?*",  # long lists, which sqlmap plays with
    "/refermer", "/ouvrir", "/confirmer",  # closes what names people; five wrong codes end the session
    "/moyens/*",  # takes the second factor away
    "/langue",  # stands on every page; the visitor's tour attacks it
    "/dossiers/*/consentements/*/retrait", "/referencements/*/annulation",  # nothing is left to see then; asks nothing
)  # fmt: skip
OF_THE_SAME_KIND = tuple(
    f"/dossiers/*/compartiments/{name}"
    for name in (
        "identity",
        "health",
        "legal",
        "protection",
        "situation",
        "identification",
        "process",
        "support",
        "administrative",
    )
)
HOME_PAGES = ("/", "/sessions", "/moyens")


@dataclass(frozen=True)
class Tour:
    """Who goes where; `{…}` is filled in from the world."""

    person: str
    pages: tuple[str, ...]
    spared: tuple[str, ...] = SPARED
    modules: tuple[str, ...] = QUICK


TOURS = {
    "visitor": Tour("", ("/connexion", "/connexion/phrase", "/invitation", "/journal/temoin"), LEFT, EVERY),
    "officer": Tour(
        "officer",
        (
            *HOME_PAGES, "/dossiers", "/dossiers/recherche", "/dossiers/nouveau", "/dossiers/{case}", "/dossiers/{case}/danger",
            "/dossiers/{case}/entretien", "/dossiers/{case}/accord", "/dossiers/{case}/saisie/contact",
            "/dossiers/{case}/compartiments/contact", "/dossiers/{case}/compartiments/narrative",
            "/dossiers/{case}/consentements/nouveau", "/dossiers/{case}/referencements/nouveau",
            "/dossiers/{case}/referencements/nouveau/{service}", "/referencements", "/referencements/{referral}", "/services",
            "/acces/compartiments/health?dossier={case}", "/urgences", "/urgences/demande", "/cles/renouvellement",
        ),
        (*SPARED, *OF_THE_SAME_KIND),
    ),
    "intake": Tour(
        "shelter_intake",
        (*HOME_PAGES, "/demandes", "/demandes/{referral}", "/demandes/{received}", "/demandes/{received}/dossier", "/places"),
        modules=EVERY,
    ),
    "auditor": Tour(
        "auditor",
        (*HOME_PAGES, "/journal", "/journal/explication", "/acces", "/acces/matrice", "/acces/roles/officer", "/acces/reponse"),
    ),
    "registrar": Tour(
        "registrar",
        (
            *HOME_PAGES, "/membres", "/membres/invitation", "/membres/{member}", "/membres/{member}/fonction",
            "/membres/{member}/dossiers", "/membres/{member}/recommencer", "/membres/{member}/depart", "/cles/couverture",
        ),
    ),
    "supervisor": Tour("supervisor", ("/arrets", "/motif", "/formulaire", "/dossiers")),
    "analyst": Tour("analyst", ("/publications", "/publications/preparation")),
}  # fmt: skip
TAKEN = TOURS if WHOLE else ("visitor", "officer", "intake", "auditor", "registrar", "analyst")
SHARES = {"GET": 0.8, "POST": 0.5} if WHOLE else {"GET": 0.6, "POST": 0.3}


@dataclass(frozen=True)
class Toured:
    """What wapiti told, and what the program answered it: method, rule and status."""

    report: Report
    answers: list[tuple[str, str, int]]


@pytest.fixture(scope="module")
def toured(scanned: Scanned, weak: Weak, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Toured]:
    """Every tour, one after the other."""
    given = {one: str(getattr(scanned, one)) for one in ("case", "referral", "received", "service", "member")}
    found = {}
    for name in TAKEN:
        tour = TOURS[name]
        pages = tuple(page.format(**given) for page in tour.pages)
        target = Target(scanned.base, scanned.cookie(tour.person), pages, tour.spared, EVERY if WHOLE else tour.modules)
        scanned.answered()
        found[name] = Toured(scan(target, f"{weak.base}/", tmp_path_factory.mktemp(name)), scanned.answered())
    return found


@pytest.mark.parametrize("name", TAKEN)
def test_it_finds_nothing_in_the_program(toured: dict[str, Toured], name: str) -> None:
    report = toured[name].report
    assert report.found == {}
    assert report.launched == set(EVERY if WHOLE else TOURS[name].modules)
    assert not (report.cut and WHOLE)
    methods = {word for told in report.noted.values() for each in told for word in each.split()}
    assert methods.isdisjoint({"PUT", "DELETE", "PATCH", "TRACE", "CONNECT"})


@pytest.mark.parametrize("name", TAKEN)
def test_it_was_let_in(toured: dict[str, Toured], name: str) -> None:
    """Nobody was sent away to sign in or to confirm: pages were shown, forms were taken or answered with what is wrong.

    An address that wapiti makes up for the name of a role, a compartment or a member is not there.
    """
    pages = [status for method, rule, status in toured[name].answers if method == "GET" and rule != "-"]
    forms = [status for method, rule, status in toured[name].answers if method == "POST" and rule != "-"]
    assert name == "visitor" or 303 not in pages
    assert pages.count(200) > len(pages) / 3
    assert forms.count(200) + forms.count(303) > len(forms) / 4


def test_it_saw_the_program(toured: dict[str, Toured]) -> None:
    """Most pages and many forms; the others are spared above, or stand at the end of a long way."""
    lines = [line.split("  ") for line in (GOLDEN / "routes.txt").read_text(encoding="utf-8").splitlines()]
    reached = {
        (method, rule) for tour in toured.values() for method, rule, status in tour.answers if status in {200, 303}
    }
    for method, share in SHARES.items():
        every = {(line[0], line[1]) for line in lines if line[0] == method}
        assert len(reached & every) >= share * len(every), sorted(every - reached)


EXPECTED = {
    "Backup file", "Clickjacking Protection", "Command execution", "Content Security Policy Configuration",
    "Cross Site Request Forgery", "HttpOnly Flag cookie", "MIME Type Confusion", "Open Redirect", "Path Traversal",
    "Reflected Cross Site Scripting", "SQL Injection", "Secure Flag cookie", "Server Side Request Forgery",
    "Stored Cross Site Scripting",
}  # fmt: skip


def test_it_finds_the_faults_of_a_weak_page(weak: Weak, folder: Path) -> None:
    report = scan(Target(weak.base, weak.cookie, ("/",), depth=3), f"{weak.base}/", folder)
    assert set(report.found) >= EXPECTED


def test_it_finds_them_from_inside_only(weak: Weak, folder: Path) -> None:
    """The weak page hides its faults from strangers, as the program does."""
    report = scan(Target(weak.base, "nobody=1", ("/",), depth=3), f"{weak.base}/", folder)
    assert EXPECTED & set(report.found) <= {
        "Clickjacking Protection",
        "Content Security Policy Configuration",
        "MIME Type Confusion",
    }
