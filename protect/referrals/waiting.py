"""What of referrals waits for a person, for the first page."""

from collections.abc import Sequence

from protect.access.gate import Gate
from protect.i18n import lazy
from protect.referrals import actions_follow, actions_inbox
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """Requests to answer and referrals without an answer; nothing for those whom neither concerns."""
    found = (
        NavItem("referrals.inbox", lazy("Requests received that wait for you"), actions_inbox.count_waiting(gate)),
        NavItem("referrals.mine", lazy("Referrals without an answer in time"), actions_follow.count_late(gate)),
    )
    return tuple(item for item in found if item.count)
