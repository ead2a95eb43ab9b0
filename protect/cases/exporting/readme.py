"""The page that goes with an export, in both languages, because nobody knows who will read it."""

from collections.abc import Iterator
from datetime import date
from textwrap import fill
from typing import Final

from protect.i18n import LANGUAGES, format_date, gettext, ngettext, speaking

WIDTH: Final = 78


def readme(agency: str, day: date, count: int) -> str:
    """What the files are, where they come from, how they are read and what must become of them."""
    said = []
    for language in LANGUAGES:
        with speaking(language):
            said.append("\n\n".join(fill(one, WIDTH) for one in _paragraphs(agency, day, count)))
    return f"\n\n{'-' * WIDTH}\n\n".join(said) + "\n"


def _paragraphs(agency: str, day: date, count: int) -> Iterator[str]:
    cases = ngettext("%(num)s case", "%(num)s cases", count)
    yield gettext("Copy of %(cases)s, made by %(agency)s on %(day)s.", cases=cases, agency=agency, day=format_date(day))
    yield gettext(
        "These files are about people whom somebody may be looking for. Nothing protects them once they are unpacked: "
        "keep them on one computer, send them to nobody who does not need them, and never without a passphrase."
    )
    yield gettext("When they have served, destroy them: the archive, what was unpacked, and the page with the words.")
    yield gettext("1.csv: the columns of the Human Trafficking Case Data Standard, for other systems.")
    yield gettext("2.csv: all that whoever made the copy could read, under the names of this program, which reads it.")
    yield gettext(
        "Not here: what the role of that person does not open, notes and the account of the facts, consents, requests "
        "to services. A consent was given to one organisation: whoever takes a case over asks the person again."
    )
    yield gettext(
        "In a spreadsheet, open each file by importing it: semicolon, UTF-8, every column as text. An apostrophe "
        "before = + - or @ only keeps the cell from being calculated."
    )
