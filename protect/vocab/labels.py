"""The choice between the two labels that every word has."""

from typing import Protocol


class Labelled(Protocol):
    """Something with a French and an English label."""

    @property
    def label_fr(self) -> str:
        """The French label."""
        ...

    @property
    def label_en(self) -> str:
        """The English label."""
        ...


def label(word: Labelled, locale: str) -> str:
    """The label of a word in a locale such as `en_GB`; French for every locale but the English ones."""
    return word.label_en if locale[:2].lower() == "en" else word.label_fr
