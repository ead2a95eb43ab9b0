"""What of stopped openings waits for a person, for the first page."""

from collections.abc import Sequence

from protect.access.gate import Gate
from protect.auth.actions_limits import count_unlifted
from protect.i18n import lazy
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """Colleagues whose openings were stopped and whom nobody asked why; nothing for those whom it does not concern."""
    count = count_unlifted(gate)
    return (NavItem("auth.stops", lazy("Colleagues who opened too many files"), count),) if count else ()
