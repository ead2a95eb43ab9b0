"""The filters of the journal, sent by GET so that a page of it has an address."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from protect.i18n import lazy
from protect.oversight.journal import Wanted
from protect.oversight.labels import ACTIONS, RESULTS
from protect.web.fields import Choice, DateParts, Text, choices
from protect.web.forms import BaseForm
from protect.web.validation import Check, Length, Optional, Required

ANY = lazy("All")
OUT_OF_HOURS = lazy("Outside working hours")


def _is_day(text: Any) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


REAL = Check(_is_day, lazy("Enter a real date, such as 27 3 2026"))


class Filter(Choice):
    """Always a drop-down: a button that was pressed cannot be taken back."""

    @property
    def is_short(self) -> bool:
        """Never drawn as buttons."""
        return False


class FilterForm(BaseForm):
    """Who, what, with which result, when, and about which object."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf: ClassVar[bool] = False

    who = Filter(lazy("Who"), validators=[Optional()], choices=[])
    action = Filter(lazy("Action"), validators=[Optional()], choices=choices(list(ACTIONS.items()), ANY))
    result = Filter(lazy("Result"), validators=[Optional()], choices=choices(list(RESULTS.items()), ANY))
    first_day = DateParts(lazy("From"), validators=[Optional(), REAL])
    last_day = DateParts(lazy("To"), validators=[Optional(), REAL])
    about = Text(
        lazy("Identifier"),
        validators=[Optional(), Length(100)],
        description=lazy(
            "The identifier at the end of a case's address. Identifiers are sealed: the search opens entry by entry."
        ),
    )

    hours = Filter(lazy("Hours"), validators=[Optional()], choices=choices([("out", OUT_OF_HOURS)], ANY))

    def offer(self, people: Iterable[tuple[uuid.UUID, str]]) -> "FilterForm":
        """Offer the members of the agency."""
        self.who.choices = choices([(str(member_id), name) for member_id, name in people], ANY)
        return self

    def wanted(self, timezone: str) -> Wanted:
        """What is asked for; nothing at all while an answer is wrong."""
        zone = ZoneInfo(timezone)
        if not self.validate():
            return Wanted(zone)
        return Wanted(
            zone,
            actor_id=uuid.UUID(self.who.data) if self.who.data else None,
            action=self.action.data or None,
            result=self.result.data or None,
            first_day=_day(self.first_day.data),
            last_day=_day(self.last_day.data),
            object_id=self.about.data or "",
            out_of_hours=self.hours.data == "out",
        )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


class ExplainForm(BaseForm):
    """What an auditor knows about a trail that differs from what people saw."""

    why = Text(lazy("What happened"), validators=[Required(), Length(500)])
