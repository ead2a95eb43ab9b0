"""Case codes: their shape, their signs, and how a piece of one compares."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from protect.cases.code import ALPHABET, is_code, new_code, squeezed


def test_a_code_names_province_year_and_chance_only():
    assert new_code("CD-KN", date(2026, 3, 1), choose=lambda signs: signs[5]) == "CD-KN-26-7777"


@given(st.sampled_from(["CD-KN", "CD-NK", "FR-75C", "BI-BM"]), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_new_code_is_a_code(province, day):
    code = new_code(province, day)
    assert is_code(code)
    assert squeezed(code.lower().replace("-", " ")) == squeezed(code)


def test_no_sign_is_mistaken_for_another():
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set("01ILOU") & set(ALPHABET)


def test_other_texts_are_no_codes():
    for text in ("", "CD-KN-26-7F3", "CD-KN-26-7F3O", "cd-kn-26-7f3q", "CD-KN-2026-7F3Q", "CD-KN-26-7F3Q "):
        assert not is_code(text)
