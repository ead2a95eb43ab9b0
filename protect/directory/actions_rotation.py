"""Renewing a key as its holders see it: which are due, how far each has come, and going on for a while."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from protect.access import rotation
from protect.access.coverage import Coverage, coverage
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.rotation import Progress

__all__ = ["RENEWABLE", "HeldKey", "Progress", "count_due", "held_keys", "renew", "work", "work_on_due"]

RENEWABLE: Final = rotation.ONWARD | rotation.REPLACED
PAUSE: Final = 0.2  # seconds, while somebody else holds what is to be sealed anew


@dataclass(frozen=True)
class HeldKey:
    """A key that the actor holds, and whether it should be renewed or is being renewed."""

    compartment: str
    year_old: bool
    gone: tuple[str, ...]
    progress: Progress | None
    onward: bool  # what was sealed before stays under the earlier versions

    @property
    def is_due(self) -> bool:
        """Whether there is something to do."""
        return self.year_old or bool(self.gone) or self.progress is not None


def held_keys(gate: Gate) -> tuple[HeldKey, ...]:
    """The keys that are the actor's, closed for now or not."""
    gate.permit("key:rotate")
    under_way = {one.compartment: one for one in rotation.under_way(gate)}
    names = _names(gate)
    found = coverage(gate.db, gate.member.agency_id)
    own = [one for one in found if gate.is_granted(one.compartment)]
    return tuple(_held(gate, names, one, under_way.get(one.compartment)) for one in own)


def count_due(gate: Gate) -> int:
    """How many keys of the actor wait to be renewed, for the first page."""
    return sum(key.is_due for key in held_keys(gate)) if gate.allows("key:rotate") else 0


def renew(gate: Gate, compartment: str) -> Progress:
    """Begin, or do the next piece of what was begun. Raises Conflict, CompartmentLocked, StepUpRequired."""
    gate.permit("key:rotate")
    gate.require_fresh()
    if any(one.compartment == compartment for one in rotation.under_way(gate)):
        return rotation.go_on(gate, compartment)
    return rotation.begin(gate, compartment)


def work(
    gates: Callable[[], Gate],
    compartment: str,
    *,
    seconds: float = math.inf,
    tell: Callable[[Progress], None] = lambda _progress: None,
) -> Progress:
    """Piece after piece, each in a gate of its own, until it is done or the time is over; it begins if it must."""
    until = time.monotonic() + seconds
    while True:
        with gates() as gate:
            progress = renew(gate, compartment)
        tell(progress)
        if progress.finished or time.monotonic() >= until:
            return progress
        if progress.wait:
            time.sleep(PAUSE)


def work_on_due(gates: Callable[[], Gate], *, seconds: float) -> tuple[Progress, ...]:
    """Every key that is due, one after the other, until all are done or the time is over; how far each one came."""
    until, came = time.monotonic() + seconds, []
    with gates() as gate:
        due = [key.compartment for key in held_keys(gate) if key.is_due]
    for compartment in due:
        came.append(work(gates, compartment, seconds=until - time.monotonic()))
        if time.monotonic() >= until:
            break
    return tuple(came)


def _held(gate: Gate, names: dict[object, str], one: Coverage, progress: Progress | None) -> HeldKey:
    gone = tuple(sorted(names[who] for who in one.gone if who in names))
    return HeldKey(
        one.compartment, one.is_old(gate.now()), () if progress else gone, progress, one.compartment in rotation.ONWARD
    )


def _names(gate: Gate) -> dict[object, str]:
    rows = gate.db.execute(select(Member.id, Member.display_name).where(Member.agency_id == gate.member.agency_id))
    return {row.id: row.display_name for row in rows}
