"""Closed lists of answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from protect.vocab.labels import label


class UnknownCode(KeyError):
    """A code that its list does not have."""


@dataclass(frozen=True)
class CodeValue:
    """One answer of a list; `htcds` and `ctdc` are its names in those standards, `extra` whatever else its row says."""

    code: str
    label_fr: str
    label_en: str
    htcds: str | None = None
    ctdc: str | None = None
    extra: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    def label(self, locale: str) -> str:
        """The label in a locale."""
        return label(self, locale)


@dataclass(frozen=True)
class CodeList:
    """A closed list of answers, in the order of the screen."""

    name: str
    title_fr: str
    title_en: str
    values: tuple[CodeValue, ...]

    def get(self, code: str) -> CodeValue:
        """The answer with this code. UnknownCode if there is none."""
        found = self._by_code.get(code)
        if found is None:
            raise UnknownCode(f"{self.name} has no such code")
        return found

    def codes(self) -> tuple[str, ...]:
        """Every code, in order."""
        return tuple(value.code for value in self.values)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    @cached_property
    def _by_code(self) -> dict[str, CodeValue]:
        return {value.code: value for value in self.values}
