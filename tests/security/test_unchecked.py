"""Every page with every check gone: authorisation, scope and row-level security; what is left is what keys open."""

from collections.abc import Mapping
from typing import Any

import pytest

from protect.access.policy import policy
from tests.security.acting import CASE, OWNER, SENDER, Acted, begin_anew
from tests.security.addresses import traceless
from tests.security.allowed import PLAIN, described, known
from tests.security.cells import ONE_PART, Cell, cells, members, needs_permission
from tests.security.looking import ANSWERED, Looking, Shown
from tests.security.patched import boundless, lawless
from tests.security.planting import OF
from tests.security.telling import Told

People = Mapping[str, Any]


@pytest.fixture(scope="module")
def people(acted: Acted) -> People:
    """One person of each set of keys in each agency that matters: without authorisation nothing else tells them apart."""
    found: dict[Any, Any] = {}
    for one in members(acted).values():
        near = one.agency if one.agency in {OWNER, SENDER} else ""
        found.setdefault((near, frozenset(policy().readable(one.role))), one)
    return {one.sign_in_name: one for one in found.values()}


@pytest.fixture(scope="module")
def shown(acted: Acted, told: Told, people: People) -> dict[str, Shown]:
    """What the lawless program shows, every statement of which reaches the rows of the case's agency."""
    acted.copy.loosen()
    every = [
        cell for cell in cells(acted, every_part=True) if cell.page.method == "GET" or cell.page.endpoint in ANSWERED
    ]
    with pytest.MonkeyPatch.context() as patch:
        lawless(patch)
        begin_anew(acted.world)
        boundless(patch, acted.world.agencies[OWNER], acted.world.house_officer)
        with traceless():
            looking = Looking(acted, patch, told.canaries)
            return {
                name: looking.as_one(name, [cell for cell in every if _asks(one, cell)]) for name, one in people.items()
            }


def _asks(member: Any, cell: Cell) -> bool:
    """Of sections each in the own agency; of steps, and of sections to strangers, who open none, one."""
    if cell.page.endpoint == "cases.edit":
        return member.agency == OWNER or cell.state == ONE_PART
    if cell.page.endpoint in {"cases.step", "cases.save"}:
        return cell.state == ONE_PART
    return member.agency == OWNER or needs_permission(cell)


def test_everybody_is_somebody(acted: Acted, people: People) -> None:
    """Every role's keys are among those that ask, in the case's own agency all that it has."""
    keys = {frozenset(policy().readable(one.role)) for one in people.values()}
    assert keys == {frozenset(policy().readable(role)) for role in policy().roles}
    assert {one.agency for one in people.values()} > {OWNER, SENDER}


def test_pages_show_what_own_keys_open_and_no_more(acted: Acted, people: People, shown: Mapping[str, Shown]) -> None:
    """Of the own case all of it, and of anybody else's nothing; what is plain is kept by rows and not by keys."""
    for name, one in shown.items():
        sealed = {(thing, field) for thing, field in one.seen if field not in OF[PLAIN]}
        opens = {(thing, field) for thing, field in known(acted, people[name]) if field not in OF[PLAIN]}
        assert sealed <= opens, f"{name}: {described(sealed - opens)}"
        assert one.opened <= opens, f"{name}: {described(one.opened - opens)}"
        missing = {(thing, field) for thing, field in opens - sealed if thing == CASE}
        assert not missing, f"{name}: {described(missing)}"


def test_no_page_shows_what_was_typed_in_another_agency(people: People, shown: Mapping[str, Shown]) -> None:
    """Not in the cases of the story either, in whose every field something was typed."""
    assert shown["house_officer"].typed
    for name, one in shown.items():
        assert people[name].agency == OWNER or not one.typed, f"{name}: {one.typed}"
