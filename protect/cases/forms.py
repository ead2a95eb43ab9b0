"""The forms of a case, made from the dictionary: pages of the intake, compartments, a choice of two answers, search."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Self

from flask import request
from flask_babel.speaklater import LazyString
from wtforms import Form, HiddenField
from wtforms.fields.choices import Choice as Shown
from wtforms.validators import ValidationError

from protect.cases import intake
from protect.i18n import language, lazy
from protect.vocab import CodeValue, Field, FieldType, load
from protect.vocab.values import ValueProblem, normalise
from protect.web.fields import Choice, Text, choices
from protect.web.forms import CHOOSE, BaseForm, Canonical, vocab_field
from protect.web.validation import LISTED, Length, Optional, Required

DANGER: Final = "immediate_danger"
PLAIN: Final = ("yes", "no", "unknown")  # who meets a person in danger has no use for finer answers
LONG_LIST: Final = 40  # more boxes to tick than this weigh too much on a poor line
MINE: Final = "mine-"  # prefix of the answers that a conflict page carries along
CHOICE: Final = "choose-"

QUESTIONS: Final[Mapping[str, Any]] = {  # where the dictionary's label is too short for a conversation
    "immediate_danger": lazy("Is the person in danger now, or in urgent need?"),
    "screening_conditions_met": lazy("Can you talk in safety and in private?"),
    "name_is_assumed": lazy("Did the person ask to use another name?"),
    "age_estimated": lazy("Is this age an estimate?"),
}
NOBODY_READS: Final = lazy(
    "Nobody in your organisation can read this part of a case yet, so it was not kept. "
    "Note it nowhere else: leave these questions empty to go on, and tell the registrar of your organisation."
)


class OneOfMany(Choice):
    """One of a long list in a drop-down; several values that were stored before are kept as one more choice."""

    def iter_choices(self) -> Iterator[Shown]:
        """The listed answers, and the stored combination if there is one."""
        listed = list(super().iter_choices())
        yield from listed
        codes = (self.data or "").split()
        if len(codes) > 1:
            labels = {str(choice.value): str(choice.label) for choice in listed}
            yield Shown(self.data, ", ".join(labels.get(code, code) for code in codes), selected=True, render_kw={})

    def pre_validate(self, form: Form) -> None:
        """Refuse what is not listed."""
        del form
        if not set((self.data or "").split()) <= {str(choice.value) for choice in super().iter_choices()}:
            raise ValidationError(LISTED)


class CaseForm(BaseForm):
    """A form that asks fields of the dictionary. `asked` says which, because an empty box leaves no trace in a post."""

    asked = HiddenField(default="")

    @classmethod
    def sent(cls, allowed: Iterable[str], required: Iterable[str] = ()) -> "CaseForm":
        """The form that was sent: those of the allowed questions that it says it asked."""
        asked = request.form.get("asked", "").split()
        return asking([name for name in allowed if name in asked], required)()

    @classmethod
    def filled(cls, values: Mapping[str, str], version: int) -> Self:
        """The form with the answers that are known, for a record of that version."""
        return cls(data={**values, "version": str(version)})

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it asks."""
        return tuple(question.name for question in self.questions)

    def answers(self) -> dict[str, str]:
        """The stored form of every answer that was asked for, empty where nothing was answered."""
        given = self.canonical()
        return {question.name: given.get(question.name, "") for question in self.questions}

    def chosen(self, allowed: Collection[str]) -> dict[str, str]:
        """Of a conflict page: the answers to allowed fields that a human preferred to those that stand."""
        chosen = [name for name, value in request.form.items() if name.startswith(CHOICE) and value == "mine"]
        names = [name for name in (field.removeprefix(CHOICE) for field in chosen) if name in allowed]
        return {name: _stored(name, request.form.get(MINE + name, "")) for name in names}

    def cannot_keep(self, compartment: str) -> None:
        """Say beside the first question of a compartment that nobody could read the answer."""
        for question in self.questions:
            if load().field(question.name).compartment == compartment:
                question.errors = [NOBODY_READS]
                return


class SearchForm(BaseForm):
    """A name as it sounds, or a code or a piece of it."""

    typed = Text(lazy("Name or code"), validators=[Required(), Length(100)])


def asking(names: Iterable[str], required: Iterable[str] = ()) -> type[CaseForm]:
    """A form that asks these fields of the dictionary, in order; only the `required` ones must be answered."""
    must = frozenset(required)
    fields = {name: ask(load().field(name), required=name in must) for name in names}
    return type("AskingForm", (CaseForm,), {"asked": HiddenField(default=" ".join(fields)), **fields})


def ask(field: Field, *, required: bool) -> Any:
    """The form field for a field of the dictionary, with a question in plain words where there is one."""
    label, hint = QUESTIONS.get(field.name), hint_of(field.name)
    checks = [Required() if required else Optional(), Canonical(field)]
    if field.name == DANGER and field.codelist is not None:
        listed = choices([(code, label_of(field.codelist.get(code))) for code in PLAIN])
        return Choice(label, validators=checks, description=hint, choices=listed)
    if field.type is not FieldType.MULTICODE or field.codelist is None or len(field.codelist.values) <= LONG_LIST:
        return vocab_field(field, hint=hint, required=required, label=label)
    listed = choices([(value.code, label_of(value)) for value in field.codelist.values], CHOOSE)
    return OneOfMany(label or label_of(field), validators=checks, description=hint or "", choices=listed)


def label_of(item: Field | CodeValue) -> Any:
    """The label in the language of whichever request shows it."""
    return LazyString(lambda: item.label(language()))


def hint_of(field: str) -> Any:
    """What helps to ask it, in the language of whichever request shows it."""
    return LazyString(lambda: intake.hint(field, language())) if intake.hint(field, "en") else ""


def _stored(name: str, text: str) -> str:
    """An answer that came back through a page; one that was tampered with is as good as empty."""
    try:
        return normalise(load().field(name), text) if text else ""
    except ValueProblem:
        return ""
