"""sqlmap gets no statement into the program by the addresses and forms that reach the database, and does into a weak page."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scanners.conftest import Scanned, Weak
from tests.scanners.sqlmap import Question, injectable
from tests.scanners.wapiti import WHOLE

TOKEN = ("csrf_token", "")
ENOUGH = 30  # requests to the page itself


@dataclass(frozen=True)
class Asked:
    """A question in somebody's name, and the rule of the page that gets it."""

    person: str
    rule: str
    question: Question


SLOW = ("an answer", "why a part is closed", "places", "an answer about access")  # with `make scan SCAN=whole` only
ASKED = {
    "the list of cases": Asked("officer", "/dossiers", Question("/dossiers?page=1&noms=1")),
    "a search": Asked("officer", "/dossiers/recherche", Question("/dossiers/recherche", (TOKEN, ("typed", "Kapinga")))),
    "an answer": Asked(
        "officer", "/dossiers/<uuid:case_id>/saisie/<name>",
        Question("/dossiers/{case}/saisie/identity", (TOKEN, ("asked", "surname"), ("surname", "Kapinga"))),
    ),
    "why a part is closed": Asked(
        "officer", "/acces/compartiments/<name>", Question("/acces/compartiments/health?dossier={case}")
    ),
    "places": Asked("shelter_intake", "/places/<uuid:service_id>", Question("/places/{service}", (TOKEN, ("number", "1")))),
    "the trail": Asked("auditor", "/journal", Question("/journal?about=a")),
    "an answer about access": Asked("auditor", "/acces/reponse", Question("/acces/reponse?who=officer&permission=case:open&relation=own_unit")),
    "signing in": Asked(
        "", "/connexion", Question("/connexion", (TOKEN, ("name", "officer"), ("passphrase", "x"), ("code", "000000")))
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", [what for what in ASKED if WHOLE or what not in SLOW])
def test_it_gets_nothing_into_the_program(scanned: Scanned, folder: Path, what: str) -> None:
    asked = ASKED[what]
    given = {one: str(getattr(scanned, one)) for one in ("case", "service")}
    question = Question(asked.question.page.format(**given), asked.question.form)
    scanned.answered()
    assert not injectable(scanned.base, scanned.cookie(asked.person), question, "PostgreSQL", folder)
    method = "POST" if question.form else "GET"
    answers = [status for used, rule, status in scanned.answered() if (used, rule) == (method, asked.rule)]
    assert sum(status in {200, 303} for status in answers) >= ENOUGH, answers


WEAK = {"address": Question("/find?name=a"), "form": Question("/search", (("name", "a"),))}


@pytest.mark.parametrize("what", WEAK)
def test_it_gets_into_a_weak_page(weak: Weak, folder: Path, what: str) -> None:
    assert injectable(weak.base, weak.cookie, WEAK[what], "SQLite", folder)
