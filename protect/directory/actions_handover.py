"""To whom the cases of somebody go who leaves them, office by office, and what is left without anybody."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.access.models import Member
from protect.access.policy import policy
from protect.directory.actions_members import act, find
from protect.directory.models import HandedOver, Unit

WORKS_WITH_CASES: Final = "case:edit"
Counts = Mapping[tuple[UUID, UUID], int]


@dataclass(frozen=True)
class Belongings:
    """One kind of thing that members answer for: how many there are, by member and office, and giving them on.

    Numbers and owners only: a registrar hands over what a registrar can never open. `give` takes from whom, of which
    office and to whom; what has none follows what has.
    """

    kind: str
    count: Callable[[Gate], Counts]
    give: Callable[[Gate, UUID, UUID, UUID], None] | None = None


# The composition root adds what the slices above keep.
belongings: Final[list[Belongings]] = []


@dataclass(frozen=True)
class OfficePart:
    """What a member answers for in one office, by kind, and who of that office could take it over."""

    unit_id: UUID
    unit: str
    counts: tuple[tuple[str, int], ...]
    colleagues: tuple[tuple[str, str], ...]
    followed: bool  # whether the member works with cases of this office now


@dataclass(frozen=True)
class HandOver:
    """What a member answers for, the offices first in which the member does not work any more."""

    parts: tuple[OfficePart, ...]

    @property
    def total(self) -> int:
        """How many things there are."""
        return sum(count for part in self.parts for _kind, count in part.counts)

    @property
    def is_left(self) -> bool:
        """Whether something is in an office in which the member does not work with cases any more."""
        return any(not part.followed for part in self.parts)

    @property
    def asked(self) -> OfficePart | None:
        """The first office of which a colleague could take over."""
        return next((part for part in self.parts if part.colleagues), None)


@dataclass(frozen=True)
class Unfollowed:
    """What stands under the name of somebody who does not work with it any more, in one office."""

    member_id: UUID
    display_name: str
    part: OfficePart


@dataclass(frozen=True)
class Received:
    """What was handed over to the actor and not seen yet, by kind; `newest` names the last of it."""

    counts: tuple[tuple[str, int], ...]
    newest: UUID


def hand_over(gate: Gate, member_id: UUID) -> HandOver:
    """What would be handed over, and to whom it could go."""
    gate.permit("member:change")
    member = find(gate, member_id, "member:change")
    return _of(gate, member, {each.kind: each.count(gate) for each in belongings})


def unfollowed(gate: Gate) -> tuple[Unfollowed, ...]:
    """Everything of one's own agency that nobody follows: whose it was has left, is suspended, or works elsewhere."""
    gate.permit("member:change")
    counted = {each.kind: each.count(gate) for each in belongings}
    owners = {owner for counts in counted.values() for owner, _unit in counts}
    named = select(Member).where(Member.agency_id == gate.member.agency_id, Member.id.in_(owners))
    return tuple(
        Unfollowed(member.id, member.display_name, part)
        for member in gate.db.scalars(named.order_by(Member.display_name)).all()
        for part in _of(gate, member, counted).parts
        if not part.followed
    )


def count_unfollowed(gate: Gate) -> int:
    """How many things nobody follows, for the first page of a registrar; nothing for others."""
    if not gate.allows("member:change"):
        return 0
    return HandOver(tuple(one.part for one in unfollowed(gate))).total


def give(gate: Gate, member_id: UUID, unit_id: UUID, colleague_id: UUID) -> OfficePart:
    """Give everything that the member answers for in an office to a colleague of that office. Raises NotFound."""
    act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    parts = {part.unit_id: part for part in hand_over(gate, member_id).parts}
    if unit_id not in parts or str(colleague_id) not in dict(parts[unit_id].colleagues):
        raise NotFound("colleague")
    for each in belongings:
        if each.give is not None:
            each.give(gate, member.id, unit_id, colleague_id)
    given = parts[unit_id]
    told = {"agency_id": gate.member.agency_id, "member_id": colleague_id, "at": gate.now()}
    gate.db.add_all(HandedOver(kind=kind, number=number, **told) for kind, number in given.counts if number)
    gate.record("member:hand-over", Ref("member", f"{member.id} {colleague_id}"))
    return given


def received(gate: Gate) -> Received | None:
    """What was handed over to the actor and not seen yet: numbers, and nothing about a case or who had it."""
    mine = select(HandedOver).where(HandedOver.member_id == gate.member.member_id)
    rows = gate.db.scalars(mine.order_by(HandedOver.at, HandedOver.kind)).all()
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.kind] += row.number
    return Received(tuple(sorted(counts.items())), rows[-1].id) if rows else None


def mark_seen(gate: Gate, newest: UUID) -> None:
    """Forget what was told to the actor up to this row: what came later is told still. Raises NotFound for others'."""
    mine = HandedOver.member_id == gate.member.member_id
    shown = gate.db.scalar(select(HandedOver.at).where(mine, HandedOver.id == newest))
    if shown is None:
        raise NotFound("handed over")
    gate.db.execute(delete(HandedOver).where(mine, HandedOver.at <= shown))


def _of(gate: Gate, member: Member, counted: Mapping[str, Counts]) -> HandOver:
    offices = {unit for counts in counted.values() for owner, unit in counts if owner == member.id}
    names = select(Unit.id, Unit.name).where(Unit.id.in_(offices)).order_by(Unit.name)
    parts = (
        OfficePart(
            unit_id, name, tuple((kind, counts.get((member.id, unit_id), 0)) for kind, counts in counted.items()),
            _colleagues(gate, member, unit_id), followed=_works_in(member, unit_id),
        )
        for unit_id, name in gate.db.execute(names)
    )  # fmt: skip
    return HandOver(tuple(sorted(parts, key=lambda part: part.followed)))


def _works_in(member: Member, unit_id: UUID) -> bool:
    works = member.status == "active" and policy().has(member.role, WORKS_WITH_CASES)
    return works and member.unit_id == unit_id


def _colleagues(gate: Gate, member: Member, unit_id: UUID) -> tuple[tuple[str, str], ...]:
    """Active members of that office who work with cases."""
    same = (Member.agency_id == member.agency_id, Member.unit_id == unit_id)
    found = gate.db.scalars(select(Member).where(*same, Member.id != member.id).order_by(Member.display_name))
    return tuple((str(one.id), one.display_name) for one in found if _works_in(one, unit_id))
