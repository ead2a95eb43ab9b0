"""How French is set: authors type a straight apostrophe and plain spaces, readers see the typographer's."""

import re
from typing import Final

_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
_HIGH_MARKS: Final = re.compile("(?<=«) | (?=[:;?!»])")


def french(text: str) -> str:
    """The text with curved apostrophes, and with each high mark kept on the line of its word."""
    return _HIGH_MARKS.sub("\N{NO-BREAK SPACE}", _APOSTROPHE.sub("\N{RIGHT SINGLE QUOTATION MARK}", text))
