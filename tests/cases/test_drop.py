"""Health data that an officer may write and only clinicians read."""

import pytest

from protect.access.errors import CompartmentLocked
from protect.access.gate import Ref
from protect.cases import actions, actions_edit
from protect.cases.actions_compartments import compartments_of
from tests.cases.stories import WOMAN, opened


def health_of(person, case_id):
    with person.gate() as gate:
        opening = gate.opening("case:open", [Ref("case", case_id)], fields=("health_needs",), purpose="assistance")
        rows = [row for row in compartments_of(gate, [case_id]) if row.name == "health"]
        return [opening.fields(row) for row in rows]


def test_each_addition_is_a_part_of_its_own_that_the_writer_cannot_read(people):
    case_id = opened(people.foreign_officer, {**WOMAN, "urgent_medical_need": "yes"})
    with people.foreign_officer.gate() as gate:
        changes = {"health_needs": "injury nutrition", "pregnancy_status": ""}
        actions_edit.edit_compartment(gate, case_id, "health", changes, None)
    with people.foreign_officer.gate() as gate:
        part = next(one for one in actions.show_case(gate, case_id).compartments if one.name == "health")
    assert (part.locked, part.values, part.dropped) == (True, {}, 2)
    with pytest.raises(CompartmentLocked):
        health_of(people.foreign_officer, case_id)
    assert health_of(people.foreign_clinician, case_id) == [
        {"urgent_medical_need": "yes"},
        {"health_needs": "injury nutrition"},
    ]


def test_the_page_says_how_much_was_added_and_shows_none_of_it(people):
    case_id = opened(people.foreign_officer, {**WOMAN, "health_needs": "fistula"})
    text = people.foreign_officer.client.get(f"/dossiers/{case_id}").text
    assert "1 partie a été enregistrée ici." in text
    assert "istule" not in text
