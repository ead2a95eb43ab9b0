"""The base of every form, and forms made from the data dictionary."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation

from protect import vocab
from protect.i18n import language, lazy
from protect.vocab import FieldType, Requirement, values
from protect.vocab.values import ValueProblem
from protect.web import fields
from protect.web.site import current_site
from protect.web.validation import Expected, Length, Optional, Required, problem_text

TYPED_OUT: Final = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.STRING_LIST, FieldType.LIST})
CODED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE})
YES_NO: Final = (("true", lazy("Yes")), ("false", lazy("No")))
CHOOSE: Final = lazy("Choose an answer")


class BaseForm(FlaskForm):
    """A form that can be sent twice without harm and notices that somebody else saved meanwhile."""

    once = HiddenField(default=lambda: str(uuid4()))
    version = HiddenField(default="")

    @property
    def once_id(self) -> UUID:
        """Identity of this sending: the same for a second press or a retry. A damaged one is a new sending."""
        try:
            return UUID(self.once.data or "")
        except ValueError:
            return uuid4()

    @property
    def version_number(self) -> int | None:
        """Version of the record that the form was made from; None for a new record."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() else None

    @property
    def questions(self) -> tuple[Field, ...]:
        """The visible fields, in order."""
        return tuple(field for field in self if not isinstance(field, HiddenField))

    def canonical(self) -> dict[str, str]:
        """Answers from the dictionary in their stored form, after validation; unanswered ones are absent."""
        found = ((field.name, getattr(field, "canonical", "")) for field in self.questions)
        return {name: value for name, value in found if value}


@dataclass(frozen=True)
class Question:
    """A field of the dictionary as one form asks it."""

    field: str
    hint: Any = None
    required: bool | None = None
    label: Any = None  # a question in plain words, where the dictionary's label is too short


def form_for(questions: Sequence[Question | str]) -> type[BaseForm]:
    """A form that asks `questions`, in order. Labels follow the language of each request."""
    asked = [item if isinstance(item, Question) else Question(item) for item in questions]
    dictionary = vocab.load()
    made = {
        item.field: vocab_field(dictionary.field(item.field), hint=item.hint, required=item.required, label=item.label)
        for item in asked
    }
    return type("AskedForm", (BaseForm,), made)


def questions_of(kind: type[BaseForm]) -> dict[str, Any]:
    """The questions of a form, by name: for showing answers apart from their page."""
    return {name: one for name, one in _fields(kind).items() if not issubclass(one.field_class, HiddenField)}


def names_sent(kind: type[BaseForm]) -> frozenset[str]:
    """Every name under which a browser sends something of this form, but for the token."""
    dates = {name for name, one in _fields(kind).items() if issubclass(one.field_class, fields.DateParts)}
    return frozenset(_fields(kind).keys() - dates | {f"{name}-{part}" for name in dates for part in fields.PARTS})


def _fields(kind: type[BaseForm]) -> dict[str, Any]:
    made = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}
    return {name: one for name, one in made.items() if isinstance(one, UnboundField)}


def vocab_field(
    field: vocab.Field,
    locale: str | None = None,
    *,
    hint: Any = None,
    required: bool | None = None,
    expected: bool = False,
    label: Any = None,
) -> Any:
    """The form field for a field of the dictionary; without `locale` its words follow the request."""
    words = _Words(locale)
    must = field.required is Requirement.YES if required is None else required
    checks: list[Any] = [Required() if must else Expected() if expected else Optional()]
    if field.type in TYPED_OUT:
        checks.append(Length(values.LONGEST.get(field.type, values.LONGEST_LINE)))
    checks.append(Canonical(field))
    kind, extra = _kind(field, words)
    return kind(label or words.of(field), validators=checks, description=hint or "", **extra)


class _Words:
    """Labels in one language, or in the language of whichever request shows them."""

    def __init__(self, locale: str | None) -> None:
        self._locale = locale

    def of(self, item: vocab.Field | vocab.CodeValue) -> Any:
        return item.label(self._locale) if self._locale else LazyString(lambda: item.label(language()))


class Canonical:
    """The vocabulary judges the answer; its stored form is left in `field.canonical`."""

    def __init__(self, field: vocab.Field) -> None:
        self._field = field
        self.field_flags = {"sensitive": field.compartment != "administrative"}

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Raise StopValidation with our words for the problem."""
        try:
            field.canonical = values.normalise(self._field, field.data, prefix=current_site().phone_prefix.lstrip("+"))
        except ValueProblem as problem:
            raise StopValidation(problem_text(problem.key)) from problem


_TYPED: Final[Mapping[FieldType, Callable[..., Any]]] = {
    FieldType.TEXT: fields.LongText,
    FieldType.STRING_LIST: fields.LongText,
    FieldType.LIST: fields.LongText,
    FieldType.INTEGER: fields.Integer,
    FieldType.PHONE: fields.Telephone,
    FieldType.EMAIL: fields.Email,
    FieldType.DATE: fields.DateParts,
    FieldType.PARTIAL_DATE: fields.DateParts,
}


def _kind(field: vocab.Field, words: _Words) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Class of the form field and what it needs besides label and checks."""
    if field.type is FieldType.BOOLEAN:
        return fields.Choice, {"choices": fields.choices(YES_NO)}
    if field.codelist is None or field.type not in CODED:
        return _TYPED.get(field.type, fields.Text), {}
    listed = [(value.code, words.of(value)) for value in field.codelist.values]
    if field.type is FieldType.MULTICODE:
        return fields.Choices, {"choices": fields.choices(listed)}
    long = len(listed) > fields.Choice.as_buttons
    return fields.Choice, {"choices": fields.choices(listed, CHOOSE if long else None)}
