"""Which fields of a case travel with a referral, and which stay and why, decided purely.

A field travels when three things agree: the dictionary lets it go to this kind of service, the consent names it, and
this session can open it. The result is what gets encrypted to the recipient, nothing more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protect.vocab import Field

ANY: Final = "A"
KINDS: Final[Mapping[str, str]] = {
    "emergency_shelter": "S",
    "longer_shelter": "S",
    "safety": "S",
    "medical": "M",
    "mental_health": "P",
    "rehab_sexual": "P",
    "rehab_labour": "P",
    "legal": "L",
    "court_support": "L",
    "documentation": "L",
    "asylum": "L",
}
SHAREABLE: Final = ("identity", "contact", "narrative", "health", "legal", "protection", "coded")


class Withheld(StrEnum):
    """Why a field that the service may receive does not travel."""

    NOT_AGREED = "not_agreed"
    LOCKED = "locked"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True)
class Kept:
    """A field that stays, and why."""

    field: str
    compartment: str
    why: Withheld


@dataclass(frozen=True)
class Disclosure:
    """What travels, by name of the field, and what stays."""

    sent: Mapping[str, str]
    kept: tuple[Kept, ...]


def may_travel(field: Field, service_type: str) -> bool:
    """Whether the dictionary lets the field go to such a service. Working data of the agency never travels."""
    letters = (ANY, KINDS.get(service_type, ANY))
    return field.compartment in SHAREABLE and any(f"REF:{letter}" in field.tags for letter in letters)


def candidates(fields: Iterable[Field], service_type: str) -> tuple[Field, ...]:
    """Every field that may go to such a service, in the order of the dictionary."""
    return tuple(field for field in fields if may_travel(field, service_type))


def classes(fields: Iterable[Field], service_type: str) -> tuple[str, ...]:
    """The data classes about which a consent for such a service can be asked."""
    found = {field.compartment for field in candidates(fields, service_type)}
    return tuple(name for name in SHAREABLE if name in found)


def select(
    fields: Iterable[Field], agreed: Collection[str], values: Mapping[str, str], locked: Collection[str]
) -> Disclosure:
    """Sort candidates into what travels and what stays.

    `agreed` are the fields that the consent names, `values` what was opened, by field, and `locked` the compartments
    whose key this session lacks.
    """
    sent: dict[str, str] = {}
    kept: list[Kept] = []
    for field in fields:
        why = _why_kept(field, agreed, values, locked)
        if why is None:
            sent[field.name] = values[field.name]
        else:
            kept.append(Kept(field.name, field.compartment, why))
    return Disclosure(sent, tuple(kept))


def _why_kept(
    field: Field, agreed: Collection[str], values: Mapping[str, str], locked: Collection[str]
) -> Withheld | None:
    if field.name not in agreed:
        return Withheld.NOT_AGREED
    if field.compartment in locked:
        return Withheld.LOCKED
    return None if values.get(field.name) else Withheld.NOT_RECORDED
