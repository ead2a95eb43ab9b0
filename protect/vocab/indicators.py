"""Measures of the action plan."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    """A measure: its definition and formula, how it is split, and the fields it is counted from."""

    id: str
    pillar: str
    name_fr: str
    name_en: str
    definition: str
    formula: str
    disaggregation: tuple[str, ...]
    frequency: str
    unit: str
    standard: str
    fields: tuple[str, ...]
    other_source: str  # what no field of a case holds: population, return form, directory, trail
    priority: str
    note: str

    def name(self, locale: str) -> str:
        """The name in a locale."""
        return self.name_en if locale[:2].lower() == "en" else self.name_fr
