"""Every text of the program, as extracted from code and templates."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from protect import vocab

ROOT = Path(__file__).parent.parent
KEYWORDS = {"_": None, "gettext": None, "lazy": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}

Msgid = str | tuple[str, ...]


def extracted() -> dict[Msgid, str]:
    """Message ids with the first place that uses each."""
    found: dict[Msgid, str] = {}
    for place, message in _messages():
        found.setdefault(message, place)
    for text in (*vocab.MESSAGES.values(), *vocab.STEP_TITLES.values()):
        found.setdefault(text, "protect/vocab/messages.py")
    return found


def _messages() -> Iterator[tuple[str, Msgid]]:
    for folder in ("protect", "templates"):
        for name, line, message, _comments, _context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
        ):
            yield f"{folder}/{name}:{line}", message
