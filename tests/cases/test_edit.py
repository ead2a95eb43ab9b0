"""Changing a case: versions, conflicts, computed fields, double posts, drafts."""

import pytest

from protect.access.errors import Denied, NotFound
from protect.cases import actions, actions_edit, actions_intake
from protect.cases.actions_compartments import NobodyReads
from protect.cases.actions_edit import Difference, EditConflict
from protect.cases.consents import ConsentRefused
from tests.cases.stories import WOMAN, consent, new_id, opened


def edit(person, case_id, name, changes, version):
    with person.gate() as gate:
        return actions_edit.edit_compartment(gate, case_id, name, changes, version)


def known(person, case_id):
    with person.gate() as gate:
        case = actions.show_case(gate, case_id)
    return case, {name: value for part in case.compartments for name, value in part.values.items()}


def test_a_change_is_kept_and_counts_the_version(people):
    case_id = opened(people.officer)
    assert edit(people.officer, case_id, "contact", {"phone": "", "current_address": "Avenue Kasaï 4"}, 1) == 2
    case, values = known(people.officer, case_id)
    assert "phone" not in values
    assert values["current_address"] == "Avenue Kasaï 4"
    assert case.version == 2


def test_the_same_answers_again_change_nothing(people):
    case_id = opened(people.officer)
    assert edit(people.officer, case_id, "contact", {"phone": WOMAN["phone"]}, 0) == 1


def test_two_people_at_once_keep_both_answers(people):
    case_id = opened(people.officer)
    edit(people.officer_same_unit, case_id, "contact", {"phone": "+243820000001"}, 1)
    with pytest.raises(EditConflict) as conflict:
        edit(people.officer, case_id, "contact", {"phone": "+243820000002"}, 1)
    assert conflict.value.differences == (Difference("phone", "+243820000001", "+243820000002"),)
    assert known(people.officer, case_id)[1]["phone"] == "+243820000001"
    with people.officer.gate() as gate:
        actions_edit.answer(gate, case_id, {"phone": "+243820000002"}, conflict.value.version)
    assert known(people.officer, case_id)[1]["phone"] == "+243820000002"


def test_what_is_computed_follows_what_it_is_computed_from(people):
    case_id = opened(people.officer)
    edit(people.officer, case_id, "identity", {"birth_date": "2014"}, 1)
    case, values = known(people.officer, case_id)
    assert (case.majority, case.assessment, values["age_group"]) == ("child", "met_child", "10-14")


@pytest.mark.parametrize("other", ["officer_other_unit", "foreign_officer"])
def test_nobody_else_changes_it(people, other):
    case_id = opened(people.officer)
    with pytest.raises(NotFound):
        edit(getattr(people, other), case_id, "contact", {"phone": "+243820000001"}, 1)
    assert known(people.officer, case_id)[1]["phone"] == WOMAN["phone"]


def test_a_supervisor_reads_and_does_not_change(people):
    with pytest.raises(Denied):
        edit(people.supervisor, opened(people.officer), "contact", {"phone": "+243820000001"}, 1)


def test_health_without_a_reader_is_refused_and_nothing_else_is_lost(people):
    case_id = opened(people.officer)
    answers = {"health_needs": "injury", "phone": "+243820000009"}
    with pytest.raises(NobodyReads), people.officer.gate() as gate:
        actions_intake.answer_step(gate, case_id, answers, 1, new_id())
    assert known(people.officer, case_id)[1]["phone"] == WOMAN["phone"]


def test_a_page_of_the_intake_sent_twice_counts_once(people):
    case_id, once = opened(people.officer, {"immediate_danger": "yes"}), new_id()
    for _ in range(2):
        with people.officer.gate() as gate:
            draft = actions_intake.answer_step(gate, case_id, {"surname": "Ilunga"}, 1, once)
    assert draft.version == 2
    case, values = known(people.officer, case_id)
    assert (case.urgent, values["surname"]) == (True, "Ilunga")


def test_the_intake_ends_with_the_agreement_of_the_person(people):
    case_id = opened(people.officer)
    with pytest.raises(ConsentRefused), people.officer.gate() as gate:
        actions_intake.finish_intake(gate, case_id, (consent(status="refused"),), new_id())
    assert known(people.officer, case_id)[0].status == "draft"
    with people.officer.gate() as gate:
        actions_intake.finish_intake(gate, case_id, (consent(), consent("research_statistics")), new_id())
    case = known(people.officer, case_id)[0]
    assert (case.status, len(case.consents)) == ("active", 2)
