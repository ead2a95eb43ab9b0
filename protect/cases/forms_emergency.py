"""The forms of an emergency opening: what is asked for, for how long, what was found afterwards."""

from protect.cases.actions_emergency import Asked
from protect.cases.emergency import FINDINGS, HOURS, REASONS
from protect.i18n import lazy as _
from protect.web.fields import Choice, LongText, Text, choices
from protect.web.forms import BaseForm
from protect.web.validation import Length, Required

LONGEST = 500


class AskForm(BaseForm):
    """Which case, and why it cannot wait."""

    code = Text(
        _("Code of the case"),
        description=_("As it is spoken or written, such as CD-KN-26-7F3Q"),
        validators=[Required(), Length(40)],
    )
    reason = Choice(_("Why now"), validators=[Required()], choices=choices(list(REASONS.items())))
    why = LongText(
        _("What happened"),
        description=_("Who decides and who reviews reads it, and the auditors. It is kept sealed."),
        validators=[Required(), Length(LONGEST)],
    )

    @property
    def asked(self) -> Asked:
        """The answers, after validation."""
        return Asked(self.code.data, self.reason.data, self.why.data)


class AgreeForm(BaseForm):
    """For how long."""

    hours = Choice(
        _("For how long"),
        validators=[Required()],
        choices=choices([(str(hours), _("%(num)s h", num=hours)) for hours in HOURS]),
    )


class ReviewForm(BaseForm):
    """What was found."""

    finding = Choice(_("Was it justified?"), validators=[Required()], choices=choices(list(FINDINGS.items())))
    why = LongText(
        _("What you found"),
        description=_("Name nobody. Only the auditors of your organisation read it."),
        validators=[Required(), Length(LONGEST)],
    )
