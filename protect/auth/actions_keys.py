"""Handing a key on: a holder supplies what a colleague's certificate entitles to."""

from dataclasses import dataclass

from protect.access import grants
from protect.access.gate import Gate, Ref
from protect.access.policy import policy


@dataclass(frozen=True)
class WaitingMember:
    """A colleague who waits, and for which compartments."""

    display_name: str
    role: str
    compartments: tuple[str, ...]


def waiting_members(gate: Gate) -> tuple[WaitingMember, ...]:
    """Who waits for keys that this session has, by name."""
    gate.permit("key:supply")
    found: dict[tuple[str, str], list[str]] = {}
    for item in grants.waiting(gate.db, gate.keyring):
        found.setdefault((item.display_name, item.role), []).append(item.compartment)
    return tuple(WaitingMember(name, role, tuple(names)) for (name, role), names in found.items())


def supply_keys(gate: Gate) -> int:
    """Grant them all; the number of people served."""
    gate.permit("key:supply")
    requests = grants.waiting(gate.db, gate.keyring)
    grants.supply(gate.db, gate.keyring, requests)
    people = {request.member_id for request in requests}
    for member_id in sorted(people):
        names = [request.compartment for request in requests if request.member_id == member_id]
        gate.record("key:supply", Ref("member", member_id), fields=names)
    return len(people)


def missing_keys(gate: Gate) -> tuple[str, ...]:
    """The compartments that the actor's role reads and this session has no key of."""
    return tuple(name for name in policy().readable(gate.member.role) if not gate.keyring.is_granted(name))
