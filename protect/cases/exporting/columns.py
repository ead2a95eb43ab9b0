"""Which fields leave, in which columns: the case data standard's, which our importer reads, and our own."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from protect.cases.exporting.answers import events, in_words
from protect.cases.facts import ADMINISTRATIVE, KEPT_BY_ITSELF
from protect.cases.importing.columns import NOT_READ, OTHER_RECORDS
from protect.vocab import Field, load

Values = Mapping[str, str]

# The dictionary says of both that they are never exported: what was told in confidence stays where it is kept.
STAYS: Final = frozenset({"case_note", "exploitation_narrative"})
TOLD: Final = frozenset({"case_code", "case_status"})  # of what a case keeps by itself
EVENTS: Final = ("hte_Type", "hte_Country", "hte_State")
# The standard has no column for these, and a reader would otherwise conclude something else from those it has.
BESIDE: Final = ("case_code", "registration_date", "sex", "age_at_registration", "exploitation_main")


@cache
def exported() -> tuple[Field, ...]:
    """Every field of a case that may leave, in the order of the dictionary."""
    return tuple(field for field in load().fields.values() if _may_leave(field))


def _may_leave(field: Field) -> bool:
    if field.name in STAYS or field.name in KEPT_BY_ITSELF - TOLD:
        return False
    return field.group not in OTHER_RECORDS and field.type not in NOT_READ


def own_titles(compartments: frozenset[str]) -> tuple[str, ...]:
    """Our own columns, of the compartments that were opened and of nothing else."""
    return tuple(field.name for field in exported() if field.compartment in {*compartments, ADMINISTRATIVE})


def own_row(values: Values, titles: tuple[str, ...]) -> list[str]:
    """A case in our own columns, answers by their codes."""
    return [in_words(load().field(name), values.get(name, ""), standard=False) for name in titles]


def standard_titles(compartments: frozenset[str]) -> tuple[str, ...]:
    """The standard's columns of the compartments that were opened, after the few that it lacks."""
    own = own_titles(compartments)
    return (
        *(name for name in BESIDE if name in own),
        *(title for title, field in _standard().items() if field.name in own),
        *(EVENTS if "exploitation_country" in own else ()),
    )


def standard_row(values: Values, titles: tuple[str, ...]) -> list[str]:
    """A case in the standard's columns, answers by the standard's names where each means one of ours."""
    told = dict(zip(EVENTS, events(values), strict=True))
    return [told[title] if title in told else _standard_cell(values, title) for title in titles]


def _standard_cell(values: Values, title: str) -> str:
    field = _standard().get(title) or load().field(title)
    return in_words(field, values.get(field.name, ""), standard=title in _standard())


@cache
def _standard() -> Mapping[str, Field]:
    """The field that each of the standard's columns tells: the first, as the importer takes it."""
    found: dict[str, Field] = {}
    for field in exported():
        if field.htcds and field.htcds not in EVENTS:
            found.setdefault(field.htcds, field)
    return found
