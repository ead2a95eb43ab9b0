"""Another role, a suspension, a departure: what registrars decide about a member, and to whom the cases go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from protect.access import departures
from protect.access.coverage import Coverage, coverage
from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate, Ref
from protect.access.models import Member
from protect.access.policy import policy
from protect.directory.actions_members import act, find, require_unit


@dataclass(frozen=True)
class Belongings:
    """One kind of thing that a member answers for: how many there are, and giving them to a colleague.

    Numbers and owners only: a registrar hands over what a registrar can never open.
    """

    kind: str
    count: Callable[[Gate, UUID], int]
    give: Callable[[Gate, UUID, UUID], int]


# The composition root adds what the slices above keep.
belongings: Final[list[Belongings]] = []


@dataclass(frozen=True)
class HandOver:
    """What a member answers for, by kind, and the colleagues of the same office who could take it over."""

    counts: tuple[tuple[str, int], ...]
    colleagues: tuple[tuple[str, str], ...]

    @property
    def total(self) -> int:
        """How many things there are."""
        return sum(count for _kind, count in self.counts)


@dataclass(frozen=True)
class KeyLine:
    """One key in the overview: who can open, and what there is to see to."""

    compartment: str
    version: int
    holders: tuple[str, ...]
    year_old: bool
    gone: tuple[str, ...]
    under_way: bool


def hand_over(gate: Gate, member_id: UUID) -> HandOver:
    """What would be handed over, and to whom it could go."""
    gate.permit("member:change")
    member = find(gate, member_id, "member:change")
    counts = tuple((each.kind, each.count(gate, member.id)) for each in belongings)
    return HandOver(counts, tuple((str(one.id), one.display_name) for one in _colleagues(gate, member)))


def give(gate: Gate, member_id: UUID, colleague_id: UUID) -> int:
    """Give everything that the member answers for to a colleague of the same office. Raises NotFound."""
    act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    if colleague_id not in {one.id for one in _colleagues(gate, member)}:
        raise NotFound("colleague")
    given = sum(each.give(gate, member.id, colleague_id) for each in belongings)
    gate.record("member:hand-over", Ref("member", f"{member.id} {colleague_id}"))
    return given


def change(gate: Gate, member_id: UUID, role: str, unit_id: UUID | None) -> bool:
    """Sign another role or unit for a member; whether it is in force now, or waits for the second registrar.

    Raises NotYourself, UnitNeeded, LastHolder, Conflict, NotFound.
    """
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    require_unit(gate, role, unit_id)
    if member.status != "active" or (role, unit_id) == (member.role, member.unit_id):
        raise Conflict("member")
    departures.require_others(office, member.id, role)
    office.propose(member, role, unit_id)
    done = office.confirm(member)
    if done:
        departures.settle_role(office, member)
    gate.record("member:change", Ref("member", member.id), fields=("role", "unit"))
    return done


def suspend(gate: Gate, member_id: UUID) -> None:
    """Stop a member at once. Raises NotYourself, Conflict, NotFound."""
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    if member.status != "active":
        raise Conflict("member")
    departures.suspend(office, member)
    gate.record("member:suspend", Ref("member", member.id))


def resume(gate: Gate, member_id: UUID) -> bool:
    """End a suspension; whether it is ended now. Raises NotYourself, AlreadyConfirmed, Conflict, NotFound."""
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    if member.status != "suspended":
        raise Conflict("member")
    done = departures.resume(office, member)
    gate.record("member:resume", Ref("member", member.id))
    return done


def leave(gate: Gate, member_id: UUID) -> bool:
    """End a member's access for good; whether it is ended now, or waits for the second registrar.

    One registrar is enough, unless the person is a registrar. Raises NotYourself, LastHolder, Conflict, NotFound.
    """
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    if member.status == "left":
        raise Conflict("member")
    office.withdraw_change(member.id)
    done = office.unseat(member.id)
    if done:
        departures.revoke(office, member)
    gate.record("member:leave", Ref("member", member.id))
    return done


def key_lines(gate: Gate) -> tuple[KeyLine, ...]:
    """Every key of one's own agency, and who can open with it."""
    gate.permit("member:read")
    names = _names(gate)
    return tuple(_key_line(gate, names, one) for one in coverage(gate.db, gate.member.agency_id))


def keys_known(gate: Gate, member_id: UUID) -> tuple[KeyLine, ...]:
    """The keys that a member has, or had and that are not renewed yet: the work that a departure leaves to others."""
    gate.permit("member:change")
    member = find(gate, member_id, "member:change")
    names = _names(gate)
    known = (one for one in coverage(gate.db, gate.member.agency_id) if member.id in (*one.holders, *one.gone))
    return tuple(_key_line(gate, names, one, without=member.id) for one in known)


def _names(gate: Gate) -> dict[UUID, str]:
    rows = gate.db.execute(select(Member.id, Member.display_name).where(Member.agency_id == gate.member.agency_id))
    return {row.id: row.display_name for row in rows}


def _key_line(gate: Gate, names: dict[UUID, str], one: Coverage, without: UUID | None = None) -> KeyLine:
    others = [who for who in one.holders if who != without]
    holders, gone = (tuple(sorted(names[who] for who in ids if who in names)) for ids in (others, one.gone))
    return KeyLine(one.compartment, one.version, holders, one.is_old(gate.now()), gone, one.under_way)


def _colleagues(gate: Gate, member: Member) -> list[Member]:
    """Active members of the same office who work with cases."""
    same = (Member.agency_id == member.agency_id, Member.unit_id == member.unit_id, Member.status == "active")
    found = gate.db.scalars(select(Member).where(*same, Member.id != member.id).order_by(Member.display_name))
    return [one for one in found if policy().has(one.role, "case:edit")]
