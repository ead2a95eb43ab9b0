"""Pieces of a file become cases: whole or not at all, once, and only for who may."""

from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import select

from protect.access.errors import Denied
from protect.audit.models import TrailEntry
from protect.cases import actions_import
from protect.cases.actions import list_cases, on_saved, show_case
from protect.cases.actions_import import NamedRow, import_cases
from protect.cases.actions_intake import CodesExhausted, IntakeAnswers
from protect.cases.actions_search import search_cases
from protect.cases.consents import ConsentAnswers, ConsentRefused
from protect.cases.models import CaseFile, SearchShard

STATISTICS = ConsentAnswers("research_statistics", "given", "person", "oral", "lin", information=("research_use",))


def row(number, ordinal=0, consents=(), **values):
    answers = {"surname": f"Fictif{number}", "sex": "F", "birth_date": "1990-01-02", "citizenship": "CD", **values}
    return NamedRow(IntakeAnswers(answers, date(2026, 3, 1), None, "active", consents), repr(answers).encode(), ordinal)


def total(person):
    with person.gate() as gate:
        return list_cases(gate).total


def run(person, rows):
    with person.gate() as gate:
        return import_cases(gate, rows)


def test_imported_cases_open_like_any_other(world):
    assert run(world.officer, [row(1), row(2, registration_province="CD-NK")]) == 2
    with world.officer.gate() as gate:
        listed = list_cases(gate, names=True).cases
        assert {one.name for one in listed} == {"Fictif1", "Fictif2"}
        shown = [show_case(gate, one.id) for one in listed]
    assert {view.code[:8] for view in shown} == {"CD-KN-26", "CD-NK-26"}
    assert {view.majority for view in shown} == {"adult"}
    assert {view.status for view in shown} == {"active"}


def test_imported_people_are_found_across_shards(world):
    run(world.officer, [row(0)])
    assert run(world.officer, [*(row(number) for number in range(1, 149)), row(149, given_name="Amisi")]) == 149
    with world.officer.gate() as gate:
        assert "Amisi" in search_cases(gate, "amissi")[0].name
        entries = gate.db.scalars(select(SearchShard.entries).order_by(SearchShard.number)).all()
    assert entries == [64, 64, 22]


def test_a_second_run_adds_nothing_and_equal_rows_count_each(world):
    rows = [row(1), row(1, ordinal=1), row(2)]
    assert run(world.officer, rows) == 3
    assert run(world.officer, rows) == 0
    assert run(world.officer, [*rows, row(3)]) == 1
    assert total(world.officer) == 4


def test_a_piece_with_a_row_that_cannot_stand_leaves_nothing(world):
    child = row(2, birth_date="2015", consents=(STATISTICS,))
    with pytest.raises(ConsentRefused):
        run(world.officer, [row(1), child])
    assert total(world.officer) == 0


def test_another_office_does_not_see_them(world):
    run(world.officer, [row(1)])
    assert total(world.officer_other_unit) == 0
    assert run(world.officer_other_unit, [row(1)]) == 1


@pytest.mark.parametrize("name", ["supervisor", "registrar", "auditor", "shelter_intake", "clinician"])
def test_who_is_no_officer_may_not_import(world, name):
    with pytest.raises(Denied):
        run(getattr(world, name), [row(1)])
    assert total(world.supervisor) == 0


def test_the_trail_names_the_import_and_not_the_people(world):
    run(world.officer, [row(1), row(2)])
    with world.runtime.unit_of_work() as db:
        entries = db.scalars(select(TrailEntry).where(TrailEntry.action == "case:import")).all()
    assert [(entry.purpose, entry.role, entry.result) for entry in entries] == [("import", "officer", "allowed")] * 2
    assert not any(b"Fictif" in entry.detail for entry in entries)


def test_statistics_learn_who_agreed(world, told):
    run(world.officer, [row(1, consents=(STATISTICS,)), row(2)])
    assert [facts.agreed for facts in told] == [True, False]
    assert {facts.values["majority_status"] for facts in told} == {"adult"}


@pytest.fixture
def told():
    found = []

    def listen(_gate, facts):
        found.append(facts)

    on_saved.append(listen)
    yield found
    on_saved.remove(listen)


def test_a_code_that_another_office_has_is_drawn_anew(world, monkeypatch):
    run(world.officer_other_unit, [row(1, registration_province="CD-KN")])
    with world.officer_other_unit.gate() as gate:
        (taken,) = gate.db.scalars(select(CaseFile.code))
    with drawing(monkeypatch, taken, taken, "CD-KN-26-2222", "CD-KN-26-3333"):
        assert run(world.officer, [row(2), row(3)]) == 2
    with world.officer.gate() as gate:
        assert set(gate.db.scalars(select(CaseFile.code))) == {"CD-KN-26-2222", "CD-KN-26-3333"}


def test_when_no_code_is_free_nothing_is_written(world, monkeypatch):
    with drawing(monkeypatch, *["CD-KN-26-2222"] * 50), pytest.raises(CodesExhausted):
        run(world.officer, [row(2), row(3)])
    assert total(world.officer) == 0


@contextmanager
def drawing(monkeypatch, *codes):
    drawn = iter(codes)
    with monkeypatch.context() as patch:
        patch.setattr(actions_import, "new_code", lambda *_given: next(drawn))
        yield


def test_what_a_row_is_known_by_is_keyed(world):
    with world.officer.gate() as gate:
        mine = gate.seals.import_key(b"row")
    with world.officer_same_unit.gate() as gate:
        assert gate.seals.import_key(b"row") == mine
    with world.foreign_officer.gate() as gate:
        assert gate.seals.import_key(b"row") != mine
