"""The form that asks why many people have to be identified."""

from collections.abc import Sequence

from protect.i18n import lazy as _
from protect.web.fields import Choice, LongText, choices
from protect.web.forms import BaseForm
from protect.web.validation import Length, Required


class ReasonForm(BaseForm):
    """A purpose of the closed list, and a sentence for the auditors."""

    purpose = Choice(_("What for"), validators=[Required(_("Choose what for"))], choices=[])
    why = LongText(
        _("In a few words"),
        description=_("Name nobody. Only the auditors of your organisation read it."),
        validators=[Required(_("Say why, in a few words")), Length(500)],
    )

    def offer(self, purposes: Sequence[tuple[str, str]]) -> "ReasonForm":
        """Offer the purposes."""
        self.purpose.choices = choices(purposes)
        return self
