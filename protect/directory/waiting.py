"""What waits for a registrar, for the first page: decisions, recovery, and what nobody follows."""

from collections.abc import Sequence

from protect.access.gate import Gate
from protect.directory.actions_departure import count_keys_due
from protect.directory.actions_handover import count_unfollowed
from protect.directory.actions_members import count_to_decide
from protect.directory.actions_recovery import count_waiting
from protect.i18n import lazy
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """Recovered keys that will count soon, members who are to begin anew: time to object; what nobody follows."""
    arrivals, beginnings = count_waiting(gate)
    found = (
        NavItem("members.members", lazy("Members who wait for your decision"), count_to_decide(gate)),
        NavItem("members.unfollowed", lazy("Cases and referrals that nobody follows"), count_unfollowed(gate)),
        NavItem("members.keys", lazy("Keys that custodians brought back"), arrivals),
        NavItem("members.keys", lazy("Keys to be renewed by those who hold them"), count_keys_due(gate)),
        NavItem("members.members", lazy("Members who are to begin anew"), beginnings),
    )
    return tuple(item for item in found if item.count)
