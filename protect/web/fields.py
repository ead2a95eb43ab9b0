"""Fields as people fill them in; each knows which drawing `components/field.html` has for it."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from wtforms import Field, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from protect.web.validation import LISTED

PARTS: Final = ("day", "month", "year")
YEAR_DIGITS: Final = 4


class Text(StringField):
    """One line of text."""

    drawing = "text"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed without the space round it."""
        self.data = valuelist[0].strip() if valuelist else ""


class LongText(TextAreaField):
    """Several lines, with a count of the characters left when a `Length` limits them."""

    drawing = "textarea"


class Integer(Text):
    """A whole number, kept as it was typed until it is checked."""

    drawing = "integer"


class Code(Text):
    """Digits that are good for a moment: a number pad, and no memory of the browser."""

    drawing = "code"


class Telephone(Text):
    """A telephone number."""

    drawing = "tel"


class Email(Text):
    """An e-mail address."""

    drawing = "email"


class Secret(PasswordField):
    """A passphrase or a code; never shown again."""

    drawing = "password"


class _Listed:
    """A choice that answers in our words when something unlisted is sent."""

    data: Any
    iter_choices: Any

    def _known(self) -> set[str]:
        return {str(choice.value) for choice in self.iter_choices()}


class Choice(_Listed, SelectField):
    """One of a list: buttons while the list is short, else a drop-down."""

    drawing = "choice"
    as_buttons: Final = 6

    @property
    def is_short(self) -> bool:
        """Whether all answers fit the screen as buttons."""
        return len(self._known() - {""}) <= self.as_buttons

    def process_data(self, value: object) -> None:
        """Nothing chosen is the empty text."""
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was sent; it is judged later."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, _form: BaseForm) -> None:
        """Refuse what is not listed."""
        if self.data and self.data not in self._known():
            raise ValidationError(LISTED)


class Choices(_Listed, SelectMultipleField):
    """Any number of a list: boxes to tick, or a scrolling list when there are too many for a page."""

    as_boxes: Final = 40

    @property
    def drawing(self) -> str:
        """Which drawing the list fits."""
        return "checkboxes" if len(self._known()) <= self.as_boxes else "many"

    def process_data(self, value: object) -> None:
        """Take a list, or the stored text whose codes stand between spaces."""
        given = value.split() if isinstance(value, str) else value
        self.data = [str(item) for item in given] if isinstance(given, Iterable) else []

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was sent; it is judged later."""
        self.data = list(valuelist)

    def pre_validate(self, _form: BaseForm) -> None:
        """Refuse what is not listed."""
        if not set(self.data) <= self._known():
            raise ValidationError(LISTED)


class DateParts(Field):
    """A date in three boxes. `data` is ISO text, shortened to `1998-04` or `1998` when boxes stay empty."""

    drawing = "date"
    widget: ClassVar[Any] = None
    parts: tuple[str, str, str] = ("", "", "")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002 WTForms' own
        """Read the three boxes, or the stored text when no form was sent."""
        self.process_errors: list[str] = []
        sent = formdata is not None and any(self.box(part) in formdata for part in PARTS)
        if sent:
            self.parts = tuple(str(formdata.get(self.box(part), "")).strip()[:20] for part in PARTS)  # type: ignore[assignment]  # PARTS has three
        elif formdata is None or not formdata:
            year, month, day = [*str(data or self.default or "").split("-"), "", "", ""][:3]
            self.parts = (day.lstrip("0"), month.lstrip("0"), year)
        self.data = self._text()

    def box(self, part: str) -> str:
        """Name of one of the three boxes."""
        return f"{self.name}-{part}"

    @property
    def first(self) -> str:
        """Id of the box that a link to this question goes to."""
        return f"{self.id}-{PARTS[0]}"

    def _text(self) -> str:
        day, month, year = self.parts
        if not any(self.parts):
            return ""
        if not all(part.isdecimal() for part in self.parts if part) or len(year) != YEAR_DIGITS or (day and not month):
            return "?"  # refused by every check of a date, and the boxes keep what was typed
        return "-".join(part.zfill(2) for part in (year, month, day) if part)


def choices(pairs: Sequence[tuple[str, Any]], empty: Any = None) -> list[SelectChoice]:
    """Choices from pairs of value and label; `empty` is the text of "nothing chosen" in a drop-down."""
    first = [] if empty is None else [SelectChoice("", empty)]
    return first + [SelectChoice(value, text) for value, text in pairs]
