"""Going over to a new version of the `log` secret: heads bear both keys, and rows are recorded under the new one.

It is done in pieces, each whole by itself, while rows are looked up under every version that is kept. At whatever
moment the machine stops, the next start goes on from there.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

from protect import __version__
from protect.access.runtime import Runtime
from protect.access.trail_log import watch
from protect.audit import checkpoints, held
from protect.audit.append import append
from protect.audit.checkpoints import Watch
from protect.audit.entry import Entry
from protect.audit.held import Held
from protect.audit.written import pack
from protect.config import Secrets
from protect.store.engine import reading
from protect.store.errors import StoreError

RENEW: Final = "log:renew"
LOCK: Final = 0x7472_6169_6C00_0003  # one at a time goes over
PIECE: Final = 500  # rows in one entry

_log = logging.getLogger(__name__)


class Needs(NamedTuple):
    """What still needs a former version: rows, witnesses by name, and heads until the next is signed."""

    rows: int
    witnesses: tuple[str, ...]
    head: bool

    @property
    def nothing(self) -> bool:
        """Whether the former versions can go."""
        return not (self.rows or self.witnesses or self.head)


def take_over_log(runtime: Runtime, reader: str | URL) -> int:
    """Record under the version in use every row that a former one knows; how many. The next head bears both keys.

    What was put back is not recorded anew: that would make it the newest. `reader` is the address of the backup role,
    which sees the rows of all agencies and opens none. Where that role cannot sign in, rows stay known by the former
    versions, which opens and closes nothing, and `doctor` tells.
    """
    secrets = runtime.secrets.versions("log")
    if len(secrets) == 1:
        return 0
    count = 0
    with runtime.unit_of_work() as turn:
        turn.execute(select(func.pg_advisory_xact_lock(LOCK)))
        try:
            with reading(reader) as connection:
                for rows in _due(held.rows(held.snapshot(connection), secrets)):
                    _record(runtime, rows)
                    count += len(rows)
        except StoreError as error:
            _log.warning("rows could not be recorded under the new secret of the trail: %s", type(error).__name__)
    with runtime.unit_of_work() as db:
        unsigned = not _signs_newest(db, watch(runtime))
    if unsigned and not count:
        _record(runtime, ())  # so that there is something to sign
    return count


def needs(db: Session, kept: Watch, secrets: Secrets, reader: str | URL) -> Needs:
    """What hangs on the former versions of the secret; nothing where there are none."""
    versions = secrets.versions("log")
    if len(versions) == 1:
        return Needs(0, (), head=False)
    with reading(reader) as connection:
        rows = sum(row.left for batch in held.rows(held.snapshot(connection), versions) for row in batch)
    behind = tuple(one.name for one in kept.witnesses if not checkpoints.follows(db, kept, one))
    return Needs(rows, behind, not _signs_newest(db, kept))


def _due(batches: Iterator[list[Held]]) -> Iterator[Sequence[Held]]:
    for batch in batches:
        rows = [row for row in batch if row.left and row.newest]
        yield from (rows[first : first + PIECE] for first in range(0, len(rows), PIECE))


def _record(runtime: Runtime, rows: Sequence[Held]) -> None:
    """One entry, committed by itself: these rows are known under the new version from now on, and under no other."""
    entry = Entry(
        at=runtime.clock(), actor_id=None, agency_id=None, role="", session_hash=None, action=RENEW, result="allowed",
        program=__version__, written=pack(state for row in rows for state in row.renewed()),
    )  # fmt: skip
    with runtime.unit_of_work() as db:
        append(db, entry)


def _signs_newest(db: Session, kept: Watch) -> bool:
    """Whether the key in use signed the newest head; there may be none."""
    head = checkpoints.newest(db, kept).head
    return head is None or checkpoints.bears(head, kept.log)
