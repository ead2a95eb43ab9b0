"""A ceremony and a recovery in tests, as far as the instance sees them, always through the real functions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from protect.access import recovery
from protect.access.gate import Gate
from protect.access.policy import policy
from protect.access.runtime import Runtime
from protect.auth import actions_keys
from protect.vault import ceremony, shares
from protect.vault.ceremony import RecoveryRequest
from protect.vault.derivation import new_key
from protect.vault.recovery import found_key
from protect.vault.shares import Quorum
from protect.vault.signing import SigningKey
from tests.access import people
from tests.world import LEAD, World

COOLING = timedelta(hours=24)
HOLDERS = ("officer", "officer_same_unit", "officer_other_unit", "supervisor")  # of the lead agency's cases
GROUPS = (Quorum(3, 5), Quorum(2, 3))


def hold(world: World, plan: Any = LEAD, by: tuple[str, ...] = ("officer", "auditor")) -> bytes:
    """Hold a ceremony for an agency, install what comes of it and let members accept it; the custodians' secret."""
    with world.runtime.unit_of_work() as db:
        secret = founded(db, world.runtime, world.agencies[plan.name], world.roots[plan.name])
    for name in by:
        accept(world, name)
    return secret


def accept(world: World, name: str) -> int:
    """A holder compares the words and accepts; how many keys were copied."""
    with people.fresh(world, name) as gate:
        return accepted(gate)


def founded(db: Session, runtime: Runtime, agency_id: UUID, root: SigningKey) -> bytes:
    """A ceremony of an agency, and what comes of it installed; the custodians' secret."""
    secret = new_key()
    prepared = recovery.prepare(db, agency_id, "")
    recovery.install_key(db, runtime, found_key(secret, prepared.agency, prepared.number, root).to_bytes())
    return secret


def accepted(gate: Gate) -> int:
    """The words are right for whoever's gate it is; how many keys were copied."""
    found = actions_keys.new_custody(gate)
    assert found is not None
    return actions_keys.accept_custody(gate, found.digest)


def exported(world: World, *names: str, plan: Any = LEAD) -> RecoveryRequest:
    """The export file of an agency, the lead agency without more, for these people."""
    with world.runtime.unit_of_work() as db:
        content = recovery.request(db, world.runtime, world.agencies[plan.name], plan.name, names).to_bytes()
    return RecoveryRequest.from_bytes(content)


def answered(seed: bytes, request: RecoveryRequest) -> bytes:
    """What a quorum of both groups makes of it."""
    ours, theirs = shares.split(seed, GROUPS)
    return ceremony.answer(shares.join([*ours[1:4], *theirs[1:]]), request, policy().readable).to_bytes()


def arrive(world: World, content: bytes) -> recovery.Arrival:
    """The instance takes it in."""
    with world.runtime.unit_of_work() as db:
        return recovery.arrive(db, world.runtime, content, COOLING)


def apply_due(world: World) -> list[UUID]:
    """What the clock does; the arrivals that count now."""
    with world.runtime.unit_of_work() as db:
        return [each.id for each in recovery.apply_due(db, world.runtime)]


def recover(world: World, seed: bytes, *names: str) -> None:
    """All of it, with the waiting."""
    arrive(world, answered(seed, exported(world, *names)))
    world.runtime.clock.move(hours=25)  # type: ignore[attr-defined]  # the clock of tests
    assert apply_due(world)


def lose_everybody(world: World) -> None:
    """Nobody who could open the lead agency's cases comes back: registrars stop every one of them."""
    for name in HOLDERS:
        people.decide(world, name, "suspend")
