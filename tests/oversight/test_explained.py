"""Access in words: whatever the policy says and nothing else, with words for everything."""

import dataclasses
import itertools
import uuid

import pytest

from protect.access import policy as policies
from protect.access.policy import PARTS, PREDICATES, policy
from protect.i18n import LANGUAGES
from protect.oversight import access_words as words
from protect.oversight import answers, explained
from protect.oversight.answers import RELATIONS, Somebody, Standing, Why
from protect.oversight.explained import Access


@pytest.mark.parametrize("role", policy().roles)
def test_the_view_of_a_role_is_what_the_policy_says(role: str) -> None:
    view = explained.role_view(role, "fr")
    shown = {right.permission: right.predicate for group in view.groups for right in group.rights}
    assert shown == {name: held[role] for name, held in policy().clauses.items() if role in held}
    assert {right.permission for right in view.lacking} == set(policy().clauses) - set(shown)
    readable = {name for name, access in view.compartments if access in {Access.READS, Access.CHANGES, Access.KEY_ONLY}}
    assert readable == set(policy().readable(role))
    adds = {name for name, access in view.compartments if access is Access.ADDS}
    assert adds == {name for name, kind in policy().compartments[role].items() if kind == "write"}


def test_the_matrix_holds_every_cell_once() -> None:
    sheets = explained.sheets("fr")
    assert tuple(role for sheet in sheets for role in sheet.roles) == policy().roles
    for sheet in sheets:
        lines = [line for _name, group in sheet.groups for line in group]
        assert len(lines) == len(policy().clauses)
        for at, role in enumerate(sheet.roles):
            told = {label: cells[at] for label, cells in lines}
            for permission, held in policy().clauses.items():
                assert told[explained.permission_name(permission, "fr")] == held.get(role, "")


def test_another_policy_is_another_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words follow the data: a permission taken away is gone from the page."""
    known = policy()
    clauses = {name: {role: held[role] for role in held if role != "officer"} for name, held in known.clauses.items()}
    other = dataclasses.replace(known, clauses=clauses)
    monkeypatch.setattr(explained, "policy", lambda: other)
    view = explained.role_view("officer", "fr")
    assert view.groups == ()
    assert dict(view.compartments)["identity"] is Access.KEY_ONLY
    assert dict(view.compartments)["health"] is Access.ADDS


def test_everything_has_its_words() -> None:
    for permission, language in itertools.product(policy().clauses, LANGUAGES):
        assert explained.permission_name(permission, language) != permission
    assert set(explained.groups_named()) <= set(words.GROUPS) - {"other"}
    assert set(words.PREDICATES) == set(PREDICATES) == set(words.SHORT_PREDICATES) - {""}
    assert set(words.CLAUSES) == {policies.HAS_PERMISSION, *PARTS}
    assert set(words.RELATIONS) == set(RELATIONS)
    assert set(words.ACCESS) == set(words.SHORT) == set(Access)
    assert set(words.REASONS) == set(Why)
    held = {name for compartments in policy().compartments.values() for name in compartments}
    assert held <= set(explained.USES)
    for name in explained.USES:
        assert words.compartment(name)


def test_an_unknown_role_is_none() -> None:
    with pytest.raises(KeyError):
        explained.role_view("nobody", "fr")


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing("read", granted=True, held=True, holders=2), Why.OPEN),
        (Standing("read", granted=True, held=False, holders=2, closed=True), Why.CLOSED),
        (Standing("read", granted=True, held=False, holders=2), Why.SIGN_IN_AGAIN),
        (Standing("read", granted=False, held=False, holders=1), Why.WAITING),
        (Standing("read", granted=False, held=False, holders=0), Why.NOBODY),
        (Standing("write", granted=False, held=False, holders=3), Why.ADDS),
        (Standing("", granted=False, held=False, holders=3), Why.ROLE),
    ],
)
def test_why_a_part_is_shut(standing: Standing, why: Why) -> None:
    assert standing.why is why


OUTCOMES = {  # an officer reading a case, by relation
    "own_unit": True, "other_unit": False, "emergency": False, "other_agency": False, "received": False, "none": True,
}  # fmt: skip


@pytest.mark.parametrize("relation", RELATIONS)
def test_an_answer_about_a_relation(relation: str) -> None:
    assert answers.answer(Somebody("officer"), "case:open", relation).allowed is OUTCOMES[relation]
    assert answers.answer(Somebody("intake"), "inbox:read", relation).allowed is (relation in {"received", "none"})
    assert answers.answer(Somebody("officer"), "emergency:open", relation).allowed is (
        relation in {"emergency", "none"}
    )
    assert not answers.answer(Somebody("supervisor"), "emergency:open", relation).allowed
    assert not answers.answer(Somebody("reader"), "case:open", relation).allowed


def test_who_has_no_office_has_none_in_common_with_anything() -> None:
    lost = Somebody("officer", uuid.uuid4(), None)
    assert not any(answers.answer(lost, "case:open", relation).allowed for relation in RELATIONS if relation != "none")
