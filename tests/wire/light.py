"""The real program with an Argon2id of one millisecond: whatever else a refusal computes is no longer hidden behind it.

No setting of an operator makes it cheaper, so it is planted here. A refusal that spared it, or did it twice, would still
differ by its millisecond.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from protect.access import identities
from protect.access.gate import Gate
from protect.auth.actions import look_up
from protect.auth.actions_passphrase import put
from protect.cli import main
from protect.vault import passphrase
from tests.world import PASSPHRASE, World

LIGHT = (1, 2048, 1)  # passes, KiB, lanes


@contextmanager
def at_light_cost() -> Iterator[None]:
    """Stretch at little cost until the end."""
    usual = passphrase.TIME_COST, passphrase.MEMORY_KIB, passphrase.LANES
    passphrase.TIME_COST, passphrase.MEMORY_KIB, passphrase.LANES = LIGHT
    try:
        yield
    finally:
        passphrase.TIME_COST, passphrase.MEMORY_KIB, passphrase.LANES = usual


def lighten(world: World, names: Iterable[str]) -> None:
    """Let the passphrase of these people open their account at little cost, and no longer at the usual one."""
    runtime = world.runtime
    for name in names:
        with runtime.unit_of_work() as db:
            member, credential = look_up(Gate(runtime, None), name)
            assert member
            assert credential
            credential, owner = db.merge(credential), str(member.id)
            stretched = identities.stretch(PASSPHRASE, credential.salt, (runtime.secrets.pepper,), owner)
            master = identities.unlock_master(credential.slot.blob, stretched, owner)
            with at_light_cost():
                put(credential, master, PASSPHRASE, runtime.secrets.pepper)


if __name__ == "__main__":
    with at_light_cost():
        raise SystemExit(main())
