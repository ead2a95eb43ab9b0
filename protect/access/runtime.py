"""What one running instance has: settings, secrets, database, shred store, clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from protect.config import Secrets, Settings
from protect.store.errors import translate_errors
from protect.store.scope import GatedSession
from protect.store.shred import ShredStore


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """The parts that every gate of an instance shares. It holds no key of any case."""

    settings: Settings
    secrets: Secrets
    engine: Engine
    shred: ShredStore
    clock: Callable[[], datetime] = field(default=system_clock)
    log_origin: str = ""  # the name that the trail's heads bear already, whatever key signs the next

    def session(self) -> GatedSession:
        """A session without scope or token: it reaches open tables only, until a gate says more."""
        return GatedSession(self.engine, expire_on_commit=False)

    @contextmanager
    def unit_of_work(self) -> Iterator[GatedSession]:
        """A short transaction of its own, committed at the end: for the trail and the sealer."""
        with translate_errors(), self.session() as session:
            yield session
            commit(session)


def commit(session: Session) -> None:
    """The only commit of the program."""
    session.info["committing"] = True
    try:
        session.commit()
    finally:
        session.info["committing"] = False
