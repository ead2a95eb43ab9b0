"""The sealer that any worker may run: the database lets one at a time be active."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from protect.audit.seal import seal_pending, try_lock
from protect.vault.notes import Signer

UnitOfWork = Callable[[], AbstractContextManager[Session]]
"""Opens a session and commits when its block ends well; the trail itself never commits."""

LONGEST_WAIT = 30.0

_log = logging.getLogger(__name__)


class Sealer:
    """Seals what is pending, again and again, on a thread that ends with the program."""

    def __init__(
        self, unit_of_work: UnitOfWork, server_secret: bytes, log: Signer | None = None, *, interval: float = 1.0
    ) -> None:
        self._unit_of_work = unit_of_work
        self._secret = server_secret
        self._log_key = log
        self._interval = interval
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0
        """Rounds that failed since the last that did not: what a health page shows."""

    def start(self) -> None:
        """Begin; a second call does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="trail-sealer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the round at work."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def seal_now(self) -> int:
        """Seal all that is pending, waiting for another sealer if need be; returns how many entries."""
        count, more = 0, True
        while more:
            with self._unit_of_work() as session:
                batch = seal_pending(session, self._secret, self._log_key)
            count, more = count + batch.count, batch.more
        return count

    def _run(self) -> None:
        wait = self._interval
        while not self._stop.wait(wait):
            wait = 0.0 if self._round() else min(self._interval * 2**self.failures, LONGEST_WAIT)

    def _round(self) -> bool:
        """Seal one batch if no other sealer is at it; whether more is waiting."""
        try:
            with self._unit_of_work() as session:
                more = try_lock(session) and seal_pending(session, self._secret, self._log_key).more
        except Exception as error:  # noqa: BLE001 -- a database that is away for a minute must not end the sealing
            self.failures += 1
            _log.warning("the trail could not be sealed: %s", type(error).__name__)
            return False
        self.failures = 0
        return more
