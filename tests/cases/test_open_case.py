"""Opening a case and looking at it: what is sealed, who sees it, who does not."""

import datetime as dt

import pytest
from sqlalchemy import text

from protect.access.errors import Denied, NotFound
from protect.cases import actions, actions_intake
from protect.cases.actions_intake import IntakeAnswers
from protect.cases.code import is_code
from tests.cases.stories import WOMAN, new_id, opened


def shown(person, case_id):
    with person.gate() as gate:
        return actions.show_case(gate, case_id)


def values(case):
    return {name: value for part in case.compartments for name, value in part.values.items()}


def test_an_officer_opens_a_case_and_reads_it_again(people):
    case = shown(people.officer, opened(people.officer))
    assert is_code(case.code)
    assert case.code.startswith("CD-KN-")
    assert case.name == "Mbuyi Kabongo Béatrice"
    assert WOMAN.items() <= values(case).items()
    assert (case.status, case.majority, case.assessment) == ("draft", "adult", "met")
    assert sum(bool(part.values) for part in case.compartments) >= 5


def test_nothing_of_it_is_readable_in_the_database(people):
    opened(people.officer, {**WOMAN, "given_name": "Zuleikacanari", "phone": "+243899999777"})
    with people.runtime.engine.connect() as connection:
        tables = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars().all()
    with people.officer.gate() as gate:
        for table in tables:
            rows = gate.db.execute(
                text(f'select t::text from "{table}" t'), execution_options={"raw": "looking for a leak"}
            )
            everything = " ".join(row[0] for row in rows).lower()
            for canary in (
                "zuleikacanari",
                b"zuleikacanari".hex(),
                "99999777",
                b"+243899999777".hex(),
                b"zuleika".hex(),
            ):
                assert canary not in everything, table


def test_a_colleague_of_the_unit_and_the_supervisor_see_it(people):
    case_id = opened(people.officer)
    assert shown(people.officer_same_unit, case_id).name == "Mbuyi Kabongo Béatrice"
    case = shown(people.supervisor, case_id)
    assert case.name == "Mbuyi Kabongo Béatrice"
    assert not case.may_edit
    assert case.may_withdraw


@pytest.mark.parametrize("other", ["officer_other_unit", "foreign_officer", "foreign_supervisor"])
def test_another_unit_and_another_agency_see_nothing(people, other):
    case_id = opened(people.officer)
    person = getattr(people, other)
    with pytest.raises(NotFound):
        shown(person, case_id)
    person.client.get(f"/dossiers/{case_id}", status=404)


@pytest.mark.parametrize("other", ["registrar", "auditor", "shelter_intake", "clinician"])
def test_other_roles_are_refused(people, other):
    case_id = opened(people.officer)
    with pytest.raises(Denied):
        shown(getattr(people, other), case_id)
    with pytest.raises(Denied):
        opened(getattr(people, other))


def test_a_supervisor_opens_none(people):
    with pytest.raises(Denied):
        opened(people.supervisor)


def test_health_is_locked_for_officers_and_says_why(people):
    parts = {part.name: part for part in shown(people.officer, opened(people.officer)).compartments}
    assert (parts["health"].locked, parts["health"].why, parts["health"].values) == (True, "health", {})
    assert not parts["identity"].locked


def test_the_same_post_opens_one_case(people):
    once = new_id()
    with people.officer.gate() as gate:
        first = actions_intake.open_case(gate, IntakeAnswers(WOMAN), once)
    with people.officer.gate() as gate:
        assert actions_intake.open_case(gate, IntakeAnswers(WOMAN), once) == first


def test_an_imported_row_opens_one_case_on_its_own_day(people):
    known = {"import_key": b"row 17", "registered_on": dt.date(2024, 5, 3), "status": "active"}
    first = opened(people.officer, {**WOMAN, "birth_date": "2006-06"}, **known)
    assert opened(people.officer, WOMAN, **known) == first
    case = shown(people.officer, first)
    assert case.code.startswith("CD-KN-24-")
    assert (values(case)["registration_date"], case.majority) == ("2024-05-03", "child")


def test_the_list_holds_the_unit_and_names_only_when_asked(people):
    case_id = opened(people.officer_other_unit)
    with people.officer_other_unit.gate() as gate:
        plain = actions.list_cases(gate)
        assert {case.id for case in plain.cases} >= {case_id}
        assert all(case.name is None for case in plain.cases)
    with people.officer_other_unit.gate() as gate:
        named = actions.list_cases(gate, names=True)
        assert next(case for case in named.cases if case.id == case_id).name == "Mbuyi Kabongo Béatrice"
    with people.officer.gate() as gate:
        assert case_id not in {case.id for case in actions.list_cases(gate).cases}
    with people.supervisor.gate() as gate:
        assert case_id in {case.id for case in actions.list_cases(gate).cases}


def test_facts_for_a_referral_are_those_asked_for_and_known(people):
    case_id = opened(people.officer)
    with people.officer.gate() as gate:
        facts = actions.case_facts(gate, case_id, ("sex", "phone", "health_needs", "guardian_name"))
    assert facts == {"sex": "F", "phone": "+243812345678"}


def test_an_unknown_case_is_not_found(people):
    with pytest.raises(NotFound):
        shown(people.officer, new_id())
