"""What of stopped openings waits for a person, for the first page."""

from collections.abc import Sequence

from protect.access.gate import Gate
from protect.auth.actions_limits import count_active
from protect.i18n import lazy
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """Colleagues whose openings are stopped now; nothing for those whom it does not concern."""
    count = count_active(gate)
    return (NavItem("auth.stops", lazy("Colleagues who opened too many files"), count),) if count else ()
