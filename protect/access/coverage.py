"""Who can open what in an agency: how many hold each key, how old it is, and whether somebody who held it is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.models import KeyGrant, KeyRotation, KeyStateRow, Member
from protect.access.policy import policy

YEARLY: Final = timedelta(days=365)

Versions = Mapping[int, KeyStateRow]  # of one key


@dataclass(frozen=True)
class Coverage:
    """One key of an agency as it stands in the tables: for people who look after it, not for deciding access."""

    compartment: str
    version: int  # 0: nobody made it yet
    holders: tuple[UUID, ...]  # active members who have the newest version
    since: datetime | None
    gone: tuple[UUID, ...]  # who had the version that is to be replaced, and may not have it any more
    under_way: bool

    def is_due(self, now: datetime) -> bool:
        """Whether the key should be renewed: a year has gone, or somebody who knew it."""
        return bool(self.version) and not self.under_way and (bool(self.gone) or self.is_old(now))

    def is_old(self, now: datetime) -> bool:
        """Whether the key is older than a year."""
        return self.since is not None and now - self.since >= YEARLY


def coverage(db: Session, agency_id: UUID) -> tuple[Coverage, ...]:
    """Every key that somebody of the agency reads or writes into, in the order of the policy."""
    members = db.scalars(select(Member).where(Member.agency_id == agency_id)).all()
    states = _states(db, agency_id)
    grants = db.scalars(select(KeyGrant).where(KeyGrant.agency_id == agency_id)).all()
    under_way = set(
        db.scalars(
            select(KeyRotation.compartment).where(KeyRotation.agency_id == agency_id, KeyRotation.finished_at.is_(None))
        )
    )
    return tuple(_of(name, states.get(name, {}), grants, members, under_way) for name in _names(members, states))


def lacking_keys(db: Session, agency_id: UUID) -> frozenset[UUID]:
    """Active members to whom some key of their role has not been supplied in its newest version."""
    found = coverage(db, agency_id)
    active = select(Member).where(Member.agency_id == agency_id, Member.status == "active")
    return frozenset(
        member.id
        for member in db.scalars(active)
        for one in found
        if one.version and one.compartment in policy().readable(member.role) and member.id not in one.holders
    )


def _names(members: Sequence[Member], states: Mapping[str, Versions]) -> tuple[str, ...]:
    roles = {member.role for member in members if member.status == "active"}
    named = [name for role in policy().roles if role in roles for name in policy().compartments[role]]
    return tuple(dict.fromkeys([*named, *sorted(states)]))


def _of(
    name: str,
    versions: Versions,
    grants: Sequence[KeyGrant],
    members: Sequence[Member],
    under_way: set[str],
) -> Coverage:
    if not versions:
        return Coverage(name, 0, (), None, (), under_way=False)
    state = versions[max(versions)]
    entitled = {one.id for one in members if one.status != "left" and name in policy().readable(one.role)}
    active = {one.id for one in members if one.status == "active"}
    newest = [row for row in grants if (row.compartment, row.version) == (name, state.version)]
    live = {row.recipient_id for row in newest if row.revoked_at is None}
    replaced = state.version - (name in under_way)
    knew = {row.recipient_id for row in grants if (row.compartment, row.version) == (name, replaced)}
    if replaced in versions:
        knew.add(versions[replaced].holder_id)  # who made a key knows it, whatever became of a grant
    return Coverage(
        name, state.version, tuple(sorted(live & entitled & active)), state.created_at, tuple(sorted(knew - entitled)),
        under_way=name in under_way,
    )  # fmt: skip


def _states(db: Session, agency_id: UUID) -> dict[str, Versions]:
    found: dict[str, dict[int, KeyStateRow]] = {}
    for row in db.scalars(select(KeyStateRow).where(KeyStateRow.agency_id == agency_id)):
        found.setdefault(row.compartment, {})[row.version] = row
    return dict(found)
