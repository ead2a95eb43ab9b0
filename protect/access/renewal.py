"""Going over to a new session secret: what is kept sealed under it is sealed anew, and every session ends."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from protect.access.models import BrowserSession
from protect.access.runtime import Runtime
from protect.audit import seal
from protect.audit import state as states
from protect.audit.state import State
from protect.vault.errors import CiphertextRejected


def take_over(runtime: Runtime) -> bool:
    """Go over from former session secrets to the one in use, all in one transaction; whether there was anything to do.

    It is asked at every start, so that a rotation that was cut off goes on. What opens under no secret is left as it
    is: the check of the trail tells.
    """
    current, *former = runtime.secrets.versions("session")
    if not former:
        return False
    with runtime.unit_of_work() as db:
        changed = [reseal(db, current, former) for reseal in KEPT]
        if any(changed):
            _end_sessions(db, runtime)
    return any(changed)


def trail_opens(db: Session, secret: bytes) -> bool:
    """Whether the key of the trail's next entry opens under this secret, or there is none yet."""
    return _opened(db, secret) is not None or states.load_stored(db) is None


def _trail(db: Session, current: bytes, former: list[bytes]) -> bool:
    """The key of the trail's next entry."""
    seal.lock(db)
    if trail_opens(db, current):
        return False
    found = next((state for secret in former if (state := _opened(db, secret))), None)
    if found is not None:
        states.store(db, current, found, found)
    return found is not None


def _opened(db: Session, secret: bytes) -> State | None:
    try:
        return states.load(db, secret)
    except CiphertextRejected:
        return None


def _end_sessions(db: Session, runtime: Runtime) -> None:
    """Their keys open no more."""
    live = or_(BrowserSession.ended_at.is_(None), BrowserSession.keys.is_not(None))
    db.execute(update(BrowserSession).where(live).values(ended_at=runtime.clock(), keys=None))


Reseal = Callable[[Session, bytes, list[bytes]], bool]
KEPT: Final[tuple[Reseal, ...]] = (_trail,)
"""Whatever the database keeps for longer than a session under the session secret; each tells whether it was moved."""
