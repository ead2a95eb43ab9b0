"""The first form: which questions, in which order, and when a question is left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Answers = Mapping[str, str]  # field to canonical value; a field not answered is absent or empty
_Condition = Callable[[Answers, str], bool]
_MAJORITY: Final = 18


@dataclass(frozen=True)
class Question:
    """A field as the first form asks it; `when` names a condition of `CONDITIONS`, empty for always."""

    field: str
    when: str
    hint_fr: str
    hint_en: str

    def hint(self, locale: str) -> str:
        """The hint in a locale."""
        return self.hint_en if locale[:2].lower() == "en" else self.hint_fr


@dataclass(frozen=True)
class IntakeStep:
    """Questions that belong together."""

    name: str
    questions: tuple[Question, ...]


def asked(question: Question, answers: Answers, home: str) -> bool:
    """Whether to ask it, given the answers so far; `home` is the ISO code of the country where the product is used."""
    return not question.when or CONDITIONS[question.when](answers, home)


def _surely(answers: Answers, majority: str) -> bool:
    """Whether the answers leave no doubt that the person is a child, or an adult. An estimate leaves one."""
    if answers.get("majority_status") in {"child", "adult"}:
        return answers["majority_status"] == majority
    age = answers.get("age_at_registration", "")
    if not age:
        return False
    if majority == "child":
        return int(age) < _MAJORITY
    return int(age) >= _MAJORITY and answers.get("age_estimated") != "true"


CONDITIONS: Final[Mapping[str, _Condition]] = {
    # Where there is a doubt both are asked: a child is protected, and an adult's case stands.
    "child": lambda answers, _home: not _surely(answers, "adult"),
    "adult": lambda answers, _home: not _surely(answers, "child"),
    "home_citizen": lambda answers, home: home in answers.get("citizenship", home).split(),
    "home_resident": lambda answers, home: answers.get("current_country", home) == home,
    "home_events": lambda answers, home: answers.get("exploitation_country", home) == home,
    "decided": lambda answers, _home: answers.get("identification_status") in {"identified", "not_victim"},
    "high_risk": lambda answers, _home: answers.get("risk_level") in {"high", "imminent"},
}
