"""The files of an export: two tables and a page that says what they are, under names that say nothing."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from protect.cases.cells import as_text
from protect.cases.exporting.columns import own_row, own_titles, standard_row, standard_titles
from protect.cases.exporting.readme import readme

MARK: Final = "\ufeff"  # by which a spreadsheet knows the encoding
SEPARATOR: Final = ";"  # what a spreadsheet expects where the comma is in the numbers
STANDARD, OWN, README = "1.csv", "2.csv", "LISEZMOI.txt"

Values = Mapping[str, str]


@dataclass(frozen=True)
class Occasion:
    """Which agency exports, on which day, and what of each case was open to the person who does."""

    agency: str
    day: date
    compartments: frozenset[str]


def files(cases: Sequence[Values], occasion: Occasion) -> dict[str, bytes]:
    """What goes into the archive, by name; `cases` are opened, and what no column names stays out."""
    standard, own = standard_titles(occasion.compartments), own_titles(occasion.compartments)
    return {
        README: _encoded(readme(occasion.agency, occasion.day, len(cases)).replace("\n", "\r\n")),
        STANDARD: _encoded(_table(standard, cases, standard_row)),
        OWN: _encoded(_table(own, cases, own_row)),
    }


def _table(
    titles: tuple[str, ...], cases: Iterable[Values], row: Callable[[Values, tuple[str, ...]], list[str]]
) -> str:
    written = io.StringIO(newline="")
    table = csv.writer(written, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL)
    table.writerow(titles)
    table.writerows([as_text(cell) for cell in row(case, titles)] for case in cases)
    return written.getvalue()


def _encoded(text: str) -> bytes:
    return f"{MARK}{text}".encode()
