"""Forms of a referral: the request with its consent, the answer, the steps after it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from wtforms import HiddenField

from protect.cases.consents import ConsentAnswers
from protect.cases.forms import label_of
from protect.cases.forms_consent import ConsentForm, sharing_form
from protect.i18n import lazy
from protect.referrals.lifecycle import Step
from protect.vocab import load
from protect.web.fields import Choice, Choices, DateParts, choices
from protect.web.forms import BaseForm, Canonical, vocab_field
from protect.web.validation import Check, Optional, Required

SCOPE: Final = "share_referral"
STATUSES: Final = ("given", "not_possible")


def _listed(name: str, codes: Iterable[str]) -> list[Any]:
    """Choices of a code list, restricted to `codes`; labels follow the language of each request."""
    values = load().lists[name]
    return choices([(code, label_of(values.get(code))) for code in codes])


class RequestForm(ConsentForm):
    """What a request needs: its urgency, and what the person agreed to share with this service."""

    def agreed_for(self, service_id: UUID) -> ConsentAnswers:
        """The consent as it is judged and recorded, after validation."""
        until = self["until"].data
        return replace(
            self.answers(SCOPE, self["consent_status"].data),
            recipient_service_id=service_id,
            withheld=tuple(self["withheld"].data),
            valid_until=datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None,
        )

    @property
    def manner(self) -> tuple[Any, ...]:
        """The questions about how it was agreed."""
        apart = {"urgency", "consent_data_categories", "consent_status", "withheld"}
        return tuple(question for question in self.questions if question.name not in apart)


def request_form(classes: Iterable[str], fields: Iterable[str], *, child: bool) -> type[RequestForm]:
    """The form for one service and person: only the classes and fields that this service could receive."""
    dictionary = load()
    consents = sharing_form((), child=child)
    shared = dictionary.field("consent_data_categories")
    own = {
        "consent_scope": None,
        "recipient": None,
        "urgency": vocab_field(dictionary.field("referral_urgency")),
        "consent_data_categories": Choices(
            label_of(shared), choices=_listed("sensitivity_class", classes), validators=[Required(), Canonical(shared)]
        ),
        "consent_status": Choice(
            lazy("Does the person agree?"), choices=_listed("consent_status", STATUSES), validators=[Required()]
        ),
        "until": DateParts(
            lazy("The consent ends on"),
            validators=[Optional(), Check(_is_day_to_come, lazy("Enter a day to come, such as 31 12 2027"))],
        ),
        "withheld": Choices(
            lazy("Do not send"), choices=choices([(name, name) for name in fields]), validators=[Optional()]
        ),
    }
    return type("AskedRequestForm", (RequestForm, consents), own)


class PressForm(BaseForm):
    """A button: nothing to answer; `version` is of the referral that was shown."""


class ReasonButtons(Choice):
    """All reasons as buttons: on a phone one tap instead of two."""

    @property
    def is_short(self) -> bool:
        """Whether all answers fit the screen as buttons: they are made to."""
        return True


class DeclineForm(BaseForm):
    """Why the service cannot help."""

    referral_decline_reason = ReasonButtons(
        label_of(load().field("referral_decline_reason")),
        choices=_listed("referral_decline_reason", load().lists["referral_decline_reason"].codes()),
        validators=[Required()],
    )


class StepForm(BaseForm):
    """What has happened since the acceptance."""

    step = HiddenField()

    @property
    def chosen(self) -> Step | None:
        """The step that was pressed; None for one that does not exist."""
        return Step(self.step.data) if self.step.data in set(Step) else None


def _is_day_to_come(text: str | None) -> bool:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC) > datetime.now(UTC)
    except ValueError:
        return False
