"""Every page of an object, asked for by everybody whose role has it: own unit, other unit, other agency, each state."""

import uuid
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from protect.access.policy import PUBLIC, policy
from protect.web.pages import SIGNED_IN, PageRule, rules_of
from tests.pages import PageClient
from tests.security.addresses import ARGUMENT, address, ask, browser, objects, token_of, traceless
from tests.security.matrix import REFERRALS, matches
from tests.security.tampering import row
from tests.security.telling import Copy

TABLES = {
    "case_id": "case_file", "referral_id": "referral", "consent_id": "consent", "service_id": "service",
    "place_id": "place", "release_id": "release", "member_id": "member", "arrival_id": "recovery_arrival",
    "opening_id": "emergency_opening",
}  # fmt: skip
# Whose row the permission is asked of.
SUBJECTS = (
    "referral_id", "place_id", "release_id", "case_id", "service_id", "member_id", "arrival_id", "opening_id",
)  # fmt: skip
ABSENT = 404
UNHARMED = {200, 303, 400, 409}


class Cell(NamedTuple):
    """One page with one choice of objects."""

    page: PageRule
    state: str
    where: str
    subject: Any

    def __str__(self) -> str:
        rule = ARGUMENT.sub(lambda found: f"<{found[1]}>", self.page.rule)
        return f"{self.page.method} {rule}{f' [{self.state}]' if self.state else ''}"


@pytest.fixture(scope="module")
def cells(copy: Copy) -> list[Cell]:
    """Every page that needs a permission and has an object in its address; those of a referral in each state of one."""
    given, found = objects(copy), []
    for page in rules_of(copy.world.app):
        names = ARGUMENT.findall(page.rule)
        if page.needs in {PUBLIC, SIGNED_IN} or not set(names) & set(TABLES):
            continue
        for state in REFERRALS if "referral_id" in names else ("",):
            chosen = {**given, **({"referral_id": str(copy.ids[state])} if state else {})}
            found.append(Cell(page, state, address(page.rule, chosen), _subject(copy, names, chosen)))
    return found


def _subject(copy: Copy, names: list[str], given: dict[str, str]) -> Any:
    name = next(name for name in SUBJECTS if name in names)
    found = row(copy, TABLES[name], "id = :id", id=uuid.UUID(given[name]))
    return SimpleNamespace(**{"agency_id": None, "to_agency_id": None, "unit_id": None, **found})


@pytest.fixture(scope="module")
def browsers(copy: Copy) -> dict[str, tuple[PageClient, str]]:
    found = {name: browser(copy, name) for name in copy.world.people}
    return {name: (client, token_of(client)) for name, client in found.items()}


@pytest.fixture(scope="module")
def members(copy: Copy) -> dict[str, Any]:
    found = {name: row(copy, "member", "sign_in_name = :name", name=name) for name in sorted(copy.world.people)}
    opened = {"house_officer_beside": copy.ids["emergency"]}
    return {name: SimpleNamespace(**member, emergency=opened.get(name)) for name, member in found.items()}


def test_the_answers_are_those_of_the_golden_table(
    copy: Copy, cells: list[Cell], browsers: dict[str, tuple[PageClient, str]], members: dict[str, Any]
) -> None:
    """Nobody is let in whom the policy does not permit; whoever is permitted and still finds nothing is named."""
    lines = []
    with traceless():
        for cell in cells:
            able = [name for name, member in members.items() if policy().has(member.role, cell.page.needs)]
            statuses = {name: ask(browsers[name][0], cell.page, cell.where, browsers[name][1]) for name in able}
            let_in = {name for name, answer in statuses.items() if answer.status_code != ABSENT}
            assert {statuses[name].status_code for name in let_in} <= UNHARMED, str(cell)
            permitted = {name for name in able if _permits(members[name], cell)}
            assert let_in <= permitted, f"{cell}: {let_in - permitted}"
            lines.append(f"{cell}\n    {_listed(let_in)}{_kept_out(permitted - let_in)}\n")
    assert matches("access.txt", "".join(lines))


def _permits(member: Any, cell: Cell) -> bool:
    return policy().permits(member, cell.page.needs, cell.subject)


def _listed(names: set[str]) -> str:
    return " ".join(sorted(names)) or "-"


def _kept_out(names: set[str]) -> str:
    return f"   absent though permitted: {_listed(names)}" if names else ""
