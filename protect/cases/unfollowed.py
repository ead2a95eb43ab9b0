"""That cases are left without anybody who follows them, for the first page; no case and nobody is named there."""

from collections.abc import Sequence

from protect.access.gate import Gate
from protect.cases.actions_handover import count_unfollowed
from protect.i18n import lazy
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """One line for the office, or for the agency of a supervisor; nothing where somebody follows every case."""
    count = count_unfollowed(gate)
    return (NavItem("cases.unfollowed", lazy("Cases that nobody follows"), count),) if count else ()
