"""The form that asks for an export."""

from protect.cases.approvals import REASONS
from protect.i18n import lazy as _
from protect.web.fields import Choice, LongText, choices
from protect.web.forms import BaseForm
from protect.web.validation import Length, Required

LONGEST = 500


class ExportForm(BaseForm):
    """What for, and why."""

    reason = Choice(_("What for"), validators=[Required()], choices=choices(list(REASONS["export"].items())))
    why = LongText(
        _("In your words"),
        description=_("Name nobody. Only the auditors of your organisation read it."),
        validators=[Required(), Length(LONGEST)],
    )
