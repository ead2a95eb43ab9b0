"""What of recovery waits for a registrar, for the first page."""

from collections.abc import Sequence

from protect.access.gate import Gate
from protect.directory.actions_recovery import count_waiting
from protect.i18n import lazy
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """Recovered keys that will count soon, and members who are to begin anew: time to object."""
    arrivals, beginnings = count_waiting(gate)
    found = (
        NavItem("members.keys", lazy("Keys that custodians brought back"), arrivals),
        NavItem("members.members", lazy("Members who are to begin anew"), beginnings),
    )
    return tuple(item for item in found if item.count)
