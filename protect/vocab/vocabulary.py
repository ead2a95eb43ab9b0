"""Everything the product calls by a name, in one object that cannot change."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protect.vocab.codelists import CodeList
from protect.vocab.fields import Field
from protect.vocab.indicators import Indicator
from protect.vocab.intake import IntakeStep


class UnknownField(KeyError):
    """A field that the dictionary does not have."""


@dataclass(frozen=True)
class Vocabulary:
    """The data dictionary, the closed lists, the measures and the first form."""

    fields: Mapping[str, Field] = field(hash=False)  # the core
    optional: Mapping[str, Field] = field(hash=False)  # off until a controller writes down why
    lists: Mapping[str, CodeList] = field(hash=False)
    indicators: tuple[Indicator, ...]
    intake: tuple[IntakeStep, ...]
    htcds_columns: frozenset[str]

    def field(self, name: str) -> Field:
        """The core or optional field of this name. UnknownField if there is none."""
        found = self.fields.get(name) or self.optional.get(name)
        if found is None:
            raise UnknownField(name)
        return found

    def by_htcds(self, column: str) -> tuple[Field, ...]:
        """The fields that a column of the Human Trafficking Case Data Standard stands for, the core ones first."""
        return tuple(found for found in self.every() if found.htcds == column)

    def fields_of(self, compartment: str) -> tuple[Field, ...]:
        """The core fields that a compartment seals."""
        return tuple(found for found in self.fields.values() if found.compartment == compartment)

    def every(self) -> tuple[Field, ...]:
        """The core fields, then the optional ones."""
        return (*self.fields.values(), *self.optional.values())
