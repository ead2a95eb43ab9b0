"""What registrars see of recovery: whether custodians could bring the keys back, and what came from them and waits."""

from dataclasses import dataclass
from uuid import UUID

from protect.access import recovery, resets
from protect.access.gate import Gate, Ref
from protect.access.recovery import Arrival
from protect.access.recovery_copies import coverage
from protect.directory.actions_members import act


@dataclass(frozen=True)
class RecoveryView:
    """The recovery key in use (0: none), the keys that no custodian could bring back, and what waits to count."""

    number: int
    missing: tuple[str, ...]
    arrivals: tuple[Arrival, ...]


def show(gate: Gate) -> RecoveryView:
    """Of one's own agency."""
    gate.permit("member:read")
    found = coverage(gate.db, gate.member.agency_id)
    arrivals = recovery.waiting_arrivals(gate.db, gate.member.agency_id)
    missing = dict.fromkeys(name for name, _version in found.missing) if found else ()
    return RecoveryView(found.number if found else 0, tuple(missing), arrivals)


def stop(gate: Gate, arrival_id: UUID) -> None:
    """Object to keys that custodians brought back: they never count. Raises NotFound."""
    office = act(gate, "member:change")
    recovery.stop_arrival(gate.db, gate.member.agency_id, arrival_id, office.me, gate.now())
    gate.record("recovery:stop", Ref("recovery", arrival_id))


def count_waiting(gate: Gate) -> tuple[int, int]:
    """How many arrivals, and how many new beginnings, wait in the agency of a registrar; nothing for others."""
    if not gate.allows("member:read"):
        return 0, 0
    agency_id = gate.member.agency_id
    return len(recovery.waiting_arrivals(gate.db, agency_id)), len(resets.waiting(gate.db, agency_id))
