"""The word lists of passphrases: enough words, plain letters, nothing that hurts."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from protect import vault

HERE = Path(__file__).parent
SHAPES = {"fr": "[a-z]{4,8}", "en": "[a-z]{3,9}"}
LANGUAGES = tuple(SHAPES)


def word_list(language: str) -> list[str]:
    return (Path(vault.__file__).parent / f"words_{language}.txt").read_text("ascii").splitlines()


def left_out(language: str):
    """Whether a word is on the list of words left out; a star there closes a stem."""
    lines = (HERE / f"words_excluded_{language}.txt").read_text("utf-8").splitlines()
    marks = [mark for line in lines if not line.startswith("#") for mark in line.split()]
    stems = tuple(mark[:-1] for mark in marks if mark.endswith("*"))
    whole = frozenset(mark for mark in marks if not mark.endswith("*"))
    return lambda word: word in whole or word.startswith(stems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_different_plain_words_in_order(language):
    words = word_list(language)
    assert len(words) >= 6**5
    assert words == sorted(set(words))
    assert [word for word in words if not re.fullmatch(SHAPES[language], word)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_the_beginning_of_the_next(language):
    words = word_list(language)
    assert [one for one, other in pairwise(words) if other.startswith(one)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_one_that_was_left_out(language):
    is_out = left_out(language)
    assert [word for word in word_list(language) if is_out(word)] == []


@pytest.mark.parametrize(("language", "word"), [("fr", "tuer"), ("fr", "violence"), ("en", "killer"), ("en", "rape")])
def test_the_list_of_words_left_out_is_read(language, word):
    assert left_out(language)(word)


@pytest.mark.parametrize(("language", "word"), [("fr", "violon"), ("en", "skill")])
def test_an_innocent_word_stays(language, word):
    assert not left_out(language)(word)
