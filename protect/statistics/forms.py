"""Forms of a release: which quarters, the proposal, the decision."""

from datetime import date

from wtforms import HiddenField

from protect.i18n import gettext, lazy
from protect.statistics.period import LONGEST, Period, PeriodUnfit, Quarter
from protect.statistics.present import label_of
from protect.web.fields import Choice, choices
from protect.web.forms import CHOOSE, BaseForm
from protect.web.validation import Required

OFFERED = 20


class PeriodForm(BaseForm):
    """First and last quarter of a release."""

    first = Choice(lazy("First quarter"), validators=[Required()], choices=[])
    last = Choice(lazy("Last quarter"), validators=[Required()], choices=[])

    def offer(self, today: date) -> "PeriodForm":
        """Offer the quarters that are over."""
        over = [Quarter.of(today).preceding]
        while len(over) < OFFERED:
            over.append(over[-1].preceding)
        pairs = [(str(quarter), label_of("quarter", str(quarter))) for quarter in over]
        self.first.choices = choices(pairs, CHOOSE)
        self.last.choices = choices(pairs, CHOOSE)
        return self

    def period(self) -> Period | None:
        """The period asked for; None, with the reason on the form, when it is no period."""
        if not self.validate():
            return None
        try:
            return Period(Quarter.parse(self.first.data).first_day, Quarter.parse(self.last.data).last_day)
        except PeriodUnfit:
            reason = gettext(
                "Choose a last quarter that is not before the first, and at most %(num)s quarters", num=LONGEST
            )
            self.refuse(reason)
            return None

    def refuse(self, reason: str) -> None:
        """Show why nothing can be built."""
        self.last.errors = [*self.last.errors, reason]


class ProposalForm(BaseForm):
    """What the analyst saw and proposes."""

    first = HiddenField()
    last = HiddenField()
    seen = HiddenField()

    def period(self) -> Period:
        """The period that was built. Raises PeriodUnfit."""
        return Period(Quarter.parse(self.first.data or "").first_day, Quarter.parse(self.last.data or "").last_day)


class DecisionForm(BaseForm):
    """The decision on a proposal; `version` is the digest of what was read."""

    decision = Choice(
        lazy("Your decision"),
        validators=[Required()],
        choices=choices([("publish", lazy("Publish under the next number")), ("refuse", lazy("Refuse"))]),
    )
