"""Open referrals of somebody's cases: who answers for the case answers for them, so they go where it goes."""

from collections import Counter
from typing import Final

from sqlalchemy import select

from protect.access.gate import Gate
from protect.cases.actions_handover import followers
from protect.directory.actions_handover import Belongings, Counts
from protect.referrals.lifecycle import CLOSED
from protect.referrals.models import Referral


def _count(gate: Gate) -> Counts:
    """The open ones that one's own agency sent; those that it received have no case here."""
    own = Referral.agency_id == gate.member.agency_id
    cases = gate.db.scalars(select(Referral.case_id).where(own, Referral.status.not_in(CLOSED))).all()
    whose = followers(gate, set(cases))
    found = (whose[case_id] for case_id in cases if case_id in whose)
    return Counter((one.member_id, one.unit_id) for one in found)


REFERRALS: Final = Belongings("referrals", _count)
