"""Open referrals of somebody's cases: they follow the case, so only their number is told before it is handed over."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from protect.access.gate import Gate
from protect.cases.actions_handover import owned_by
from protect.directory.actions_departure import Belongings
from protect.referrals.lifecycle import CLOSED
from protect.referrals.models import Referral


def _count(gate: Gate, owner_id: UUID) -> int:
    open_ones = Referral.status.not_in(CLOSED) & Referral.case_id.in_(owned_by(owner_id))
    return gate.db.scalar(select(func.count()).select_from(Referral).where(open_ones)) or 0


def _follow(_gate: Gate, _owner_id: UUID, _colleague_id: UUID) -> int:
    return 0


REFERRALS: Final = Belongings("referrals", _count, _follow)
