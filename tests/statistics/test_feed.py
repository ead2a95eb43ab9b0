"""What is sent to the commission, and what is not."""

import uuid
from datetime import date

import pytest

from protect.cases.facts import CodedFacts
from protect.statistics.feed import CountedRecord, ExcludedRecord, RecordUnreadable, decode, encode
from protect.statistics.persons import distinct

TODAY = date(2026, 5, 4)
VALUES = {
    "registration_date": "2026-02-03",
    "identification_status": "identified",
    "identification_date": "2026-03-01",
    "sex": "F",
    "majority_status": "child",
    "exploitation_main": "domestic_servitude",
    "registration_province": "CD-NK",
    "citizenship": "CD",
}


def facts(*, agreed=True, person=None, **values):
    return CodedFacts(uuid.uuid4(), uuid.uuid4(), person or uuid.uuid4(), {**VALUES, **values}, agreed)


def read(given):
    return decode(encode(given, TODAY))


def test_a_record_comes_back_as_it_was_sent():
    given = facts()
    assert read(given) == CountedRecord(
        given.person_code.hex, date(2026, 2, 3), "identified", date(2026, 3, 1), "F", "child", "domestic_servitude"
    )


def test_a_record_holds_only_what_the_tables_need():
    given = facts()
    record = encode(given, TODAY)
    for kept_out in (given.case_id.hex, str(given.case_id), str(given.record_id), "CD-NK", "citizenship"):
        assert kept_out.encode() not in record


def test_without_consent_only_the_quarter_is_told():
    given = facts(agreed=False)
    assert read(given) == ExcludedRecord("2026-Q1")
    record = encode(given, TODAY)
    for kept_out in (given.person_code.hex, "2026-02-03", "child", "domestic", "identified"):
        assert kept_out.encode() not in record


def test_excluded_records_do_not_stand_out_by_their_length():
    assert len({len(encode(facts(agreed=agreed), TODAY)) for agreed in (True, False)}) == 1


def test_a_withdrawal_without_any_value_counts_in_the_present_quarter():
    assert decode(encode(CodedFacts(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), {}, False), TODAY)) == ExcludedRecord(
        "2026-Q2"
    )


def test_what_was_never_answered_is_unknown():
    record = read(facts(sex="", majority_status="", exploitation_main="", identification_date=""))
    assert (record.sex, record.majority, record.form, record.identified) == ("U", "unknown", "unknown", None)


@pytest.mark.parametrize(
    "record", [b"", b"\x02{}", b"\x01", b"\x01[]", b"\x01{}", b"\x01\xff", b'\x01{"excluded": true, "quarter": "x"}']
)
def test_what_is_no_record_of_this_version_is_refused(record):
    with pytest.raises(RecordUnreadable):
        decode(record)


def test_two_files_of_one_person_count_once_with_the_first_dates_and_known_answers():
    person = uuid.uuid4()
    early = read(
        facts(
            person=person,
            registration_date="2025-12-30",
            sex="U",
            identification_status="presumed",
            identification_date="",
        )
    )
    late = read(facts(person=person))
    other = read(facts())
    persons = distinct([late, other, early])
    assert len(persons) == 2
    both = next(found for found in persons if found.registered == date(2025, 12, 30))
    assert (both.identified, both.sex) == (date(2026, 3, 1), "F")


def test_who_is_no_presumed_or_identified_victim_is_in_no_population():
    (person,) = distinct([read(facts(identification_status="not_victim"))])
    assert (person.registered, person.identified) == (None, None)
