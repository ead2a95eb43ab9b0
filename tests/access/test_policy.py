"""The policy explained: the decision is its clauses, for every role, permission and relation, and nothing beside them."""

import itertools
import uuid
from dataclasses import dataclass

import pytest

from protect.access.policy import HAS_PERMISSION, PARTS, PREDICATES, Answer, Clause, policy

AGENCY, UNIT, ELSEWHERE = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


@dataclass(frozen=True)
class Someone:
    role: str
    unit_id: uuid.UUID | None = UNIT
    agency_id: uuid.UUID = AGENCY
    emergency: uuid.UUID | None = UNIT  # the id of one thing


@dataclass(frozen=True)
class Thing:
    agency_id: uuid.UUID = AGENCY
    unit_id: uuid.UUID = UNIT
    to_agency_id: uuid.UUID = ELSEWHERE
    id: uuid.UUID = UNIT


THINGS = tuple(
    itertools.starmap(
        Thing, itertools.product((AGENCY, ELSEWHERE), (UNIT, ELSEWHERE), (AGENCY, ELSEWHERE), (UNIT, ELSEWHERE))
    )
)
MEANT = {  # written out once more, by hand
    "any": lambda _who, _what: True,
    "own_agency": lambda who, what: what.agency_id == who.agency_id,
    "own_unit": lambda who, what: what.agency_id == who.agency_id and who.unit_id == what.unit_id,
    "received": lambda who, what: what.to_agency_id == who.agency_id,
    "emergency": lambda who, what: what.agency_id == who.agency_id and what.id == who.emergency,
}


@pytest.mark.parametrize("role", policy().roles)
@pytest.mark.parametrize("unit", [UNIT, None], ids=["unit", "no unit"])
def test_the_explanation_is_the_decision(role: str, unit: uuid.UUID | None) -> None:
    who = Someone(role, unit)
    for permission, thing in itertools.product(policy().clauses, (None, *THINGS)):
        answer = policy().explain(who, permission, thing)
        predicate = policy().clauses[permission].get(role)
        meant = predicate is not None and (thing is None or MEANT[predicate](who, thing))
        assert answer.allowed is meant, (permission, thing)
        assert policy().permits(who, permission, thing) is meant
        assert answer.clauses[0] == Clause(HAS_PERMISSION, predicate is not None)
        if meant and thing is not None:
            assert all(clause.holds for clause in answer.clauses)


def test_each_clause_is_told_by_itself() -> None:
    told = policy().explain(Someone("officer"), "case:open", Thing(unit_id=ELSEWHERE)).clauses
    assert told == (Clause("role", holds=True), Clause("agency", holds=True), Clause("unit", holds=False))
    told = policy().explain(Someone("officer"), "case:open", Thing(agency_id=ELSEWHERE)).clauses
    assert told == (Clause("role", holds=True), Clause("agency", holds=False), Clause("unit", holds=True))
    assert policy().explain(Someone("officer"), "case:open").clauses[1:] == (
        Clause("agency", None),
        Clause("unit", None),
    )
    assert policy().explain(Someone("reader"), "case:open", Thing()).clauses == (Clause("role", holds=False),)


def test_an_unknown_permission_or_role_is_denied() -> None:
    assert not policy().explain(Someone("officer"), "case:burn", Thing()).allowed
    assert not policy().explain(Someone("nobody"), "case:open", Thing()).allowed


def test_one_failed_clause_denies_whatever_the_others_say() -> None:
    for holds in itertools.product((True, False, None), repeat=3):
        answer = Answer("case:open", "officer", tuple(Clause(str(at), one) for at, one in enumerate(holds)))
        assert answer.allowed is (False not in holds)


def test_every_part_of_a_predicate_exists() -> None:
    assert {part for parts in PREDICATES.values() for part in parts} == set(PARTS)
