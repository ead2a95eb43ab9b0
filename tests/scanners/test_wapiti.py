"""wapiti finds nothing in the program, from inside a session of each kind, and finds every fault of a weak and of a planted page."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.golden import GOLDEN
from tests.scanners.conftest import Scanned, Weak
from tests.scanners.told import Answer, Told, told
from tests.scanners.tours import LEFT, TOURS, UNREACHED
from tests.scanners.wapiti import EVERY, LONGEST, QUICK, WHOLE, Report, Target, scan

ANSWERS = {200, 303}
AMPLE = max(LONGEST, 60)  # seconds of a module on a page with a fault, which must be found on a busy machine, too
DOORS = ("/connexion", "/confirmer")  # where somebody is sent who is not let in


@dataclass(frozen=True)
class Toured:
    """What wapiti told, and what the program answered it."""

    report: Report
    answers: list[Answer]

    @property
    def reached(self) -> set[tuple[str, str]]:
        """Pages and forms that were shown or taken; nobody was sent to sign in instead."""
        return {(answer[0], answer[1]) for answer in self.answers if answer[2] in ANSWERS and not sent_away(answer)}


def sent_away(answer: Answer) -> bool:
    """Whether somebody met a door; `/ouvrir` is the button that leads to one."""
    return answer[3].startswith(DOORS) and answer[1] not in {"/ouvrir", "/connexion/phrase/fin", "/invitation/fin"}


def routes() -> set[tuple[str, str]]:
    """Method and rule of every page and form of the program."""
    lines = (GOLDEN / "routes.txt").read_text(encoding="utf-8").splitlines()
    return {(line.split("  ")[0], line.split("  ")[1]) for line in lines}


@pytest.fixture(scope="module")
def toured(scanned: Scanned, weak: Weak, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Toured]:
    """Every tour, one after the other."""
    found = {}
    for name, tour in TOURS.items():
        cookie, kept = scanned.cookie(tour.person, *tour.walks)
        pages, spared = ([page.format(**scanned.ids) for page in pages] for pages in (tour.pages, tour.spared))
        modules = EVERY if WHOLE else tour.modules
        target = Target(scanned.base, cookie, (*kept, *pages), spared, modules)
        found[name] = tour_of(scanned, name, target, weak, tmp_path_factory.mktemp(name.replace(" ", "-")))
    return found


def tour_of(scanned: Scanned, name: str, target: Target, weak: Weak, folder: Path) -> Toured:
    scanned.answered()
    report = scan(target, f"{weak.base}/", folder)
    done = Toured(report, scanned.answered())
    told.append(Told(f"wapiti, {name}", report.seconds, len(done.answers), report.cut, report.lost, report.again))
    return done


@pytest.mark.parametrize("name", TOURS)
def test_it_finds_nothing_in_the_program(toured: dict[str, Toured], name: str) -> None:
    report = toured[name].report
    assert report.found == {}
    assert report.launched == set(EVERY if WHOLE else TOURS[name].modules)
    assert not (report.cut and WHOLE)
    methods = {word for told in report.noted.values() for each in told for word in each.split()}
    assert methods.isdisjoint({"PUT", "DELETE", "PATCH", "TRACE", "CONNECT"})


@pytest.mark.parametrize("name", TOURS)
def test_it_was_let_in(toured: dict[str, Toured], name: str) -> None:
    """Nobody was sent away to sign in or to confirm: pages were shown, forms were taken or answered with what is wrong.

    An address that wapiti makes up for the name of a role, a compartment or a member is not there.
    """
    answers = [answer for answer in toured[name].answers if answer[1]]
    assert not [answer for answer in answers if sent_away(answer) and TOURS[name].let_in]
    for method, part in (("GET", 3), ("POST", 4)):
        statuses = [status for used, _rule, status, _where in answers if used == method]
        assert sum(status in ANSWERS for status in statuses) > len(statuses) / part


def test_it_came_to_every_page_and_form(toured: dict[str, Toured]) -> None:
    """But those that are named with their reason, which it indeed did not come to."""
    reached = set().union(*(tour.reached for tour in toured.values()))
    assert routes() - reached == set(UNREACHED)


def test_nobody_is_sent_for_nothing(toured: dict[str, Toured]) -> None:
    """Each comes to a page or form that no other comes to: there is no smaller set of these people."""
    for name, tour in toured.items():
        others = set().union(*(other.reached for one, other in toured.items() if one != name))
        assert {place for place in tour.reached if not place[1].startswith("/garde")} - others, name


PLANTED = {"SQL Injection", "Stored Cross Site Scripting"}


@pytest.mark.parametrize("name", ["officer", ""])
def test_it_finds_what_is_planted_from_inside_only(scanned: Scanned, weak: Weak, folder: Path, name: str) -> None:
    """Behind the session, the token, the form that is taken once and the database role of the program itself."""
    cookie, _kept = scanned.cookie(name)
    away = (*LEFT, "/", *(f"{rule}*" for rule in {f"/{rule.split('/')[1]}" for _method, rule in routes()} - {"/"}))
    target = Target(scanned.base, cookie, ("/plante",), away, EVERY if WHOLE else QUICK, 2, AMPLE)
    report = tour_of(scanned, f"planted, as {name or 'nobody'}", target, weak, folder).report
    assert (set(report.found) & PLANTED) == (PLANTED if name else set())
    assert not (report.cut and WHOLE)


EXPECTED = {
    "Backup file", "Clickjacking Protection", "Command execution", "Content Security Policy Configuration",
    "Cross Site Request Forgery", "HttpOnly Flag cookie", "MIME Type Confusion", "Open Redirect", "Path Traversal",
    "Reflected Cross Site Scripting", "SQL Injection", "Secure Flag cookie", "Server Side Request Forgery",
    "Stored Cross Site Scripting",
}  # fmt: skip


def test_it_finds_the_faults_of_a_weak_page(weak: Weak, folder: Path) -> None:
    report = scan(Target(weak.base, weak.cookie, ("/",), depth=3, longest=AMPLE), f"{weak.base}/", folder)
    told.append(Told("wapiti, weak page", report.seconds, cut=report.cut, lost=report.lost, again=report.again))
    assert set(report.found) >= EXPECTED
    assert not (report.cut and WHOLE)


def test_it_says_what_it_left_out(weak: Weak, folder: Path) -> None:
    """A module that ran out of time is not one that found nothing."""
    report = scan(Target(weak.base, weak.cookie, ("/",), depth=3, longest=1), f"{weak.base}/", folder)
    assert report.cut
    assert set(report.cut) <= report.launched


def test_it_finds_them_from_inside_only(weak: Weak, folder: Path) -> None:
    """The weak page hides its faults from strangers, as the program does."""
    report = scan(Target(weak.base, "nobody=1", ("/",), depth=3), f"{weak.base}/", folder)
    assert EXPECTED & set(report.found) <= {
        "Clickjacking Protection",
        "Content Security Policy Configuration",
        "MIME Type Confusion",
    }
