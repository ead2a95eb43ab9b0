"""A file of records as text: its encoding and separator found out, its rows with the lines they begin on."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from protect.cases.importing.problems import FileRefused

SEPARATORS: Final = ",;\t"
_ZIPPED: Final = b"PK\x03\x04"  # a workbook that was renamed


@dataclass(frozen=True)
class Row:
    """The cells of one record and the line of the file it begins on."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file that was read: the titles of its columns; `rows` may be gone through as often as wanted."""

    titles: tuple[str, ...]
    text: str
    separator: str

    def rows(self) -> Iterator[Row]:
        """Every record that is not blank, in order. FileRefused where the quoting is broken."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        next(reader)
        line = reader.line_num + 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield Row(line, tuple(cells))
                line = reader.line_num + 1
        except csv.Error as error:
            raise FileRefused("quoting", str(line)) from error


def read_table(content: bytes) -> Table:
    """The table in the bytes of a CSV file. FileRefused if it is none, is empty or names a column twice."""
    text = _decoded(content)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise FileRefused("quoting", "1") from error
    titles = tuple(title.strip() for title in cells)
    if not any(titles):
        raise FileRefused("empty")
    _refuse_repeated(titles)
    return Table(titles, text, separator)


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, else the code page of an older spreadsheet."""
    if content.startswith(_ZIPPED) or b"\x00" in content:
        raise FileRefused("not_csv")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _refuse_repeated(titles: Sequence[str]) -> None:
    seen: set[str] = set()
    for title in filter(None, (title.casefold() for title in titles)):
        if title in seen:
            raise FileRefused("column_twice", title)
        seen.add(title)
