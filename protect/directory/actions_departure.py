"""Another role, a suspension, a departure: what registrars decide, and which keys that leaves to renew."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from protect.access import departures, recovery_copies
from protect.access.coverage import Coverage, coverage
from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.access.models import Member
from protect.directory.actions_members import act, find, require_unit


@dataclass(frozen=True)
class KeyLine:
    """One key in the overview: who can open, and what there is to see to."""

    compartment: str
    version: int
    holders: tuple[str, ...]
    year_old: bool
    gone: tuple[str, ...]
    under_way: bool
    copied: bool  # whether custodians have a copy

    @property
    def would_be_lost(self) -> bool:
        """Whether nobody could open any more what it opens, and nobody could bring it back."""
        return bool(self.version) and not self.holders and not self.copied


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
    done = departures.confirm(office, member)
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
    done = departures.leave(office, member)
    gate.record("member:leave", Ref("member", member.id))
    return done


def key_lines(gate: Gate) -> tuple[KeyLine, ...]:
    """Every key of one's own agency, and who can open with it."""
    gate.permit("member:read")
    names, safe = _names(gate), _copied(gate)
    return tuple(_key_line(gate, names, one, copied=safe) for one in coverage(gate.db, gate.member.agency_id))


def count_keys_due(gate: Gate) -> int:
    """How many keys of the agency wait to be renewed by who holds them, for a registrar's first page."""
    if not gate.allows("member:change"):
        return 0
    return sum(one.is_due(gate.now()) for one in coverage(gate.db, gate.member.agency_id))


def keys_known(gate: Gate, member_id: UUID) -> tuple[KeyLine, ...]:
    """The keys that a member has, or had and that are not renewed yet: the work that a departure leaves to others."""
    gate.permit("member:change")
    member = find(gate, member_id, "member:change")
    names, safe = _names(gate), _copied(gate)
    known = (one for one in coverage(gate.db, gate.member.agency_id) if member.id in (*one.holders, *one.gone))
    return tuple(_key_line(gate, names, one, without=member.id, copied=safe) for one in known)


def _copied(gate: Gate) -> Collection[tuple[str, int]]:
    return recovery_copies.copied(gate.db, gate.member.agency_id)


def _names(gate: Gate) -> dict[UUID, str]:
    rows = gate.db.execute(select(Member.id, Member.display_name).where(Member.agency_id == gate.member.agency_id))
    return {row.id: row.display_name for row in rows}


def _key_line(
    gate: Gate,
    names: dict[UUID, str],
    one: Coverage,
    *,
    copied: Collection[tuple[str, int]],
    without: UUID | None = None,
) -> KeyLine:
    others = [who for who in one.holders if who != without]
    holders, gone = (tuple(sorted(names[who] for who in ids if who in names)) for ids in (others, one.gone))
    return KeyLine(
        one.compartment, one.version, holders, one.is_old(gate.now()), gone, one.under_way,
        (one.compartment, one.version) in copied,
    )  # fmt: skip
