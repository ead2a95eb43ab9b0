"""Who answers for cases: counted and handed over as a whole, without opening any of them."""

from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select, update

from protect.access.gate import Gate
from protect.cases.models import CaseFile
from protect.directory.actions_departure import Belongings

CLOSED: Final = ("closed", "closed_referred")


def owned_by(owner_id: UUID) -> Select[UUID]:
    """The ids of the cases that a member answers for."""
    return select(CaseFile.id).where(CaseFile.owner_id == owner_id)


def _count(gate: Gate, owner_id: UUID) -> int:
    mine = (CaseFile.owner_id == owner_id) & CaseFile.status.not_in(CLOSED)
    return gate.db.scalar(select(func.count()).select_from(CaseFile).where(mine)) or 0


def _give(gate: Gate, owner_id: UUID, colleague_id: UUID) -> int:
    """Closed ones too: somebody answers for every file."""
    owned = update(CaseFile).where(CaseFile.owner_id == owner_id)
    given = gate.db.execute(owned.values(owner_id=colleague_id).returning(CaseFile.id)).all()
    return len(given)


CASES: Final = Belongings("cases", _count, _give)
