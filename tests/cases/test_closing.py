"""Closing a case and opening it again."""

import pytest

from protect.access.errors import Conflict, Denied, NotFound
from protect.cases import actions_closing
from protect.cases.actions import show_case
from protect.cases.actions_edit import EditConflict
from tests.cases import endings, stories
from tests.cases.agreed import entries
from tests.world import World


def test_it_is_closed_with_its_reason_and_opened_again(world: World) -> None:
    case_id = stories.opened(world.officer)
    endings.close(world, case_id, case_closure_details="Tout est dit")
    with world.officer.gate() as gate:
        case = show_case(gate, case_id)
        said = {name: value for part in case.compartments for name, value in part.values.items()}
    assert (case.status, case.is_ended) == ("closed", True)
    assert (said["case_closure_reason"], said["case_closure_details"]) == ("person_request", "Tout est dit")
    with world.officer.gate() as gate:
        actions_closing.reopen(gate, case_id)
    assert endings.status(world, case_id) == "reopened"
    endings.close(world, case_id, case_closure_reason="transferred")
    assert endings.status(world, case_id) == "closed_referred"
    assert entries(world, "case:close") == ["case:close allowed"] * 2


def test_it_is_closed_once(world: World) -> None:
    case_id = stories.opened(world.officer)
    with world.officer.gate() as gate, pytest.raises(Conflict):
        actions_closing.reopen(gate, case_id)
    endings.close(world, case_id)
    with pytest.raises(Conflict):
        endings.close(world, case_id)


def test_an_answer_that_somebody_changed_is_not_overwritten(world: World) -> None:
    case_id = stories.opened(world.officer)
    with world.officer.gate() as gate, pytest.raises(EditConflict):
        actions_closing.close(gate, case_id, endings.REASON, 0)
    assert endings.status(world, case_id) != "closed"


@pytest.mark.parametrize("by", ["supervisor", "officer_other_unit", "foreign_officer", "auditor", "registrar"])
def test_who_may_not_close(world: World, by: str) -> None:
    case_id = stories.opened(world.officer)
    with pytest.raises((Denied, NotFound)):
        endings.close(world, case_id, by)
    with world.people[by].gate() as gate, pytest.raises((Denied, NotFound)):
        actions_closing.reopen(gate, case_id)
