"""What of emergency openings waits for a person or is told, for the first page; no case and nobody is named there."""

from collections.abc import Sequence
from typing import Final

from protect.access.gate import Gate
from protect.cases.actions_emergency_list import waiting_now
from protect.i18n import lazy
from protect.web.site import NavItem

WORDS: Final = {
    "decide": lazy("Emergency openings that a colleague asks for"),
    "mine": lazy("My emergency openings"),
    "review": lazy("Emergency openings to review"),
    "told": lazy("Emergency openings of these days"),
}


def waiting(gate: Gate) -> Sequence[NavItem]:
    """One line a kind, with how many there are."""
    return tuple(NavItem("emergency.openings", WORDS[kind], count) for kind, count in waiting_now(gate))
