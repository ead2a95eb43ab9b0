"""What pages of a case keep of a form that was interrupted: every question they may ask, made from the address."""

from typing import Any, Final

from protect.cases import intake
from protect.cases.forms import CHOICE, MINE, CaseForm, ask, asking, label_of
from protect.cases.forms_consent import ConsentForm, finishing_form, sharing_form
from protect.cases.forms_erasure import closing_form
from protect.cases.sections import SECTIONS, answerable
from protect.i18n import lazy
from protect.vocab import load
from protect.web.fields import Choice, choices
from protect.web.forms import BaseForm

SIDES: Final = (("mine", lazy("Your answer")), ("theirs", lazy("The answer of the other person")))


def of_section(name: str, **_address: object) -> type[CaseForm]:
    """A compartment in a form."""
    return asking(SECTIONS[name].fields(child=True))


def of_choice(**_address: object) -> type[BaseForm]:
    """The page of a conflict: one's own answers, and which of two was chosen."""
    asked: dict[str, Any] = {}
    for field in (load().field(name) for name in sorted(answerable())):
        asked[MINE + field.name] = ask(field, required=False)
        asked[CHOICE + field.name] = Choice(label_of(field), choices=choices(SIDES))
    return type("ChoosingForm", (BaseForm,), asked)


def of_first_step(**_address: object) -> type[CaseForm]:
    """The first page of the intake."""
    return asking(intake.fields_of(intake.first()))


def of_step(name: str, **_address: object) -> type[CaseForm] | None:
    """A page of the intake; None where there is none of that name."""
    page = intake.step(name)
    return asking(intake.fields_of(page)) if page else None


def of_agreement(**_address: object) -> type[ConsentForm]:
    """The last page of the intake, with what only a child is asked."""
    return finishing_form(child=True)


def of_consent(**_address: object) -> type[ConsentForm]:
    """A consent for any purpose."""
    return sharing_form((), child=True)


def of_closing(**_address: object) -> type[CaseForm]:
    """When the case was closed, and why."""
    return closing_form()
