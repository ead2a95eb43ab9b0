"""The parts in which a case is changed: a compartment each, and the coded one, which is long, in four."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from protect.cases.facts import CHANGEABLE, KEPT_BY_ITSELF
from protect.cases.identification import COMPUTED
from protect.i18n import lazy
from protect.vocab import Field, FieldType, load

CODED: Final = "coded"
NO_FORM: Final = frozenset({FieldType.REF, FieldType.LIST, FieldType.FILE})
OTHER_PAGES: Final = frozenset({"referral", "services_provided", "perpetrator", "consent"})  # kept by other pages

UNASKED: Final = frozenset(COMPUTED) | KEPT_BY_ITSELF


@dataclass(frozen=True)
class Section:
    """A part of a case as one form changes it; `groups` of the dictionary, or all of the compartment."""

    name: str
    compartment: str
    groups: frozenset[str] = frozenset()
    title: Any = None  # the compartment's own label where there is none

    def fields(self, *, child: bool) -> tuple[str, ...]:
        """The fields that the form asks: those that are not computed, kept by the case itself or by other pages."""
        asked = (field for field in load().fields_of(self.compartment) if self._asks(field))
        return tuple(field.name for field in asked if child or "CHILD" not in field.tags)

    def _asks(self, field: Field) -> bool:
        if field.type in NO_FORM or field.group in OTHER_PAGES or field.name in UNASKED:
            return False
        return not self.groups or field.group in self.groups


_CODED: Final = tuple(
    Section(name, CODED, frozenset(groups), title)
    for name, title, groups in (
        ("situation", lazy("Person and situation"), ("case_admin", "demographics", "contact_safe_contact")),
        ("identification", lazy("Identification"), ("screening_identification", "act_means_purpose")),
        ("process", lazy("Recruitment and exploitation"), ("trafficking_process", "exploitation")),
        (
            "support",
            lazy("Needs and what follows"),
            ("risk_safety", "needs_assessment", "return_reintegration", "case_closure"),
        ),
    )
)
SECTIONS: Final[Mapping[str, Section]] = {
    section.name: section for section in (*(Section(name, name) for name in CHANGEABLE if name != CODED), *_CODED)
}


def sections_of(compartment: str) -> tuple[Section, ...]:
    """The sections in which a compartment is changed."""
    return tuple(section for section in SECTIONS.values() if section.compartment == compartment)


def answerable() -> frozenset[str]:
    """Every field that some form of a case asks; no other is taken from a browser."""
    asked = {name for section in SECTIONS.values() for name in section.fields(child=True)}
    return frozenset(asked | {question.field for step in load().intake for question in step.questions})
