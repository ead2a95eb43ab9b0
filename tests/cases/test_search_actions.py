"""Search over sealed shards on a real database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from protect.access.errors import Denied
from protect.cases import actions_edit, actions_search
from tests.cases.stories import opened


def found(person, typed):
    with person.gate() as gate:
        return [case.id for case in actions_search.search_cases(gate, typed)]


def named(surname, given="Espérance"):
    return {"immediate_danger": "no", "surname": surname, "given_name": given, "birth_date": "1990"}


def test_a_case_is_found_by_sound_slip_accent_and_code(people):
    case_id = opened(people.officer, named("Tshimanga"))
    for typed in ("tshimanga", "Chimanga", "Tshimnaga esperance", "ESPÉRANCE Cimanga"):
        assert found(people.officer, typed) == [case_id], typed
    with people.officer.gate() as gate:
        code = actions_search.search_cases(gate, "tshimanga")[0].code
    assert found(people.officer, code.lower()) == [case_id]
    assert found(people.officer, code[3:]) == [case_id]  # four letters at its end would be a name


def test_the_unit_is_the_limit_and_the_agency_that_of_a_supervisor(people):
    case_id = opened(people.officer_other_unit, named("Bahati", "Furaha"))
    assert found(people.officer_other_unit, "bahati") == [case_id]
    assert found(people.supervisor, "bahati") == [case_id]
    assert found(people.officer, "bahati") == []
    assert found(people.foreign_officer, "bahati") == []
    with pytest.raises(Denied):
        found(people.registrar, "bahati")


def test_a_changed_name_is_found_and_the_old_one_is_not(people):
    case_id = opened(people.officer, named("Makiese"))
    with people.officer.gate() as gate:
        actions_edit.edit_compartment(gate, case_id, "identity", {"surname": "Nzinga"}, 1)
    assert found(people.officer, "makiese") == []
    assert found(people.officer, "nzinga") == [case_id]


def test_a_full_shard_is_followed_by_another(people, monkeypatch):
    monkeypatch.setattr(actions_search, "ENTRIES", 3)
    made = [
        opened(people.foreign_officer, named(name))
        for name in ("Abeli", "Bolamba", "Cungu", "Dikembe", "Esale", "Futi", "Gode")
    ]
    for case_id, typed in zip(made, ("Abeli", "Bolamba", "Tshungu", "Dikembe", "Esale", "Futi", "Gode"), strict=True):
        assert found(people.foreign_officer, typed) == [case_id]


def test_a_draft_without_a_name_is_found_by_its_code(people):
    case_id = opened(people.officer, {"immediate_danger": "yes"})
    with people.officer.gate() as gate:
        hits = actions_search.search_cases(gate, "CD-KN")
    assert case_id in {case.id for case in hits}


def test_cases_opened_at_one_moment_are_all_found(people, monkeypatch):
    monkeypatch.setattr(actions_search, "ENTRIES", 2)
    names = [f"Yamba{letter}o" for letter in "bdfgklmp"]
    with ThreadPoolExecutor(4) as together:
        made = list(together.map(lambda name: opened(people.officer_other_unit, named(name, "Nsimba")), names))
    assert set(found(people.officer_other_unit, "nsimba")) == set(made)
