"""sqlmap gets no statement into the program by the addresses and forms that reach the database, and does into a weak page."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.scanners.conftest import Scanned, Weak
from tests.scanners.sqlmap import Question, injectable
from tests.scanners.told import Answer, Told, told
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


@contextmanager
def telling(scanned: Scanned, what: str) -> Iterator[list[Answer]]:
    """What was answered meanwhile, which is told at the end, too."""
    answers: list[Answer] = []
    scanned.answered()
    began = time.monotonic()
    yield answers
    answers += scanned.answered()
    told.append(Told(f"sqlmap, {what}", time.monotonic() - began, len(answers)))


@pytest.mark.parametrize("what", [what for what in ASKED if WHOLE or what not in SLOW])
def test_it_gets_nothing_into_the_program(scanned: Scanned, folder: Path, what: str) -> None:
    asked = ASKED[what]
    question = Question(asked.question.page.format(**scanned.ids), asked.question.form)
    cookie, _kept = scanned.cookie(asked.person)
    with telling(scanned, what) as answers:
        assert not injectable(scanned.base, cookie, question, "PostgreSQL", folder)
    method = "POST" if question.form else "GET"
    taken = [status for used, rule, status, _where in answers if (used, rule) == (method, asked.rule)]
    assert sum(status in {200, 303} for status in taken) >= ENOUGH, taken


ONCE = ("once", str(uuid4()))
PLANTED = {
    "address": Question("/plante/nom?name=officer"),
    "form": Question("/plante/nom", (TOKEN, ONCE, ("name", "officer"))),
}


@pytest.mark.parametrize("what", PLANTED)
def test_it_gets_into_a_planted_page_behind_the_same_session(scanned: Scanned, folder: Path, what: str) -> None:
    """The program's own role, session, token and form that is taken once: nothing of them hides a fault from it."""
    cookie, _kept = scanned.cookie("officer")
    with telling(scanned, f"planted {what}"):
        assert injectable(scanned.base, cookie, PLANTED[what], "PostgreSQL", folder)


WEAK = {"address": Question("/find?name=a"), "form": Question("/search", (("name", "a"),))}


@pytest.mark.parametrize("what", WEAK)
def test_it_gets_into_a_weak_page(weak: Weak, folder: Path, what: str) -> None:
    assert injectable(weak.base, weak.cookie, WEAK[what], "SQLite", folder)
