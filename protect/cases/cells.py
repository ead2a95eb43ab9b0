"""Cells of a table that any spreadsheet may open: what a spreadsheet would calculate is marked as text, and read back.

The mark stands where a cell begins, and after whatever a program with other separators takes for an end of it.
"""

import re
from typing import Final

_BEGINS: Final = r"(?<![^,;|\t\r\n])"  # nothing before it, or something that may end a cell
_RISKY: Final = "[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]"  # also the wide forms of the first four
_TO_MARK: Final = re.compile(f"{_BEGINS}(?='*{_RISKY})")
_MARKED: Final = re.compile(f"{_BEGINS}'(?='*{_RISKY})")


def as_text(value: str) -> str:
    """The cell for a value: an apostrophe goes before what would begin a formula."""
    return _TO_MARK.sub("'", value)


def from_text(cell: str) -> str:
    """The value of a cell that `as_text` made; any other cell is what it says."""
    return _MARKED.sub("", cell)
