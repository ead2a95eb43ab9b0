"""The pages of cases in a real browser: accessible, not wider than a phone, quiet in the console."""

import pytest

from protect.auth import login
from tests.browser import DESK, PHONE, served, tab
from tests.cases.stories import consent, opened
from tests.cases.test_consent_actions import record

PATHS = (
    "/dossiers", "/dossiers?noms=1", "/dossiers/recherche", "/dossiers/nouveau", "{case}", "{case}/danger", "{case}/entretien",
    "{case}/accord", "{case}/consentements/nouveau", "{case}/saisie/safety", "{case}/saisie/identity",
    "{case}/saisie/situation", "{case}/saisie/identification", "{case}/compartiments/contact",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(people):
    with served(people.app) as base:
        yield base


def signed_in(opened_tab, people):
    cookie = {
        "name": login.COOKIE,
        "value": people.officer.token,
        "url": "https://localhost",
        "secure": True,
        "httpOnly": True,
    }
    opened_tab.page.context.add_cookies([cookie])
    return opened_tab


@pytest.mark.parametrize("view", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_can_be_used_by_everybody(people, site, browser, view):
    case_id = opened(people.officer)
    record(people.officer, case_id, consent())
    with tab(browser, site, view=view) as opened_tab:
        signed_in(opened_tab, people)
        for path in PATHS:
            opened_tab.open(path.format(case=f"/dossiers/{case_id}"))
            opened_tab.check()


def test_two_answers_can_be_told_apart(people, site, browser):
    case_id = opened(people.officer)
    with tab(browser, site, view=PHONE) as one, tab(browser, site, view=PHONE) as other:
        for somebody in (one, other):
            signed_in(somebody, people).open(f"/dossiers/{case_id}/compartiments/contact")
        for somebody, phone in ((one, "0812345001"), (other, "0812345002")):
            somebody.page.get_by_label("Numéro de téléphone").fill(phone)
            somebody.page.get_by_role("button", name="Enregistrer").click()
        other.check()
        other.page.get_by_label("Votre réponse").check()
        other.page.get_by_role("button", name="Enregistrer les réponses choisies").click()
        digits = "".join(sign for sign in other.page.inner_text("main") if sign.isdigit())
        assert "812345002" in digits
        assert "812345001" not in digits
