"""Going over to a new version of a secret: what is kept sealed under it is sealed anew in one transaction."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy.orm import Session

from protect.access import sessions
from protect.access.runtime import Runtime
from protect.audit import seal
from protect.audit import state as states
from protect.audit.state import State
from protect.vault.errors import CiphertextRejected


def take_over(runtime: Runtime) -> bool:
    """Go over from former versions of each secret to the one in use, all in one transaction; whether anything moved.

    It is asked at every start, so that a rotation that was cut off goes on. What opens under no version is left as it
    is: the check of the trail tells.
    """
    due = {name: runtime.secrets.versions(name) for name in KEPT}
    due = {name: versions for name, versions in due.items() if len(versions) > 1}
    if not due:
        return False
    with runtime.unit_of_work() as db:
        moved = {name: [reseal(db, versions) for reseal in KEPT[name]] for name, versions in due.items()}
        if any(moved.get("session", ())):
            sessions.end_everybody(db, runtime.clock())
    return any(any(each) for each in moved.values())


def trail_opens(db: Session, secret: bytes) -> bool:
    """Whether the key of the trail's next entry opens under this secret, or there is none yet."""
    return _opened(db, secret) is not None or states.load_stored(db) is None


def _trail(db: Session, versions: Sequence[bytes]) -> bool:
    """The key of the trail's next entry, once all that was written under the former secret has its number."""
    current, *former = versions
    seal.lock(db)
    if trail_opens(db, current):
        return False
    secret = next((one for one in former if _opened(db, one)), None)
    if secret is None:
        return False
    while seal.seal_pending(db, secret).more:
        pass
    found = states.load(db, secret)
    if found is not None:
        states.store(db, current, found, found)
    return True


def _opened(db: Session, secret: bytes) -> State | None:
    try:
        return states.load(db, secret)
    except CiphertextRejected:
        return None


Reseal = Callable[[Session, Sequence[bytes]], bool]
"""Seals anew what opens under a former version, given all versions with the one in use first; whether it did."""
KEPT: Final[dict[str, list[Reseal]]] = {"session": [_trail], "totp": []}
"""By secret, whatever the database keeps sealed under it for good; the composition root adds what is above this room.

What only its owner can open, as under the pepper, is not here: it goes over when the owner signs in.
"""
