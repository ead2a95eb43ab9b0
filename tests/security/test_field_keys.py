"""Each field of the dictionary and everybody's keys, with authorisation patched away: who opens it, who can seal it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from protect.access import granted
from protect.access.errors import CompartmentLocked
from protect.access.gate import Gate
from protect.access.grants import grant_row
from protect.access.opening import Opening
from protect.access.policy import policy
from protect.access.rows import unpacked
from protect.referrals.facts import RequestFacts
from protect.vault.errors import CiphertextRejected
from protect.vault.sealing import field_version
from protect.vocab import COMPARTMENTS, load
from tests.security.acting import CASE, OWNER, STATES, Acted, begin_anew
from tests.security.matrix import Act, answer, as_row, asked, changes, package, table, who
from tests.security.patched import lawless
from tests.security.planting import PLAIN, SEALED
from tests.security.tampering import member, rows
from tests.security.travelling import EMPTIED, LIVING, REQUEST, travelling

OF_THE_REFERRAL = {"service_type", "urgency"}  # said by a request, and no answer of the case
OTHER_TABLES = {"consent", "referral", "services_provided", "perpetrator", "case_admin", "screening_identification"}
Member = dict[str, Any]
Cells = dict[str, dict[str, str]]  # by thing and field: how it ends


@pytest.fixture(scope="module")
def people(acted: Acted) -> dict[str, Member]:
    return who(acted.copy)


@pytest.fixture(scope="module")
def opened(acted: Acted, people: Mapping[str, Member]) -> Iterator[dict[str, Cells]]:
    """What became of each field for everybody, their sessions begun anew by the lawless program."""
    acted.copy.loosen()
    with pytest.MonkeyPatch.context() as patch:
        lawless(patch)
        begin_anew(acted.world)
        lying = _lying(acted)
        yield {name: _tried(acted, lying, name) for name in people}


@dataclass(frozen=True)
class Sealed:
    """What is sealed with fields in it, read once as it lies in the database: rows, requests, packages."""

    parts: Mapping[str, Any]
    requests: Mapping[str, Act]
    packages: Mapping[str, Act]


def _lying(acted: Acted) -> Sealed:
    copy, where = acted.copy, "case_id = :case order by part"  # of several parts the last, which was planted
    parts = {each["name"]: as_row(each) for each in rows(copy, "case_compartment", where, case=acted.ids[CASE])}
    requests = {state: asked(copy, acted.ids[state], "inbox", "inbox", "request") for state in STATES}
    return Sealed(parts, requests, {state: package(copy, acted.ids[state]) for state in STATES})


def _tried(acted: Acted, lying: Sealed, name: str) -> Cells:
    with acted.world.people[name].gate() as gate:
        opening = gate.opening("case:open", [], fields=[], purpose="assistance")
        planted, found = acted.words.planted, {}
        for part in COMPARTMENTS:
            found[part] = _fields(gate, opening, lying.parts[part], planted[CASE])
        for state in STATES:
            found[f"request {state}"] = _said(
                gate, opening, lying.requests[state], _answers, REQUEST.values(), planted[state]
            )
            found[f"package {state}"] = _said(gate, opening, lying.packages[state], dict, travelling(), planted[state])
        return found


def _fields(gate: Gate, opening: Opening, found: Any, planted: Mapping[str, str]) -> dict[str, str]:
    """For each field of a compartment whether it opens, and whether another answer can be sealed in its place."""
    names = SEALED[found.name]
    read = _said(gate, opening, lambda _gate, opening: opening.fields(found), dict, names, planted)
    sealed = _sealed(gate, found, names)
    return {name: ("r" if read[name] == "opens" else read[name]) + ("w" if name in sealed else "") for name in names}


def _said(
    gate: Gate, opening: Opening, act: Act, values: Callable[[Any], Mapping[str, str]], names: Iterable[str],
    planted: Mapping[str, str],
) -> dict[str, str]:  # fmt: skip
    """For each field how it ends; whatever opens says what was planted there, and nothing else."""
    names, kept = tuple(names), list[Any]()
    how = answer(gate, opening, lambda gate, opening: kept.append(act(gate, opening)))
    for one in kept:
        assert values(one) == {name: planted[name] for name in names}
    return dict.fromkeys(names, how)


def _answers(facts: RequestFacts) -> dict[str, str]:
    values = {field: getattr(facts, name) for name, field in REQUEST.items()}
    return {**values, "needs": " ".join(facts.needs)}


def _sealed(gate: Gate, found: Any, names: Sequence[str]) -> set[str]:
    """Of these fields, those that this session could give another answer."""
    try:
        made = gate.seals.change(found, dict.fromkeys(names, "x"))
    except (CompartmentLocked, CiphertextRejected):
        return set()
    before, after = unpacked(found.fields.blob), unpacked(made["fields"].blob)
    return {name for name in names if field_version(after[name]) == field_version(before[name]) + 1}


def expected(one: Member) -> Cells:
    """What the declared keys of the role give, in the own agency and as the receiver of a referral."""
    reads = set(policy().readable(one["role"]))
    own, cells = one["agency"] == OWNER, {}
    for part in COMPARTMENTS:
        how = "-" if part not in reads else "rw" if own else "refused"
        cells[part] = dict.fromkeys(SEALED[part], how)
    for state in STATES:
        box = "-" if "inbox" not in reads else "opens" if own else "refused"
        emptied = {"opens": "emptied"}.get(box, box) if state in EMPTIED else box
        cells[f"request {state}"] = dict.fromkeys(REQUEST.values(), emptied)
        cells[f"package {state}"] = dict.fromkeys(travelling(), box if state in LIVING else "gone")
    return cells


def test_every_field_of_the_dictionary_is_asked() -> None:
    """Those of the case; what other tables keep in clear, and by columns of their own, is no field of a compartment."""
    asked_for = {*(name for names in SEALED.values() for name in names), *PLAIN}
    left = [field for name, field in load().fields.items() if name not in asked_for]
    assert {field.compartment for field in left} == {"administrative"}
    assert {field.group for field in left} <= OTHER_TABLES
    assert set(RequestFacts.__dataclass_fields__) == {*REQUEST, *OF_THE_REFERRAL}


def test_each_field_opens_to_the_keys_that_the_roles_declare(
    opened: Mapping[str, Cells], people: Mapping[str, Member]
) -> None:
    for name, one in people.items():
        assert opened[name] == expected(one), name


def test_the_golden_table_says_the_same(opened: Mapping[str, Cells], people: Mapping[str, Member]) -> None:
    """One line a person and one column a thing: its fields, which stand above, all end alike."""
    columns = list(next(iter(opened.values())))
    lines = {_title(people[name]): [_alike(cells[thing]) for thing in columns] for name, cells in opened.items()}
    named = {**SEALED, "request": list(REQUEST.values()), "package": travelling()}
    above = "".join(f"{thing}: {' '.join(names)}\n" for thing, names in named.items())
    assert changes("field_keys.txt", f"{above}\n{table(columns, lines)}") == []


def _title(one: Member) -> str:
    return f"{one['agency']}: {one['role']} {one['sign_in_name']}"


def _alike(cells: Mapping[str, str]) -> str:
    return "/".join(sorted(set(cells.values())))


def test_a_key_that_a_colleague_hands_on_against_the_rules_is_seen(acted: Acted, opened: Mapping[str, Cells]) -> None:
    """A grant beyond the role opens to the lawless program and to the table, and to nobody else."""
    assert set(opened["house_lawyer"]["contact"].values()) == {"-"}
    with acted.world.house_officer.gate() as gate:
        lawyer = gate.keyring.trust.authorised(member(acted.copy, "house_lawyer"), anew=False)
        given = grant_row(gate.keyring.awake, lawyer, gate.keyring.key("contact"))
        gate.db.add(given)
    begin_anew(acted.world, "house_lawyer")
    assert set(_tried(acted, _lying(acted), "house_lawyer")["contact"].values()) == {"rw"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(granted, "policy", policy)
        begin_anew(acted.world, "house_lawyer")
    with acted.world.house_lawyer.gate() as gate:
        assert {key.name for key in gate.keyring.keys} == {"legal", "inbox"}
