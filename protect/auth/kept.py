"""A kept form in words: the questions that were answered, and the answers as a person reads them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from protect import vocab
from protect.auth.actions_lost import FoundForm
from protect.i18n import gettext as _
from protect.i18n import language
from protect.vocab import FieldType
from protect.web.fields import Choice, Choices, DateParts
from protect.web.forms import BaseForm, names_sent, questions_of
from protect.web.pages import kept_at, page_of, title_at

DATE_BOXES: Final = ("day", "month", "year")
ASKED: Final = "asked"  # which questions a form asks: of these an empty box empties the answer
UNSEEN: Final = frozenset({ASKED, "once", "version"})  # the form's own, nothing that anybody typed
CODED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE, FieldType.BOOLEAN})
MINE: Final = "mine-"  # one's own answer on a page of a conflict
# What the program calls things by: an id, a digest. Nobody typed it, and nobody can read it.
NAMELESS: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}", re.IGNORECASE)


@dataclass(frozen=True)
class Again:
    """A kept form as its owner looks at it, before it is sent to `path` again; empty where it is not sent from here."""

    id: UUID
    path: str
    fields: tuple[tuple[str, str], ...]
    title: object
    page: str
    answers: tuple[tuple[str, str], ...]


def again(found: FoundForm) -> Again:
    """What its page takes of it today. Who can write to the database can put any letter beside those that were kept."""
    path, form = kept_at(found.path) or ("", None)
    fields = declared(form, found.fields) if form else ()
    answers = in_words(fields, form) if form else ()
    return Again(found.id, path, fields, title_at(path or found.path), page_of(path or found.path), answers)


def declared(form: type[BaseForm], sent: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Of what was sent, that which the form asks or carries."""
    names = names_sent(form)
    return tuple((name, value) for name, value in sent if name in names)


def in_words(fields: Sequence[tuple[str, str]], form: type[BaseForm]) -> tuple[tuple[str, str], ...]:
    """Pairs of a question of the form and its answer, in the order of the form, and which were left empty.

    What no person reads is left out: of a choice whose answer is an id, only that something was chosen is told.
    """
    asked, answers = questions_of(form), dict[str, list[str]]()
    for name, value in fields:
        stem, _mark, box = name.rpartition("-")
        question = stem if box in DATE_BOXES else name
        if value.strip() and question in asked:
            answers.setdefault(question, []).append(value.strip())
    shown = [(_question(name, asked), _answer(name, values, asked)) for name, values in answers.items()]
    names = " ".join(value for name, value in fields if name == ASKED).split()
    empty = [_question(name, asked) for name in names if name in asked and name not in answers]
    return (*shown, *([(_("Left empty"), ", ".join(empty))] if empty else []))


def is_empty(fields: Sequence[tuple[str, str]]) -> bool:
    """Whether nothing is worth keeping: a button was pressed, and nothing typed or chosen."""
    return not any(value.strip() for name, value in fields if name not in UNSEEN)


def _question(name: str, asked: dict[str, Any]) -> str:
    known = vocab.load().fields.get(name.removeprefix(MINE))
    return known.label(language()) if known else str(asked[name].args[0])


def _answer(name: str, values: list[str], asked: dict[str, Any]) -> str:
    """Labels for codes; anything else as it was typed, for nobody has judged it yet."""
    typed, known = " ".join(values), vocab.load().fields.get(name.removeprefix(MINE))
    if issubclass(asked[name].field_class, DateParts):
        return typed
    if known is None or known.type not in CODED:
        return ", ".join(_chosen(value, asked[name]) for value in values)
    try:
        return vocab.present(known, typed, language())
    except vocab.UnknownCode:
        return typed


def _chosen(value: str, question: Any) -> str:
    """The words of a choice where its form always offers the same; else what was typed."""
    listed = [choice for choice in question.kwargs.get("choices", ()) if choice.value == value]
    if listed:
        return str(listed[0].label)
    chosen = issubclass(question.field_class, Choice | Choices)
    return _("What you had chosen") if chosen and NAMELESS.fullmatch(value) else value
