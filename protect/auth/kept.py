"""A kept form in words: the questions that were answered, and the answers as a person reads them."""

from collections.abc import Sequence
from typing import Final

from protect import vocab
from protect.i18n import gettext as _
from protect.i18n import language
from protect.vocab import FieldType

DATE_BOXES: Final = ("day", "month", "year")
UNSEEN: Final = frozenset({"asked", "once", "version"})  # the form's own, nothing that anybody typed
CODED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE, FieldType.BOOLEAN})


def in_words(fields: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Pairs of a question and its answer, in the order of the form; what was left empty is left out."""
    answers: dict[str, list[str]] = {}
    for name, value in fields:
        question, _mark, box = name.rpartition("-")
        if value.strip() and name not in UNSEEN:
            answers.setdefault(question if box in DATE_BOXES else name, []).append(value.strip())
    return tuple((_question(name), _answer(name, values)) for name, values in answers.items())


def _question(name: str) -> str:
    known = vocab.load().fields.get(name)
    return known.label(language()) if known else _("Another answer")


def _answer(name: str, values: list[str]) -> str:
    """Labels for codes; anything else as it was typed, for nobody has judged it yet."""
    typed, known = " ".join(values), vocab.load().fields.get(name)
    if known is None or known.type not in CODED:
        return typed
    try:
        return vocab.present(known, typed, language())
    except vocab.UnknownCode:
        return typed
