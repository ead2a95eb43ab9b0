"""Every page and form, asked for by everybody whose role has it: own unit, other unit, other agency, each state.

Two answers each: who is let in, and which fields are shown. Both are held against the declared policy and golden files.
"""

from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from typing import Any

import pytest

from protect.access.policy import PUBLIC, policy
from protect.cases.sections import SECTIONS
from protect.vocab import load
from protect.web.pages import SIGNED_IN, rules_of
from tests.security.acting import CASE, OWNER, Acted, end_emergency
from tests.security.addresses import ARGUMENT, ask, browser, token_of, traceless
from tests.security.allowed import allowed, described, known
from tests.security.canaries import Canaries
from tests.security.cells import (
    NOT_ASKED,
    ONE_PART,
    PARTS,
    SOMEBODY_ELSES,
    Cell,
    cells,
    members,
    needs_permission,
    permitted,
)
from tests.security.filling import Filler
from tests.security.looking import Looking, Shown
from tests.security.matrix import changes
from tests.security.places import dump

ABSENT = 404
STRANGERS = 4
IN_AN_EMERGENCY = "house_officer_beside"
OBJECTS = {"case_id", "referral_id", "consent_id", "opening_id", "approval_id", "session_id", "factor_id", "member_id"}
WRITTEN_ALWAYS = ("trail_entry", "trail_head", "trail_state", "trail_epoch")
People = Mapping[str, Any]


@pytest.fixture(scope="module")
def people(acted: Acted) -> People:
    return members(acted)


@pytest.fixture(scope="module")
def wanted(acted: Acted) -> list[Cell]:
    """Every page that is read, with each section and step; every form that needs a permission, once."""
    every = cells(acted, every_part=True)
    return [cell for cell in every if cell.page.method == "GET" or (needs_permission(cell) and _once(cell))]


def _once(cell: Cell) -> bool:
    """Not one of many sections or steps alike."""
    return cell.page.endpoint not in PARTS or cell.state == ONE_PART


@pytest.fixture(scope="module")
def shown(acted: Acted, people: People, wanted: list[Cell]) -> dict[str, Shown]:
    """What everybody is answered and shown by the pages that the role has."""
    with pytest.MonkeyPatch.context() as patch, traceless():
        looking = Looking(acted, patch)
        return {name: looking.as_one(name, _of_role(one, wanted)) for name, one in people.items()}


def _of_role(member: Any, wanted: list[Cell]) -> list[Cell]:
    """The pages that the role has, of whosever objects; any other is not there: tests/security/test_routes.py.

    What everybody has alike is asked for in one agency.
    """
    return [cell for cell in wanted if _is_of_role(member, cell)]


def _is_of_role(member: Any, cell: Cell) -> bool:
    if needs_permission(cell):
        return policy().has(member.role, cell.page.needs)
    return bool(member.agency == OWNER)


def test_every_form_is_asked_or_named_with_its_reason(acted: Acted, wanted: list[Cell]) -> None:
    """A form that needs no permission is placed in one table by whoever adds it."""
    rules = {page.endpoint: page for page in rules_of(acted.world.app) if page.method == "POST"}
    asked = {cell.page.endpoint for cell in wanted} | set(SOMEBODY_ELSES)
    assert rules.keys() - asked == set(NOT_ASKED)
    assert {rules[name].needs for name in NOT_ASKED} == {PUBLIC, SIGNED_IN}


def test_everything_else_is_asked_by_somebody(acted: Acted, wanted: list[Cell], shown: Mapping[str, Shown]) -> None:
    """Every page that is read, and every form that needs a permission, before anybody thinks of it."""
    every = {page.endpoint for page in rules_of(acted.world.app)}
    assert every == {cell.page.endpoint for cell in wanted} | set(SOMEBODY_ELSES) | set(NOT_ASKED)
    assert {str(cell) for cell in wanted} == {page for one in shown.values() for page in one.answers}


def test_the_answers_are_those_of_the_golden_table(
    wanted: list[Cell], people: People, shown: Mapping[str, Shown]
) -> None:
    """Nobody is let in whom the policy does not permit; whoever is permitted and still finds nothing is named."""
    lines = []
    for cell in wanted:
        if needs_permission(cell) and _once(cell):
            answers = {name: one.answers[str(cell)] for name, one in shown.items() if str(cell) in one.answers}
            let_in = {name for name, status in answers.items() if status != str(ABSENT)}
            may = {name for name in answers if permitted(people[name], cell)}
            assert let_in <= may, f"{cell}: {let_in - may}"
            lines.append(f"{cell}\n{_by_status({name: answers[name] for name in may})}")
    assert changes("access.txt", "".join(lines)) == []


def _by_status(answers: Mapping[str, str]) -> str:
    """One line for each answer, with those who got it; 404 is who was permitted and found nothing."""
    lines = {
        status: " ".join(sorted(name for name in answers if answers[name] == status)) for status in answers.values()
    }
    return "".join(f"    {status}  {names}\n" for status, names in sorted(lines.items())) or "    -\n"


