"""The forms of a consent: to keep and to count at the end of the intake, and for any purpose later."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from protect.cases.consents import RECORDING, SHARING, STATISTICS, ConsentAnswers, ConsentRefused
from protect.cases.forms import label_of
from protect.i18n import lazy
from protect.vocab import load
from protect.web.fields import Choice, Choices, DateParts, choices
from protect.web.forms import YES_NO, BaseForm, Canonical, vocab_field
from protect.web.validation import Check, Optional, Required

SAID: Final = ("given", "refused", "not_possible")  # what can be said at the moment of recording
OFF: Final = frozenset({"photo"})  # photographs are off
STAYS: Final = frozenset({"administrative"})  # working data of the agency never travel

EXPECTED: Final = frozenset({"consent_given_by", "child_assent", "information_given"})  # of a consent that was given

PROBLEMS: Final[Mapping[str, Any]] = {
    "recipient": lazy("Choose the service that would receive the data"),
    "classes": lazy("Tick at least one kind of data that may be shared"),
    "informed": lazy("Tick what was explained: there is no consent without information"),
    "conflict": lazy("A guardian with a conflict of interest cannot consent: choose another representative or a judge"),
    "guardian": lazy("For a child, choose the guardian or the judge who consented, or another legal basis"),
    "giver": lazy("Say who consented, or choose another legal basis"),
    "adult": lazy("The person is an adult: nobody else can consent in her place"),
    "assent": lazy("Say whether the child agreed"),
    "ground": lazy("Consent was not possible: choose the legal basis that replaces it"),
    "over": lazy("Enter a day to come, such as 31 12 2027"),
    "recording": lazy(
        "Without agreement the file stays a draft, unless consent was not possible and another basis applies"
    ),
}


class ConsentForm(BaseForm):
    """What every form of a consent can give back."""

    def answers(self, scope: str, status: str) -> ConsentAnswers:
        """The consent as it is recorded, for one scope."""
        given = self.canonical()
        sharing = scope in SHARING
        recipient = str(self.data.get("recipient") or "") if sharing else ""
        return ConsentAnswers(
            scope=scope, status=status,
            given_by=given.get("consent_given_by", "none"), child_assent=given.get("child_assent", ""),
            mode=given.get("consent_mode", "oral"), language=given.get("primary_language", "unknown"),
            legal_basis=given.get("legal_basis", "consent"),
            information=tuple(given.get("information_given", "").split()),
            recipient_service_id=uuid.UUID(recipient) if recipient else None,
            classes=tuple(given.get("consent_data_categories", "").split()) if sharing else (),
            restrictions=given.get("consent_restrictions", ""),
        )  # fmt: skip

    def consent(self) -> ConsentAnswers:
        """The consent of the general form."""
        answers = self.answers(self["consent_scope"].data, self["consent_status"].data)
        until = self["until"].data
        return replace(answers, valid_until=datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)

    def refused(self, problem: ConsentRefused) -> None:
        """Say beside the question why the consent cannot stand."""
        name = {"recipient_service_id": "recipient"}.get(problem.field, problem.field)
        field = self[name if name in self else "consent_status"]
        field.errors = [*field.errors, PROBLEMS[problem.problem]]


def consent_fields(*, child: bool) -> dict[str, Any]:
    """By whom, how, in which language and with what information: asked of every consent."""
    asked = ("consent_given_by", *(["child_assent"] * child), "consent_mode", "primary_language", "information_given")
    labels = {"primary_language": lazy("Language in which it was explained")}
    dictionary = load()
    return {
        name: vocab_field(
            dictionary.field(name), required=False, expected=name in EXPECTED, label=labels.get(name), hint=""
        )
        for name in (*asked, "legal_basis")
    }


def finishing_form(*, child: bool) -> type[ConsentForm]:
    """Agreement to keep the file, and apart from it, to be counted."""
    counted = lazy("Does the person agree to be counted in statistics, without anything that identifies her?")
    own = {
        "consent_status": _status(lazy("Does the person agree that this file is kept?")),
        **consent_fields(child=child),
        "statistics": Choice(counted, validators=[Required()], choices=choices(YES_NO)),
    }
    return type("FinishingForm", (ConsentForm,), own)


def finishing_answers(form: ConsentForm) -> tuple[ConsentAnswers, ...]:
    """The two consents of the last page of the intake: who did not agree to be kept is not counted either."""
    recording = form.answers(RECORDING, form["consent_status"].data)
    counted = form["statistics"].data == "true" and recording.status == "given"
    return (recording, form.answers(STATISTICS, "given" if counted else "refused"))


def sharing_form(recipients: Sequence[tuple[str, str]], *, child: bool) -> type[ConsentForm]:
    """A consent for any purpose; `recipients` are ids and names of the services it can be given for."""
    to_whom = lazy("Service that would receive the data")
    listed = choices(recipients, lazy("Choose a service"))
    needed = lazy("Only when the purpose is to share.")
    own = {
        "consent_scope": _among("consent_scope", OFF, Choice, [Required()]),
        "consent_status": _status(lazy("What did the person say?")),
        "recipient": Choice(to_whom, description=needed, validators=[Optional()], choices=listed),
        "consent_data_categories": _among("consent_data_categories", STAYS, Choices, [Optional()]),
        "consent_restrictions": vocab_field(
            load().field("consent_restrictions"), required=False,
            hint=lazy("For example: not to the family, not to the police of a certain place."),
        ),
        "until": DateParts(
            lazy("The consent ends on"),
            validators=[Optional(), Check(_is_to_come, lazy("Enter a day to come, such as 31 12 2027"))],
        ),
        **consent_fields(child=child),
    }  # fmt: skip
    return type("SharingForm", (ConsentForm,), own)


def _status(label: Any) -> Any:
    values = load().lists["consent_status"]
    listed = choices([(code, label_of(values.get(code))) for code in SAID])
    return Choice(label, validators=[Required()], choices=listed)


def _is_to_come(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) > datetime.now(UTC)
    except ValueError:
        return False


def _among(name: str, without: Iterable[str], kind: Any, checks: list[Any]) -> Any:
    """A field of the dictionary with some of its answers left out."""
    field = load().field(name)
    listed = [value for value in (field.codelist.values if field.codelist else ()) if value.code not in without]
    empty = lazy("Choose an answer") if kind is Choice else None
    made = choices([(value.code, label_of(value)) for value in listed], empty)
    return kind(label_of(field), validators=[*checks, Canonical(field)], choices=made)
