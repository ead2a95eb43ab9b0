"""The forms of a case's end: closing it, and asking that it is erased."""

from typing import Final

from protect.cases.actions_closing import ASKED
from protect.cases.approvals import ERASURE_REASONS
from protect.cases.forms import CaseForm, asking
from protect.i18n import lazy as _
from protect.web.fields import Choice, LongText, choices
from protect.web.forms import BaseForm
from protect.web.validation import Length, Required

LONGEST: Final = 500
MUST: Final = ("case_closure_date", "case_closure_reason")


def closing_form() -> type[CaseForm]:
    """When the case was closed and why, from the dictionary; details if there are any."""
    return asking(ASKED, MUST)


class EraseForm(BaseForm):
    """Why the case is to be erased."""

    reason = Choice(
        _("Why it is to be erased"), validators=[Required()], choices=choices(list(ERASURE_REASONS.items()))
    )
    why = LongText(
        _("What led to it"),
        description=_("Name nobody. Only the auditors of your organisation read it."),
        validators=[Required(), Length(LONGEST)],
    )
