"""Every address with every method: visitors, roles without the permission, forms without a token, other sites."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from protect.access.policy import PUBLIC, policy
from protect.web.pages import SIGNED_IN, PageRule, rules_of
from tests.house.golden import whole_app
from tests.pages import PageClient
from tests.security.addresses import address, ask, browser, objects, token_of, traceless
from tests.security.tampering import entries_after, last_entry
from tests.security.telling import Copy

ABSENT = "ou votre rôle n’y donne pas accès"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ONE_OF_EACH = {
    "officer": "house_officer", "supervisor": "house_supervisor", "registrar": "house_registrar",
    "intake": "shelter_intake", "shelter_worker": "shelter_worker", "clinician": "clinician", "lawyer": "house_lawyer",
    "analyst": "analyst", "publisher": "publisher", "reader": "reader", "auditor": "house_auditor",
}  # fmt: skip


PROVES_ITSELF = {  # a witness signs what it asks and what it sends; there is nothing for anybody else
    ("GET", "/journal/temoin"): 404,
    ("POST", "/journal/temoin"): 422,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each page, so that a new page is tried before anybody thinks of it."""
    if "page" in metafunc.fixturenames:
        with TemporaryDirectory() as folder:
            pages = rules_of(whole_app(Path(folder)))
        metafunc.parametrize("page", pages, ids=[f"{page.method} {page.rule}" for page in pages])


@pytest.fixture(scope="module")
def given(copy: Copy) -> dict[str, str]:
    return objects(copy)


@pytest.fixture(scope="module")
def visitor(copy: Copy) -> PageClient:
    return browser(copy)


@pytest.fixture(scope="module")
def browsers(copy: Copy) -> dict[str, tuple[PageClient, str]]:
    """A browser and its token for each role."""
    found = {role: browser(copy, name) for role, name in ONE_OF_EACH.items()}
    return {role: (client, token_of(client)) for role, client in found.items()}


@pytest.fixture(autouse=True)
def _undone() -> Iterator[None]:
    with traceless():
        yield


def test_every_role_is_tried() -> None:
    assert set(ONE_OF_EACH) == set(policy().roles)


def test_a_visitor_is_sent_to_sign_in(page: PageRule, given: dict[str, str], visitor: PageClient) -> None:
    answer = ask(visitor, page, address(page.rule, given), token_of(visitor))
    if page.needs == PUBLIC:
        refused = PROVES_ITSELF.get((page.method, page.rule))
        assert answer.status_code in ({refused} if refused else {200, 303})
    else:
        assert (answer.status_code, answer.location) == (303, "/connexion")


def test_a_role_without_the_permission_finds_nothing(
    page: PageRule, given: dict[str, str], browsers: dict[str, tuple[PageClient, str]], copy: Copy
) -> None:
    """And the same nothing that an address has which does not exist; the attempt is in the trail."""
    if page.needs in {PUBLIC, SIGNED_IN}:
        return
    lacking = [role for role in policy().roles if not policy().has(role, page.needs)]
    assert lacking or page.needs == "session:keep"
    before = last_entry(copy)
    for role in lacking:
        client, token = browsers[role]
        answer = ask(client, page, address(page.rule, given), token)
        assert answer.status_code == 404, role
        assert ABSENT in answer.text, role
    assert entries_after(copy, before, "denied") == [page.needs] * len(lacking)


def test_a_form_without_its_token_is_refused(
    page: PageRule, given: dict[str, str], browsers: dict[str, tuple[PageClient, str]], visitor: PageClient
) -> None:
    """Also one with the token of another browser; the quick exit alone is content with where the form comes from."""
    if page.method != "POST":
        return
    role = next((role for role in policy().roles if policy().has(role, page.needs)), "officer")
    client = visitor if page.needs == PUBLIC else browsers[role][0]
    other = browsers["reader"][1]
    statuses = {ask(client, page, address(page.rule, given), wrong).status_code for wrong in ("", "made up", other)}
    assert statuses == {400 if page.csrf == "token" else PROVES_ITSELF.get((page.method, page.rule), 200)}


def test_another_site_posts_nothing(
    page: PageRule, given: dict[str, str], browsers: dict[str, tuple[PageClient, str]], copy: Copy
) -> None:
    """Whoever asks, and with the right token."""
    if page.method != "POST":
        return
    role = next((role for role in policy().roles if policy().has(role, page.needs)), "officer")
    client, token = browsers[role]
    before = last_entry(copy)
    for site in ("cross-site", "same-site"):
        answer = ask(client, page, address(page.rule, given), token, **{"Sec-Fetch-Site": site})
        assert answer.status_code == 403
    stranger = {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"}
    assert ask(client, page, address(page.rule, given), token, **stranger).status_code == 403
    assert last_entry(copy) == before


def test_no_other_method_is_there(
    page: PageRule, given: dict[str, str], browsers: dict[str, tuple[PageClient, str]]
) -> None:
    client, token = browsers["officer"]
    where = address(page.rule, given)
    known = {method for each in rules_of(client.raw.application) for method in [each.method] if each.rule == page.rule}
    for method in set(METHODS) - known - {"HEAD", "OPTIONS"}:
        answer = client.raw.open(where, method=method, data={"csrf_token": token}, headers={"Sec-Fetch-Site": "none"})
        assert answer.status_code in {404, 405}, method
        assert ABSENT in answer.text, method
    told = client.raw.open(where, method="OPTIONS")
    assert not told.data
    if "GET" in known:
        assert client.raw.head(where).status_code == client.raw.get(where).status_code


def test_reading_changes_nothing(
    page: PageRule, given: dict[str, str], browsers: dict[str, tuple[PageClient, str]]
) -> None:
    """What a link or a picture of another site could make a browser fetch writes no row but those of the trail."""
    if page.method != "GET" or page.needs == PUBLIC:
        return
    role = next((role for role in policy().roles if policy().has(role, page.needs)), "officer")
    client, token = browsers[role]
    answer = ask(client, page, address(page.rule, given), token, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in {200, 404}
    assert answer.headers["Cache-Control"] == "no-store"
