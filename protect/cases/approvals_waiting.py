"""What of approvals waits for a person or is told, for the first page; no case and nobody is named there."""

from collections.abc import Sequence
from typing import Final

from protect.access.gate import Gate
from protect.cases.actions_approvals_list import waiting_now
from protect.i18n import lazy
from protect.web.site import NavItem

WORDS: Final = {
    "decide": lazy("Requests that need your decision"),
    "mine": lazy("Agreed to, and waiting for you"),
    "cooling": lazy("Exports that can still be stopped"),
}


def waiting(gate: Gate) -> Sequence[NavItem]:
    """One line a kind, with how many there are."""
    return tuple(NavItem("approvals.listed", WORDS[kind], count) for kind, count in waiting_now(gate))
