"""Fields of the data dictionary."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protect.vocab.codelists import CodeList
from protect.vocab.labels import label

COMPARTMENTS: Final = ("identity", "contact", "narrative", "health", "legal", "protection", "coded")
ADMINISTRATIVE: Final = "administrative"  # plain working data: no compartment seals it


class FieldType(StrEnum):
    """What a field holds."""

    STRING = "string"
    TEXT = "text"
    CODE = "code"
    MULTICODE = "multicode"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    DATETIME = "datetime"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    PHONE = "phone"
    EMAIL = "email"
    REF = "ref"
    STRING_LIST = "string_list"
    LIST = "list"
    FILE = "file"


class Requirement(StrEnum):
    """Whether a field must be answered; `COND` depends on other answers, told in its note."""

    YES = "yes"
    NO = "no"
    COND = "cond"


@dataclass(frozen=True)
class Field:
    """One field: what it is called, what it holds, which compartment seals it, where it may go."""

    name: str
    group: str
    label_fr: str
    label_en: str
    type: FieldType
    codelist: CodeList | None
    required: Requirement
    compartment: str
    htcds: str | None
    concept: str
    tags: frozenset[str]
    note: str
    target: str | None = None  # what a reference or a row of a list is: `organisation`, `user`, `route_point`

    def label(self, locale: str) -> str:
        """The label in a locale."""
        return label(self, locale)

    @property
    def largest(self) -> int | None:
        """The largest number accepted, if the dictionary names one."""
        return next((int(tag[4:]) for tag in self.tags if tag.startswith("MAX:")), None)
