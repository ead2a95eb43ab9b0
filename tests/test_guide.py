"""The guide speaks of screens that exist: whatever it prints bold stands on one, in French."""

import re
from pathlib import Path

import pytest

from protect import cli, vocab
from protect.i18n import catalogue

GUIDE = Path(__file__).parent.parent / "docs/guide"
VERB = re.compile(r"`protect ([a-z-]+)")
VERBS = {verb.name for verb in cli.VERBS}
BOLD = re.compile(r"\*\*([^*]+)\*\*")
EMPHASIS = {  # said by the guide itself
    "en main propre", "Deux personnes au moins par clé.", "Phrase oubliée", "Téléphone perdu",
    "avant", "pas", "Ils diffèrent : arrêtez tout", "Plus aucun code", "Vol, contrainte, doute", "L’identité, les coordonnées et la sécurité se referment au bout de dix minutes",
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
def test_every_command_is_one(page: Path) -> None:
    assert set(VERB.findall(page.read_text(encoding="utf-8"))) <= VERBS


def test_the_way_back_to_a_lost_key_names_every_command_of_it() -> None:
    """The drill is told step by step in French: a verb that joins the recovery joins these pages."""
    pages = (GUIDE / name for name in ("ceremonie.md", "recuperation.md"))
    told = {verb for page in pages for verb in VERB.findall(page.read_text(encoding="utf-8"))}
    assert {verb for verb in VERBS if verb.startswith("recovery-")} - told == set()


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").split()) <= 700
