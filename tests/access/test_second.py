"""What needs two people: whoever had a part in it does not decide, nor does somebody whose second factor is old."""

from uuid import uuid4

import pytest

from protect.access.errors import Denied, StepUpRequired
from protect.access.policy import policy
from protect.access.second import TWO_PEOPLE, require_second
from protect.audit.models import TrailEntry
from tests.world import World

DECIDES = {
    "emergency:decide": "supervisor",
    "emergency:review": "auditor",
    "limit:lift": "supervisor",
    "approval:decide": "supervisor",
    "release:decide": "publisher",
}


def test_each_is_a_permission_and_tried_here() -> None:
    assert set(policy().clauses) >= TWO_PEOPLE
    assert set(DECIDES) == TWO_PEOPLE


@pytest.mark.parametrize("permission", DECIDES)
def test_who_had_a_part_in_it_does_not_decide(world: World, permission: str) -> None:
    with world.people[DECIDES[permission]].gate() as gate, pytest.raises(Denied):
        require_second(gate, permission, frozenset({uuid4(), gate.member.member_id}), None)
    with world.runtime.unit_of_work() as db:
        newest = db.query(TrailEntry).order_by(TrailEntry.id.desc()).first()
        assert newest is not None
        assert (newest.action, newest.result) == (permission, "denied")


@pytest.mark.parametrize("permission", DECIDES)
def test_somebody_else_decides_with_a_fresh_second_factor(world: World, permission: str) -> None:
    person = world.people[DECIDES[permission]]
    with person.gate() as gate:
        require_second(gate, permission, frozenset({uuid4()}), None)
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    with person.gate() as gate, pytest.raises(StepUpRequired):
        require_second(gate, permission, frozenset({uuid4()}), None)


def test_what_is_not_declared_is_no_decision_of_two(world: World) -> None:
    with world.supervisor.gate() as gate, pytest.raises(KeyError):
        require_second(gate, "case:open", frozenset(), None)
