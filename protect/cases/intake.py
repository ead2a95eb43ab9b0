"""The way through the intake: which page comes next, and which questions a page asks, given what is known."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any, Final

from protect.i18n import lazy
from protect.vocab import STEP_TITLES, IntakeStep, asked, load

SAFETY: Final = "safety"
MUST: Final = frozenset({"immediate_danger", "screening_conditions_met"})  # nothing else is ever a condition of help
AGREEMENT: Final = "accord"


def step(name: str) -> IntakeStep | None:
    """The page of that name."""
    return next((one for one in load().intake if one.name == name), None)


def titles() -> dict[str, Any]:
    """Title of each page by its name, in order, in the language of whichever request shows it."""
    return {page.name: lazy(STEP_TITLES[page.name]) for page in load().intake}


def hint(field: str, locale: str) -> str:
    """What helps to ask a question of the intake; empty for a field that the intake does not ask."""
    questions = (question for page in load().intake for question in page.questions)
    return next((question.hint(locale) for question in questions if question.field == field), "")


def first() -> IntakeStep:
    """The page that comes before everything: is the person in danger."""
    return load().intake[0]


def fields_of(page: IntakeStep) -> tuple[str, ...]:
    """Every field that a page may ask."""
    return tuple(question.field for question in page.questions)


def fields_now(page: IntakeStep, answers: Mapping[str, str], home: str) -> tuple[str, ...]:
    """The fields that a page asks of this person, given the answers so far."""
    return tuple(question.field for question in page.questions if asked(question, answers, home))


def next_path(
    page: IntakeStep, case_id: uuid.UUID, answers: Mapping[str, str], shown: Collection[str], home: str
) -> str:
    """Where to go on after a page was kept: danger and an unsafe place first, then what the answers have opened."""
    case = f"/dossiers/{case_id}"
    if page == first() and answers.get("immediate_danger") == "yes":
        return f"{case}/danger"
    if page.name == SAFETY and answers.get("screening_conditions_met") == "false":
        return f"{case}/entretien"
    if not set(fields_now(page, answers, home)) <= set(shown):
        return f"{case}/saisie/{page.name}"
    return path_after(page, case_id)


def path_after(page: IntakeStep, case_id: uuid.UUID) -> str:
    """The page that follows, whatever was answered."""
    later = load().intake[load().intake.index(page) + 1 :]
    return f"/dossiers/{case_id}/" + (f"saisie/{later[0].name}" if later else AGREEMENT)
