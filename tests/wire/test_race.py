"""What may happen once happens once, though two processes are asked at the same moment."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from protect.cases.models import CaseFile
from protect.directory import actions as directory
from tests.referrals import hands
from tests.wire.served import Served, typed
from tests.wire.speaking import SESSION, Answer, Browser, at_once
from tests.world import Person

MANY = 6
RACES = 10
REQUESTS = 4
WRONG_TRIES = 4  # one fewer than end a session
WORK = 0.005  # seconds that a process has computed when it took part


def until_both(served: Served, race: Callable[[], None]) -> None:
    """Run the race until every process took part in one: who takes a connection is the kernel's choice."""
    for _ in range(RACES):
        before = served.clocks()
        race()
        if all(now - then > WORK for now, then in zip(served.clocks(), before, strict=True)):
            return
    raise AssertionError("one process answered everything")


def pressed_at_once(browsers: list[Browser], path: str, form: dict[str, str]) -> list[Answer]:
    return at_once([lambda one=browser: one.post(path, form) for browser in browsers])


def winners(answers: list[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.session]


@pytest.mark.parametrize("name", ["officer", "shelter_worker", "analyst"])
def test_a_code_signs_in_one_of_many(served: Served, name: str) -> None:
    def race() -> None:
        browsers = [served.visitor() for _ in range(MANY)]
        form = typed(name, code=served.code(served.world.people[name]))
        answers = pressed_at_once(browsers, "/connexion", form)
        (winner,) = winners(answers)
        assert winner.location == "/"
        assert sorted(answer.status for answer in answers) == [*[200] * (MANY - 1), 303]
        live = Browser(served.line(), {SESSION: winner.session})
        assert {answer.status for answer in served.everywhere(lambda: live.get("/"))} == {200}
        assert served.visitor().post("/connexion", form).status == 200

    until_both(served, race)


def test_a_code_opens_again_once(served: Served) -> None:
    person = served.world.officer_same_unit

    def race() -> None:
        served.enter(person)
        browsers, code = [served.browser(person) for _ in range(WRONG_TRIES)], served.code(person)
        for browser in browsers:
            browser.get("/confirmer")
        (winner,) = winners(pressed_at_once(browsers, "/confirmer", {"code": code}))
        assert person.token != winner.session
        live = Browser(served.line(), {SESSION: winner.session})
        assert {answer.status for answer in served.everywhere(lambda: live.get("/"))} == {200}

    until_both(served, race)


def case_in(answer: Answer) -> str:
    """Whoever came first goes on with the questions, whoever came second sees what the first began."""
    return answer.location.split("/")[2]


def cases_of(person: Person) -> int:
    with person.gate() as gate:
        return gate.db.scalar(select(func.count()).select_from(CaseFile)) or 0


def test_a_form_that_is_sent_many_times_opens_one_case(served: Served) -> None:
    person = served.enter(served.world.officer)

    def race() -> None:
        before = cases_of(person)
        browsers = [served.browser(person) for _ in range(MANY)]
        page, *_others = [browser.get("/dossiers/nouveau") for browser in browsers]
        form = {"asked": page.hidden("asked")[0], "once": page.hidden("once")[0], "immediate_danger": "no"}
        answers = pressed_at_once(browsers, "/dossiers/nouveau", form)
        assert {answer.status for answer in answers} == {303}
        assert len({case_in(answer) for answer in answers}) == 1
        assert cases_of(person) == before + 1
        another = browsers[0].post("/dossiers/nouveau", {**form, "once": str(uuid4())})
        assert case_in(another) != case_in(answers[0])
        assert cases_of(person) == before + 2

    until_both(served, race)


def requests(served: Served) -> list[UUID]:
    """More requests than the one bed of the shelter can take."""
    world = served.world
    for person in (world.officer, world.shelter_intake):
        served.enter(person)
    service = hands.service_id(world, hands.SHELTER)
    if not free_places(served):  # a refusal in another race leaves the bed free
        hands.add_places(world, hands.SHELTER, 1)
    return [hands.send(world.officer, hands.new_case(world.officer), service) for _ in range(REQUESTS)]


def free_places(served: Served) -> int:
    with served.world.shelter_intake.gate() as gate:
        return sum(places.service.free_places for places in directory.my_places(gate))


def open_pages(served: Served, requests: list[UUID]) -> list[tuple[Browser, str, dict[str, str]]]:
    """A browser before each request, its address, and what its forms keep."""
    found = []
    for request in requests:
        browser, here = served.browser(served.world.shelter_intake), f"/demandes/{request}"
        page = browser.get(here)
        found.append((browser, here, {name: page.hidden(name)[0] for name in ("once", "version")}))
    return found


def test_one_bed_is_promised_once(served: Served) -> None:
    def race() -> None:
        asked = open_pages(served, requests(served))
        answers = at_once([
            lambda one=browser, here=here, kept=kept: one.post(f"{here}/acceptation", kept)
            for browser, here, kept in asked
        ])  # fmt: skip
        assert {answer.status for answer in answers} == {303}
        assert sum('/dossier"' in browser.get(here).text for browser, here, _kept in asked) == 1
        assert free_places(served) == 0

    until_both(served, race)


def test_a_request_is_answered_once(served: Served) -> None:
    """Two who answer differently at the same moment: the first answer stands, the other is told."""

    def race() -> None:
        request, *_others = requests(served)
        asked = open_pages(served, [request] * MANY)
        refusal = {"referral_decline_reason": "criteria"}
        at_once([
            lambda one=browser, here=here, kept=kept, at=at: (
                one.post(f"{here}/acceptation", kept) if at % 2 else one.post(f"{here}/refus", kept | refusal)
            )
            for at, (browser, here, kept) in enumerate(asked)
        ])  # fmt: skip
        browser, here, _kept = asked[0]
        assert ('/dossier"' in browser.get(here).text) == (free_places(served) == 0)

    until_both(served, race)
