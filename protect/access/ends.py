"""What was signed to end something, believed by its presence: who adds to it can only lock people out.

The program may add to this table and never change it, so whose end it is, is read from the row.
"""

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session

from protect.access.models import RevocationRow
from protect.vault.certificate import Revocation
from protect.vault.encoding import lp, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.register import Replaced, Suspension, Withdrawn
from protect.vault.statement import Statement

_KINDS: Final[dict[bytes, type[Statement]]] = {
    kind.LABEL.encode(): kind for kind in (Revocation, Replaced, Suspension, Withdrawn)
}


# One object, so that what it touches is looked up once: protect/store/scope.py.
_OF_AGENCY: Final = (
    select(RevocationRow)
    .where(RevocationRow.agency_id == bindparam("agency_id"))
    .order_by(RevocationRow.created_at, RevocationRow.id)
)
_TAKEN_BACK: Final = lp(Withdrawn.LABEL)


def count_of(member_id: Any) -> ScalarSelect[int]:
    """How many ends of a member stand: they grow and never shrink. What was only proposed and taken back is none."""
    label = func.substr(RevocationRow.statement, 1, len(_TAKEN_BACK))
    mine = select(func.count()).select_from(RevocationRow).where(RevocationRow.member_id == member_id)
    return mine.where(label != _TAKEN_BACK).scalar_subquery()


class Ends:
    """The ends of an agency, by member. Asked once, and remembered for the life of this object."""

    def __init__(self, db: Session, agency_id: UUID) -> None:
        self._db = db
        self._agency_id = agency_id

    @cached_property
    def _rows(self) -> dict[UUID, list[bytes]]:
        found: dict[UUID, list[bytes]] = defaultdict(list)
        for row in self._db.scalars(_OF_AGENCY, {"agency_id": self._agency_id}):
            found[row.member_id].append(row.statement)
        return found

    def of(self, member_id: UUID) -> list[Statement]:
        """Everything that ends something of a member, oldest first. Raises CiphertextRejected for what is no end."""
        return [_read(statement) for statement in self._rows.get(member_id, ())]

    def decisive(self, member_id: UUID) -> list[Revocation | Replaced]:
        """What ends certificates of the member: each that was not decided later than it, nor named by it."""
        return [each for each in self.of(member_id) if isinstance(each, Revocation | Replaced)]

    def since(self, member_id: UUID) -> int:
        """From when on something ended at the latest, in Unix seconds; 0 when nothing did."""
        return max((each.since for each in self.decisive(member_id)), default=0)

    def suspensions(self, member_id: UUID) -> list[Suspension]:
        """The suspensions of a member, whether or not they ended."""
        return [each for each in self.of(member_id) if isinstance(each, Suspension)]

    def members(self) -> Collection[UUID]:
        """Everybody of whom something ended."""
        return self._rows.keys()

    def withdrawn(self, member_id: UUID, subject: bytes) -> bool:
        """Whether a registrar took back what was proposed about the member."""
        return any(isinstance(each, Withdrawn) and each.subject == subject for each in self.of(member_id))


def _read(statement: bytes) -> Statement:
    label, *_parts = unlp(statement) or (b"",)
    kind = _KINDS.get(label)
    if kind is None:
        raise CiphertextRejected(Reason.FORMAT)
    return kind.from_bytes(statement)
