"""Every person and everything that is sealed: with authorisation, scope and row-level security gone, keys decide."""

from collections.abc import Iterator
from typing import Any

import pytest

from protect.access.policy import policy
from protect.vocab import COMPARTMENTS
from tests.security.acting import begin_anew
from tests.security.matrix import OWN, answer, changes, table, things, who
from tests.security.patched import lawless
from tests.security.telling import Copy

Member = dict[str, Any]


@pytest.fixture(scope="module")
def people(loose: Copy) -> dict[str, Member]:
    return who(loose)


@pytest.fixture(scope="module")
def unguarded(loose: Copy) -> Iterator[Copy]:
    """The copy without guards, and everybody's session begun anew by the program without authorisation."""
    with pytest.MonkeyPatch.context() as patch:
        lawless(patch)
        begin_anew(loose.world)
        yield loose


def test_the_keys_of_a_session_open_what_the_golden_table_says(unguarded: Copy, people: dict[str, Member]) -> None:
    acts, lines = things(unguarded), {}
    for name, member in people.items():
        with unguarded.world.people[name].gate() as gate:
            opening = gate.opening("case:open", [], fields=[], purpose="assistance")
            cells = [answer(gate, opening, act) for act in acts.values()]
        lines[f"{member['agency']}: {member['role']} {name}"] = cells
    assert changes("decryption.txt", table(list(acts), lines)) == []


def test_the_golden_table_agrees_with_the_roles(unguarded: Copy, people: dict[str, Member]) -> None:
    """Own agency: exactly the compartments the role reads. Any other: none, whatever the role."""
    acts = {name: act for name, act in things(unguarded).items() if name in COMPARTMENTS}
    for name, member in people.items():
        with unguarded.world.people[name].gate() as gate:
            opening = gate.opening("case:open", [], fields=[], purpose="assistance")
            opened = {thing for thing, act in acts.items() if answer(gate, opening, act) == "opens"}
        readable = set(policy().readable(member["role"])) & set(COMPARTMENTS)
        assert opened == (readable if member["agency"] == OWN else set()), name
