"""Forms of one's own places."""

from protect.directory.limits import MOST_PLACES
from protect.i18n import lazy
from protect.web.fields import Integer
from protect.web.forms import BaseForm
from protect.web.validation import Check, Required


def _is_number(text: str | None) -> bool:
    return (text or "").isascii() and (text or "").isdecimal() and 1 <= int(text or 0) <= MOST_PLACES


class PlacesForm(BaseForm):
    """How many places to add."""

    number = Integer(
        lazy("How many places to add"),
        validators=[
            Required(),
            Check(_is_number, lazy("Enter a whole number from 1 to %(most)s", most=MOST_PLACES)),
        ],
    )


class PressForm(BaseForm):
    """A button: nothing to answer, and done once however often it is pressed."""
