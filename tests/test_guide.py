"""The guide speaks of screens that exist: whatever it prints bold stands on one, in French."""

import re
from pathlib import Path

import pytest

from protect import vocab
from protect.i18n import catalogue

GUIDE = Path(__file__).parent.parent / "docs/guide"
BOLD = re.compile(r"\*\*([^*]+)\*\*")
EMPHASIS = {  # said by the guide itself
    "en main propre", "Deux personnes au moins par clé.", "Phrase oubliée", "Téléphone perdu",
    "Plus aucun code", "Vol, contrainte, doute", "L’identité, les coordonnées et la sécurité se referment au bout de dix minutes",
}  # fmt: skip


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\n", " ").split())


def screens() -> str:
    """Every French text of the program, and every label of the dictionary."""
    texts = [text for message in catalogue("fr") if message.id for text in _forms(message.string)]
    known = vocab.load()
    texts += [field.label_fr for field in (*known.fields.values(), *known.optional.values())]
    texts += [value.label_fr for listed in known.lists.values() for value in listed.values]
    return "\n".join(map(plain, texts))


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
def test_every_word_of_the_screen_is_on_one(page: Path) -> None:
    shown = screens()
    quoted = {plain(text) for text in BOLD.findall(page.read_text(encoding="utf-8"))} - EMPHASIS
    assert sorted(text for text in quoted if text not in shown) == []


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").split()) <= 700
