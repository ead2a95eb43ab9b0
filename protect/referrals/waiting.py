"""What other pages show of referrals: what waits, on the first page, and those of a case on its own."""

from collections.abc import Sequence
from uuid import UUID

from protect.access.gate import Gate
from protect.i18n import lazy
from protect.referrals import actions_follow, actions_inbox
from protect.referrals.actions_rows import ReferralView
from protect.web.site import NavItem


def waiting(gate: Gate) -> Sequence[NavItem]:
    """Requests to answer and referrals without an answer; nothing for those whom neither concerns."""
    found = (
        NavItem("referrals.inbox", lazy("Requests received that wait for you"), actions_inbox.count_waiting(gate)),
        NavItem("referrals.mine", lazy("Referrals without an answer in time"), actions_follow.count_late(gate)),
    )
    return tuple(item for item in found if item.count)


def of_case(gate: Gate, case_id: UUID) -> Sequence[ReferralView] | None:
    """The referrals of a case for who follows referrals; None for everybody else who may open it."""
    return actions_follow.referrals_of_case(gate, case_id) if gate.allows("referral:follow") else None
