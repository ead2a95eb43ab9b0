"""Who answers for cases: counted and handed over as a whole, unopened; and cases that nobody follows."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update

from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.policy import policy
from protect.cases.facts import CLOSED, ERASED
from protect.cases.models import CaseFile
from protect.directory.actions_handover import WORKS_WITH_CASES, Belongings, Counts
from protect.directory.actions_members import units

OVER: Final = (*CLOSED, ERASED)
MOST_SHOWN: Final = 200


@dataclass(frozen=True)
class Follower:
    """Who answers for a case, in which office, and whether the person works with its cases now."""

    member_id: UUID
    unit_id: UUID
    display_name: str
    active: bool
    mine: bool


@dataclass(frozen=True)
class UnfollowedCase:
    """A case whose owner has left, is suspended or works elsewhere: plain working data, nothing is opened."""

    id: uuid.UUID
    code: str
    urgent: bool
    opened_at: datetime
    unit: str
    was: str


def followers(gate: Gate, case_ids: Iterable[UUID]) -> Mapping[UUID, Follower]:
    """Who answers for these cases, as far as they are within reach."""
    ids, me = list(case_ids), gate.member.member_id
    named = select(
        CaseFile.id, CaseFile.owner_id, CaseFile.unit_id, Member.display_name, _is_followed().label("active")
    ).join(Member, Member.id == CaseFile.owner_id)
    rows = gate.db.execute(named.where(CaseFile.id.in_(ids))).all() if ids else ()
    return {row.id: Follower(*row[1:], mine=row.owner_id == me) for row in rows}


def unfollowed_cases(gate: Gate) -> tuple[UnfollowedCase, ...]:
    """The open cases within reach that nobody follows, the urgent first, then those that waited longest."""
    gate.permit("case:list")
    named = select(CaseFile, Member.display_name).join(Member, Member.id == CaseFile.owner_id)
    ordered = named.where(_is_left()).order_by(CaseFile.urgent.desc(), CaseFile.updated_at)
    names = dict(units(gate))
    return tuple(
        UnfollowedCase(row.id, row.code, row.urgent, row.opened_at, names.get(str(row.unit_id), ""), was)
        for row, was in gate.db.execute(ordered.limit(MOST_SHOWN)).all()
    )


def count_unfollowed(gate: Gate) -> int:
    """How many open cases within reach nobody follows, for the first page; nothing for who lists no case."""
    if not gate.allows("case:list"):
        return 0
    return gate.db.scalar(select(func.count()).select_from(CaseFile).where(_is_left())) or 0


def _is_left() -> ColumnElement[bool]:
    return CaseFile.status.not_in(OVER) & ~_is_followed()


def _is_followed() -> ColumnElement[bool]:
    """Whether the owner is active and works with the cases of the office to which the case belongs."""
    roles = [role for role in policy().roles if policy().has(role, WORKS_WITH_CASES)]
    works = (Member.status == "active") & Member.role.in_(roles) & (Member.unit_id == CaseFile.unit_id)
    return exists(select(Member.id).where(Member.id == CaseFile.owner_id, works).correlate(CaseFile))


def _count(gate: Gate) -> Counts:
    whose = (CaseFile.owner_id, CaseFile.unit_id)
    counted = select(*whose, func.count()).where(CaseFile.status.not_in(OVER)).group_by(*whose)
    return {(owner_id, unit_id): number for owner_id, unit_id, number in gate.db.execute(counted)}


def _give(gate: Gate, owner_id: UUID, unit_id: UUID, colleague_id: UUID) -> None:
    """Closed ones too: somebody answers for every file."""
    owned = update(CaseFile).where(CaseFile.owner_id == owner_id, CaseFile.unit_id == unit_id)
    gate.db.execute(owned.values(owner_id=colleague_id))


CASES: Final = Belongings("cases", _count, _give)
