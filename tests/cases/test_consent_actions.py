"""Consents on a real database: append-only, withdrawn, told to statistics."""

import pytest

from protect.access.errors import NotFound
from protect.cases import actions, actions_consent
from protect.cases.consents import ConsentRefused
from tests.cases.stories import consent, new_id, opened


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(actions, "on_saved", actions.on_saved)
    actions.on_saved.append(lambda _gate, facts: heard.append(facts))
    yield heard
    actions.on_saved.pop()


def record(person, case_id, answers, once=None):
    with person.gate() as gate:
        return actions_consent.record_consent(gate, case_id, answers, once)


def withdraw(person, case_id, consent_id):
    with person.gate() as gate:
        return actions_consent.withdraw_consent(gate, case_id, consent_id)


def of(person, case_id):
    with person.gate() as gate:
        return actions.show_case(gate, case_id).consents


def service_of(people, name):
    with people.officer.gate() as gate:
        return next(key for key, label in actions_consent.recipients(gate) if name in label)


def test_a_consent_names_its_recipient_and_the_fields_it_covers(people):
    case_id, service = opened(people.officer), service_of(people, "Soins")
    answers = consent(
        "share_referral", recipient_service_id=service, classes=("identity", "contact"),
        withheld=("phone",), restrictions="Pas à la famille",
    )  # fmt: skip
    record(people.officer, case_id, answers)
    (kept,) = of(people.officer, case_id)
    assert {"surname", "given_name", "safe_contact_channel"} <= set(kept.fields)
    assert "phone" not in kept.fields
    assert not {"exploitation_narrative", "health_needs"} & set(kept.fields)
    assert kept.restrictions == "Pas à la famille"
    assert kept.stands


def test_a_withdrawal_is_a_further_row(people):
    case_id = opened(people.officer)
    consent_id = record(people.officer, case_id, consent())
    assert withdraw(people.supervisor, case_id, consent_id).status == "withdrawn"
    assert withdraw(people.officer, case_id, consent_id).status == "withdrawn"
    (kept,) = of(people.officer, case_id)
    assert (kept.status, kept.stands) == ("withdrawn", False)
    assert kept.withdrawn_at


def test_the_same_post_is_one_consent(people):
    case_id, once = opened(people.officer), new_id()
    first = record(people.officer, case_id, consent(), once)
    assert record(people.officer, case_id, consent(), once) == first
    assert len(of(people.officer, case_id)) == 1


def test_a_consent_that_cannot_stand_is_not_kept(people):
    case_id = opened(people.officer, {"birth_date": "2015"})
    with pytest.raises(ConsentRefused):
        record(people.officer, case_id, consent())
    assert of(people.officer, case_id) == ()


@pytest.mark.parametrize("other", ["officer_other_unit", "foreign_officer"])
def test_nobody_else_records_or_withdraws(people, other):
    case_id = opened(people.officer)
    consent_id = record(people.officer, case_id, consent())
    with pytest.raises(NotFound):
        record(getattr(people, other), case_id, consent())
    with pytest.raises(NotFound):
        withdraw(getattr(people, other), case_id, consent_id)
    assert of(people.officer, case_id)[0].stands


def test_a_consent_of_another_case_is_not_found(people):
    consent_id = record(people.officer, opened(people.officer), consent())
    with pytest.raises(NotFound):
        withdraw(people.officer, opened(people.officer), consent_id)


def test_statistics_hear_of_active_cases_with_what_the_person_said(people, told):
    opened(people.officer)
    assert told == []
    case_id = opened(people.officer, status="active")
    consent_id = record(people.officer, case_id, consent("research_statistics"))
    withdraw(people.officer, case_id, consent_id)
    assert [facts.agreed for facts in told] == [False, True, False]
    assert told[0].values["sex"] == "F"
    assert not {"surname", "phone", "exploitation_narrative"} & set(told[0].values)
    assert len({facts.record_id for facts in told}) == 1
