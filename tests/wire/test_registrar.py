"""What a registrar presses, and what the owner of a session presses, holds at the next request in every process."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from protect.access.models import Member
from protect.cases.models import CaseFile
from tests.wire.served import Served
from tests.wire.serving import Serve
from tests.wire.speaking import Answer, Browser
from tests.wire.test_fixation import signed_in
from tests.world import Person

SIGN_IN = "/connexion"
NEW_CASE = "/dossiers/nouveau"
OUT, IN = {(303, SIGN_IN)}, {(200, "")}
# What is pressed, what is typed there, and what the table says of the member then.
PRESSED: dict[str, tuple[str, dict[str, str], tuple[str, str]]] = {
    "officer_same_unit": ("suspension", {}, ("suspended", "officer")),
    "officer_other_unit": ("depart", {}, ("left", "officer")),
    "officer": ("fonction", {"role": "supervisor", "unit": ""}, ("active", "supervisor")),
}


@pytest.fixture(scope="module")
def served(serve: Serve) -> Iterator[Served]:
    """The real program of an operator who allows several devices."""
    with serve(settings="sessions_each = 3\n") as found:
        yield found


def said(answers: list[Answer]) -> set[tuple[int, str]]:
    return {(answer.status, answer.location) for answer in answers}


def member_of(person: Person) -> UUID:
    with person.gate() as gate:
        return gate.member.member_id


def press(served: Served, member: UUID, what: str, form: dict[str, str]) -> Answer:
    """The registrar's own page of the member, and its button."""
    browser = served.browser(served.enter(served.world.registrar))
    assert browser.get(f"/membres/{member}" + ("/fonction" if form else "")).status == 200
    return browser.post(f"/membres/{member}/{what}", form)


def known_of(served: Served, member: UUID) -> tuple[str, str]:
    with served.world.runtime.unit_of_work() as db:
        return tuple(db.execute(select(Member.status, Member.role).where(Member.id == member)).one())


def cases(served: Served) -> int:
    with served.enter(served.world.supervisor).gate() as gate:
        return gate.db.scalar(select(func.count()).select_from(CaseFile)) or 0


@pytest.mark.parametrize("name", PRESSED)
def test_a_registrar_presses_and_every_process_obeys(served: Served, name: str) -> None:
    what, form, then = PRESSED[name]
    person = served.enter(served.world.people[name])
    browser, member, before = served.browser(person), member_of(person), cases(served)
    page = browser.get(NEW_CASE)
    kept = {"asked": page.hidden("asked")[0], "once": page.hidden("once")[0], "immediate_danger": "no"}
    assert said(served.everywhere(lambda: browser.get("/dossiers"))) == IN
    assert press(served, member, what, form).status == 303
    assert known_of(served, member) == then
    assert said(served.everywhere(lambda: browser.get("/dossiers"))) == OUT
    assert said(served.everywhere(lambda: browser.post(NEW_CASE, kept))) == OUT
    assert cases(served) == before


def test_the_end_of_a_suspension_brings_no_session_back(served: Served) -> None:
    person = served.enter(served.world.auditor)
    browser, member = served.browser(person), member_of(person)
    assert said(served.everywhere(lambda: browser.get("/"))) == IN
    press(served, member, "suspension", {})
    press(served, member, "reprise", {})
    assert known_of(served, member) == ("active", "auditor")
    assert said(served.everywhere(lambda: browser.get("/"))) == OUT
    again = served.browser(served.enter(person))
    assert said(served.everywhere(lambda: again.get("/"))) == IN


def test_an_owner_ends_one_session_from_another_in_every_process(served: Served) -> None:
    lost, other, here = (signed_in(served, served.world.supervisor) for _ in range(3))
    ends = re.findall(r'action="(/sessions/[0-9a-f-]{36}/fin)"', here.get("/sessions").text)
    here.post(ends[-1], {})  # the oldest stands last
    assert everybody(served, lost, other, here) == [OUT, IN, IN]
    here.get("/sessions")
    here.post("/sessions/fin", {})
    assert everybody(served, lost, other, here) == [OUT, OUT, IN]


def everybody(served: Served, *browsers: Browser) -> list[set[tuple[int, str]]]:
    return [said(served.everywhere(lambda one=one: one.get("/"))) for one in browsers]
