"""Every person and everything that is sealed: with authorisation, scope and row-level security gone, keys decide."""

from typing import Any

import pytest

from protect.access import gate as gates
from protect.access import limits
from protect.access.policy import Policy, policy
from protect.store.scope import Scope
from protect.vault.session import token_hash
from protect.vocab import COMPARTMENTS
from tests.pages import PageClient
from tests.security.matrix import answer, matches, table, things
from tests.security.tampering import row
from tests.security.telling import Copy, Told

OWN = "Grande maison"


@pytest.fixture
def lawless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that permits everybody everything, as often as they like."""
    monkeypatch.setattr(limits, "admit", lambda *_: (limits.Verdict.ADMITTED, False))
    monkeypatch.setattr(Policy, "permits", lambda *_: True)
    monkeypatch.setattr(Policy, "has", lambda *_: True)
    monkeypatch.setattr(Policy, "by_unit", lambda *_: False)


@pytest.fixture(scope="module")
def who(loose: Copy) -> dict[str, dict[str, Any]]:
    """Everybody with role and agency, those of the case's own agency first."""
    agencies = {agency: name for name, agency in loose.world.agencies.items()}
    found = {name: row(loose, "member", "sign_in_name = :name", name=name) for name in loose.world.people}
    told = {name: {**member, "agency": agencies[member["agency_id"]]} for name, member in found.items()}
    return dict(sorted(told.items(), key=lambda item: (item[1]["agency"] != OWN, item[1]["agency"], item[0])))


@pytest.mark.usefixtures("lawless")
def test_the_keys_of_a_session_open_what_the_golden_table_says(loose: Copy, who: dict[str, dict[str, Any]]) -> None:
    acts, lines = things(loose), {}
    for name, member in who.items():
        with loose.world.people[name].gate() as gate:
            opening = gate.opening("case:open", [], fields=[], purpose="assistance")
            cells = [answer(gate, opening, act) for act in acts.values()]
        lines[f"{member['agency']}: {member['role']} {name}"] = cells
    assert matches("decryption.txt", table(list(acts), lines))


def test_the_golden_table_agrees_with_the_roles(loose: Copy, who: dict[str, dict[str, Any]]) -> None:
    """Own agency: exactly the compartments the role reads. Any other: none, whatever the role."""
    acts = {name: act for name, act in things(loose).items() if name in COMPARTMENTS}
    for name, member in who.items():
        with loose.world.people[name].gate() as gate:
            opening = gate.opening("case:open", [], fields=[], purpose="assistance")
            opened = {thing for thing, act in acts.items() if answer(gate, opening, act) == "opens"}
        readable = set(policy().readable(member["role"])) & set(COMPARTMENTS)
        assert opened == (readable if member["agency"] == OWN else set()), name


@pytest.fixture
def boundless(loose: Copy, lawless: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Besides, everybody's statements reach the rows of the case's agency, and the database is asked as its officer."""
    proof, own = token_hash(loose.world.house_officer.token), loose.world.agencies[OWN]
    prepare = gates.Gate.__init__

    def reaching(gate: Any, *arguments: Any, **named: Any) -> None:
        prepare(gate, *arguments, **named)
        gate.db.info.update(scope=Scope(own), token_hash=proof)

    monkeypatch.setattr(gates.Gate, "__init__", reaching)


@pytest.mark.usefixtures("boundless")
def test_the_pages_show_no_more_than_the_keys_open(loose: Copy, told: Told, who: dict[str, dict[str, Any]]) -> None:
    """The case, its list and a form to change it, asked for by everybody, with every check gone."""
    addresses = ("", "/compartiments/identity", "/compartiments/narrative", "/referencements/nouveau")
    shown: dict[str, int] = {}
    for name, member in who.items():
        client = PageClient(loose.world.app).raw
        client.set_cookie("__Host-protect", loose.world.people[name].token)
        pages = [client.get(f"/dossiers/{loose.ids['case']}{address}") for address in addresses]
        said = b"".join(page.data for page in (*pages, client.get("/dossiers?noms=1")))
        shown[name] = len(set(told.canaries.leaks(said)))
        if member["agency"] != OWN:
            assert shown[name] == 0, name
    assert shown["house_officer"] > 10
    assert shown["house_officer_beside"] == shown["house_officer"], "units are policy, not keys"
    assert shown["house_intake"] == shown["house_auditor"] == shown["house_registrar"] == 0
    assert 0 < shown["house_lawyer"] < shown["house_officer"]
