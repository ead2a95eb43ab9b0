"""What stands at the end of a long way: somebody goes it, and gives the pages whose forms a scanner would not come to."""

import re
from collections.abc import Callable

from protect.auth import totp
from tests.access import people
from tests.journeys.people_counted import last_quarter
from tests.pages import Page, draft_on, seed_on
from tests.referrals.test_pages import CONSENT
from tests.wire.served import Served
from tests.wire.speaking import Browser
from tests.world import PASSPHRASE, Person

Walk = Callable[[Served, Browser, dict[str, str]], list[str]]


def enrolling(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """Each step of somebody who was invited."""
    invited = people.invite(served.world, "newcomer", "reader")
    browser.get("/invitation")
    words = browser.post("/invitation", {"code": invited}).text
    second, fifth = _two(words)
    typing = browser.post("/invitation/mots", {"draft": _draft(words)}).text
    sent = {"draft": _draft(typing), "second": second, "fifth": fifth}
    generator = browser.post("/invitation/generateur", sent).text
    code = totp.code_at(seed_on(Page(generator)), totp.step_at(served.world.runtime.clock().timestamp()))
    codes = browser.post("/invitation/secours", {"draft": _draft(generator), "code": code}).text
    return [words, typing, generator, codes]


def losing_the_phrase(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """Each step of somebody who has a recovery code left and no passphrase."""
    person = served.world.people["reader"]
    browser.get("/connexion/phrase")
    sent = {"name": person.name, "first": person.recovery[0], "code": served.code(person)}
    return _phrase(browser, "/connexion/phrase", sent)


def another_phrase(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """Each step of somebody who replaces the passphrase."""
    browser.get("/moyens/phrase")
    return _phrase(browser, "/moyens/phrase", {"passphrase": PASSPHRASE})


def referring(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """What is shown before a request is sent."""
    there = f"/dossiers/{ids['case']}/referencements/nouveau/{ids['service']}"
    browser.get(there)
    return [browser.post(there, CONSENT).text]


def differing(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """Two answers, after somebody else saved meanwhile."""
    there = f"/dossiers/{ids['other']}/compartiments/contact"
    asked = re.findall(r'name="(asked|version)" value="([^"]*)"', browser.get(there).text)
    sent = {**dict(asked), "safe_contact_channel": "voice"}
    browser.post(there, {**sent, "phone": "+243820000001"})
    return [browser.post(there, {**sent, "phone": "+243820000002"}).text]


def counting(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """What an analyst sees before proposing."""
    browser.get("/publications/preparation")
    quarter = str(last_quarter(3))
    return [browser.post("/publications/preparation", {"first": quarter, "last": quarter}).text]


def interrupted(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """A search that met a closed door is kept; the person opens again, and finds what was typed."""
    browser.get("/dossiers/recherche")
    browser.post("/refermer", {})
    browser.post("/dossiers/recherche", {"typed": "Kapinga"})
    confirm(served, browser, served.world.people["supervisor"])
    return []


def closing(served: Served, browser: Browser, ids: dict[str, str]) -> list[str]:
    """The page on which names can be closed, before that was done."""
    page = browser.get("/").text
    browser.post("/refermer", {})
    return [page]


def confirm(served: Served, browser: Browser, person: Person) -> None:
    browser.get("/confirmer")
    assert browser.post("/confirmer", {"code": served.code(person)}).session


def _phrase(browser: Browser, start: str, sent: dict[str, str]) -> list[str]:
    words = browser.post(start, sent).text
    return [words, browser.post(f"{start}/mots", {"draft": _draft(words)}).text]


def _two(page: str) -> tuple[str, str]:
    words = re.findall(r"<li>([a-z]+)</li>", page)
    return words[1], words[4]


def _draft(page: str) -> str:
    return draft_on(Page(page))
