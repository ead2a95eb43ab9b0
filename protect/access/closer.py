"""What the clock does by itself: keys whose time is over are destroyed, recovered ones count when they have waited."""

import logging
import threading
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from protect import __version__
from protect.access import recovery
from protect.access.runtime import Runtime
from protect.audit.append import append
from protect.audit.entry import Entry
from protect.store.shred import Due

INTERVAL: Final = 10.0  # seconds
LOCK: Final = 0x7472_6169_6C00_0002  # one closer at a time, until its transaction ends

_log = logging.getLogger(__name__)


class Closer:
    """Destroys the shred keys that are due, again and again, on a thread that ends with the program.

    It holds no key and believes in none: what the entry says of the object was sealed when the shred key was made.
    """

    def __init__(self, runtime: Runtime, interval: float = INTERVAL) -> None:
        self._runtime = runtime
        self._interval = interval
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin at once: what fell due while the program did not run is destroyed first."""
        threading.Thread(target=self._run, name="key-closer", daemon=True).start()

    def stop(self) -> None:
        """End after the round at work."""
        self._stop.set()

    def close_due(self) -> int:
        """Destroy every key that is due; how many. Each leaves its entry, and all are committed before the first goes.

        While another closer is at it there is nothing to do.
        """
        due = self._runtime.shred.due(self._runtime.clock())
        if not due:
            return 0
        with self._runtime.unit_of_work() as turn:
            if not turn.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                return 0
            still_due = self._runtime.shred.due(self._runtime.clock())
            with self._runtime.unit_of_work() as session:
                for key in still_due:
                    append(session, self._entry(key))
            return sum(self._runtime.shred.destroy(key.kind, key.key_id) for key in still_due)

    def apply_due(self) -> int:
        """Let recovered keys count to which nobody objected in time; how many answers of custodians that were."""
        with self._runtime.unit_of_work() as session:
            return len(recovery.apply_due(session, self._runtime))

    def _entry(self, key: Due) -> Entry:
        return Entry(
            at=self._runtime.clock(),
            actor_id=None,
            agency_id=UUID(key.label.owner) if key.label.owner else None,
            role="",
            session_hash=None,
            action=f"{key.kind}:expire",
            result="allowed",
            purpose="referral",
            program=__version__,
            detail=key.label.note or None,
        )

    def _run(self) -> None:
        while True:
            self._round()
            if self._stop.wait(self._interval):
                return

    def _round(self) -> None:
        try:
            self.close_due()
            self.apply_due()
        except Exception as error:  # noqa: BLE001 -- a database that is away for a minute must not end this
            _log.warning("what the clock does could not be done: %s", type(error).__name__)
