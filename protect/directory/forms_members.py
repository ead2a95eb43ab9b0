"""Forms about the people of one's own agency."""

import re
from typing import Any, Final
from uuid import UUID

from protect.directory.actions_members import NewMember
from protect.i18n import lazy
from protect.web.fields import Choice, Text, choices
from protect.web.forms import BaseForm
from protect.web.validation import Check, Length, Required

LONGEST_NAME: Final = 80
_SIGN_IN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.IGNORECASE)
Pairs = tuple[tuple[str, str], ...]
NO_UNIT: Final = lazy("None: the whole agency")


def _is_sign_in_name(text: str | None) -> bool:
    return _SIGN_IN.fullmatch((text or "").strip()) is not None


class ChangeForm(BaseForm):
    """In which role and office somebody works."""

    role = Choice(lazy("Role"), validators=[Required()])
    unit = Choice(lazy("Office"))

    def offer(self, roles: Pairs, units: Pairs) -> None:
        """Fill the lists with the roles, and with the offices of the agency."""
        self["role"].choices = choices(roles, lazy("Choose an answer"))
        self["unit"].choices = choices(units, NO_UNIT)


class InviteForm(ChangeForm):
    """Who is to be invited, as what."""

    display_name = Text(lazy("First name and name"), validators=[Required(), Length(LONGEST_NAME)])
    sign_in_name = Text(
        lazy("Sign-in name"),
        description=lazy("Letters without accents, digits, dot or dash, such as aline.k"),
        validators=[
            Required(),
            Check(_is_sign_in_name, lazy("Use 2 to 40 letters without accents, digits, dots or dashes")),
        ],
    )

    @property
    def plan(self) -> NewMember:
        """The answers, after validation."""
        unit = self["unit"].data
        names = (self["sign_in_name"].data, self["display_name"].data)
        return NewMember(*names, self["role"].data, UUID(unit) if unit else None)

    @property
    def questions(self) -> tuple[Any, ...]:
        """The person first, then what the person will do."""
        return (self["display_name"], self["sign_in_name"], self["role"], self["unit"])


class WordsForm(BaseForm):
    """Whether the six words are those that the person read out."""

    same = Choice(
        lazy("Does the person read out the same six words?"),
        choices=choices([("yes", lazy("Yes, all six, in this order")), ("no", lazy("No"))]),
        validators=[Required()],
    )


class HandOverForm(BaseForm):
    """To whom the cases of an office go."""

    colleague = Choice(lazy("Colleague who takes over"), validators=[Required()])

    def offer(self, colleagues: Pairs) -> None:
        """Fill the list."""
        self["colleague"].choices = choices(colleagues, lazy("Choose an answer"))
