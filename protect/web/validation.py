"""Validators whose every message is ours, translated, and says what to do."""

from collections.abc import Callable, Collection
from typing import Any, Final

from wtforms import Field, Form
from wtforms.validators import StopValidation, ValidationError

from protect.i18n import lazy, ngettext
from protect.vocab import MESSAGES

Text = Any  # str, or a lazy text that becomes one when shown

ANSWER: Final = lazy("Answer this question")
LISTED: Final = lazy("Choose one of the answers listed")
OTHERWISE: Final = lazy("Check this answer: it cannot be recorded as it is")


def problem_text(key: str) -> Text:
    """What to say for a problem that the vocabulary found."""
    return lazy(MESSAGES[key]) if key in MESSAGES else OTHERWISE


class Required:
    """An answer must be given. Says so to the screen reader too, through `field.flags.required`."""

    field_flags: Final = {"required": True}

    def __init__(self, message: Text = ANSWER) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation with the message when nothing was answered."""
        if not answered(field.data):
            field.errors = []
            raise StopValidation(self.message)


class Optional:
    """Nothing more is checked when nothing was answered."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Stop without a message when nothing was answered."""
        if not answered(field.data):
            raise StopValidation


class Expected(Optional):
    """As Optional, for an answer that others make necessary: the form does not call it optional."""

    field_flags: Final = {"expected": True}


class Length:
    """At most `longest` characters, counted as the screen counts them."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.field_flags = {"longest": longest}

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError saying how many characters to take away."""
        over = len((field.data or "").replace("\r\n", "\n")) - self.longest
        if over > 0:
            raise ValidationError(
                ngettext(
                    "Shorten this text by %(num)s character",
                    "Shorten this text by %(num)s characters",
                    over,
                )
            )


class OneOf:
    """The answer is one of `allowed`."""

    def __init__(self, allowed: Collection[str], message: Text = LISTED) -> None:
        self.allowed = allowed
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError with the message."""
        if field.data not in self.allowed:
            raise ValidationError(self.message)


class Check:
    """A condition of the slice's own: `test(text)` is true, or the message is shown."""

    def __init__(self, test: Callable[[Any], bool], message: Text) -> None:
        self.test = test
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError with the message."""
        if not self.test(field.data):
            raise ValidationError(self.message)


def answered(data: object) -> bool:
    """Whether anything was typed or chosen."""
    return bool(data.strip() if isinstance(data, str) else data)