def test_no_page_shows_a_field_that_the_policy_keeps(acted: Acted, people: People, shown: Mapping[str, Shown]) -> None:
    """Nor is one opened for it: role, compartment and relation say which may be."""
    for name, member in people.items():
        may = allowed(acted, member, emergency=name == IN_AN_EMERGENCY)
        assert shown[name].seen <= may, f"{name}: {described(shown[name].seen - may)}"
        assert shown[name].opened <= may, f"{name}: {described(shown[name].opened - may)}"


def test_every_field_that_the_policy_gives_is_on_a_page(
    acted: Acted, people: People, shown: Mapping[str, Shown]
) -> None:
    for name, member in people.items():
        missing = allowed(acted, member, emergency=name == IN_AN_EMERGENCY) - shown[name].seen
        assert not missing, f"{name}: {described(missing)}"


def test_the_golden_table_says_what_is_shown_where(
    acted: Acted, people: People, shown: Mapping[str, Shown], wanted: list[Cell]
) -> None:
    """By person, with what own keys would open and no page shows; then by page."""
    lines = []
    for name, member in people.items():
        seen, more = shown[name].seen, known(acted, member) - shown[name].seen
        if seen or more:
            lines.append(f"{member.agency}: {member.role} {name}\n    shown: {described(seen)}\n")
            lines.append(f"    readable but on no page: {described(more)}\n")
    assert changes("field_pages.txt", "".join([*lines, "\n", *_by_page(wanted, shown)])) == []


def _by_page(wanted: list[Cell], shown: Mapping[str, Shown]) -> Iterator[str]:
    silent = []
    for page in [str(cell) for cell in wanted]:
        groups: dict[str, list[str]] = {}
        for name, one in shown.items():
            if one.by_page.get(page):
                groups.setdefault(described(one.by_page[page]), []).append(name)
        if groups:
            yield f"{page}\n" + "".join(f"    {' '.join(names)}\n        {what}\n" for what, names in groups.items())
        else:
            silent.append(page)
    yield "\nno field on\n" + "".join(f"    {page}\n" for page in silent)


def test_the_end_of_an_emergency_takes_everything_away(
    acted: Acted, people: People, wanted: list[Cell], shown: Mapping[str, Shown]
) -> None:
    """The officer of another office saw the case while it was open, and sees nothing of it from then on."""
    assert (CASE, "surname") in shown[IN_AN_EMERGENCY].seen
    end_emergency(acted, "live")
    with pytest.MonkeyPatch.context() as patch, traceless():
        after = Looking(acted, patch).as_one(IN_AN_EMERGENCY, _of_role(people[IN_AN_EMERGENCY], wanted))
    assert after.seen | after.opened == set()


def test_who_may_not_changes_nothing(acted: Acted, people: People) -> None:
    """Forms with somebody's object in the address find nothing, filled in well or badly.

    Asked by everybody whose role has the form, and whose relation does not; and by four in turn of the other roles.
    """
    turn, browsers = cycle(people), {name: browser(acted.copy, name) for name in people}
    tokens = {name: token_of(client) for name, client in browsers.items()}
    before = _rows(acted)
    for cell in cells(acted, every_part=True):
        if cell.page.method == "POST" and OBJECTS & set(ARGUMENT.findall(cell.page.rule)):
            strangers = {name for name, member in people.items() if not _may(member, cell)}
            able = {name for name in strangers if policy().has(people[name].role, cell.page.needs)}
            for name in able | {name for name in islice(turn, STRANGERS) if name in strangers}:
                for typed in _filled(cell):
                    answer = ask(browsers[name], cell.page, cell.where, tokens[name], typed)
                    assert answer.status_code == ABSENT, f"{cell}: {name}"
    assert _rows(acted) == before


def _may(member: Any, cell: Cell) -> bool:
    """Means and sessions are their owner's alone."""
    if cell.page.endpoint in SOMEBODY_ELSES:
        return bool(member.sign_in_name == "house_officer")
    return permitted(member, cell)


def _filled(cell: Cell) -> Iterator[dict[str, Any]]:
    """The form as it would be kept, with every question of a section or a step; and one that would be shown again."""
    if cell.page.endpoint not in {"cases.save", "cases.answer"}:
        yield {"needs": "medical", **dict.fromkeys(("why", "reason"), "court"), "hours": "4"}
        return
    section = SECTIONS.get(cell.state)
    steps = {step.name: [question.field for question in step.questions] for step in load().intake}
    names = section.fields(child=True) if section and cell.page.endpoint == "cases.save" else steps[cell.state]
    yield Filler(Canaries(), b"").sent(list(names), version="1")
    if cell.state == ONE_PART:
        yield {"asked": "phone", "phone": "no number", "version": "1"}


def _rows(acted: Acted) -> dict[str, Any]:
    """Everything that is kept but the trail, which says who tried."""
    tables = dump(acted.copy.database.url("backup"))
    return {name: sorted(map(repr, held)) for name, held in tables.items() if name not in WRITTEN_ALWAYS}
