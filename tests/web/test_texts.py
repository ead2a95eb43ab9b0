"""No text without French, no French without a text, and the same holes in both."""

import re

from babel.messages.catalog import Message

from protect.i18n import LANGUAGES, SOURCE, catalogue, clashes
from tests.texts import extracted

OTHERS = [language for language in LANGUAGES if language != SOURCE]
HOLE = re.compile(r"%\(\w+\)s|\{\w+\}")


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_every_text_is_translated():
    for language in OTHERS:
        catalog = catalogue(language)
        missing = [f"{place}: {text!r}" for text, place in extracted().items() if not translated(catalog.get(text))]
        assert not missing, "\n".join(missing)


def translated(message: Message | None) -> bool:
    return message is not None and all(strings(message))


def test_no_translation_is_stale():
    used = set(extracted())
    for language in OTHERS:
        stale = [message.id for message in catalogue(language) if message.id and message.id not in used]
        assert not stale


def test_no_two_areas_disagree_and_nothing_is_fuzzy():
    for language in OTHERS:
        assert clashes(language) == []


def test_translations_have_the_same_holes():
    for language in OTHERS:
        for message in catalogue(language):
            holes = {tuple(sorted(HOLE.findall(text))) for text in [*ids(message), *strings(message)]}
            assert len(holes) == 1, message.id
