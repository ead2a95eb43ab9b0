"""What of the dictionary a case keeps where, and what other slices are told of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from protect.vocab import COMPARTMENTS, load

ADMINISTRATIVE: Final = "administrative"
CLOSED: Final = ("closed", "closed_referred")
ERASED: Final = "erased"  # of a case of which nothing is left; no answer of the dictionary
CHANGEABLE: Final = (ADMINISTRATIVE, *COMPARTMENTS)
NAMES: Final = ("surname", "post_surname", "given_name")
FOR_SAVING: Final = (  # besides everything coded: what others are computed from, searched by or judged by
    *NAMES, "birth_date", "age_assessment_status", "guardian_conflict", "immediate_danger", "risk_level",
)  # fmt: skip
KEPT_BY_ITSELF: Final = frozenset(  # columns of their own
    {"case_id", "case_code", "person_code", "case_status", "case_owner", "registering_agency"}
)


@dataclass(frozen=True)
class CodedFacts:
    """What statistics may learn of a saved case: coded values only, and whether the person agreed to it."""

    case_id: uuid.UUID
    record_id: uuid.UUID
    person_code: uuid.UUID
    values: Mapping[str, str]
    agreed: bool


def compartment_of(field: str) -> str:
    """The compartment that keeps a field. UnknownField for one that the dictionary does not have."""
    return load().field(field).compartment


def by_compartment(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Values grouped by the compartment that keeps them, in the order of the compartments."""
    grouped: dict[str, dict[str, str]] = {name: {} for name in (ADMINISTRATIVE, *COMPARTMENTS)}
    for field, value in values.items():
        grouped[compartment_of(field)][field] = value
    return {name: group for name, group in grouped.items() if group}


def full_name(values: Mapping[str, str]) -> str:
    """The name as it is written here: nom, post-nom, prénom."""
    return " ".join(values[name] for name in NAMES if values.get(name))


def is_child(values: Mapping[str, str]) -> bool:
    """Whether the person counts as a child: everybody who is not known to be an adult."""
    return values.get("majority_status") != "adult"


def is_urgent(values: Mapping[str, str]) -> bool:
    """Whether the case goes before others."""
    return values.get("immediate_danger") == "yes" or values.get("risk_level") == "imminent"
