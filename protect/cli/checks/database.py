"""The database: it answers, has the right revision and protection, and agrees about the time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from protect.cli.checks.finding import Finding, fault, good, warning
from protect.i18n import format_number, gettext
from protect.store import migrate
from protect.store.base import Base
from protect.store.drift import drift
from protect.store.engine import Engine
from protect.store.errors import RevisionMismatch
from protect.store.facts import server_time

NOTICED: Final = 2.0  # seconds apart
TOO_MUCH: Final = 30.0  # a one-time code of a telephone is good for as long
WATCHED: Final = 0.2
JUMP: Final = 0.1


def checks(web: Engine) -> Iterator[Finding]:
    """Everything that needs an answer and no table; nothing more where the revision is another."""
    yield good("database.answer", gettext("The database answers"))
    yield _steady()
    yield _apart(web)
    try:
        migrate.require_current(web)
    except RevisionMismatch as error:
        yield fault("database.revision", str(error), "protect upgrade")
        return
    yield good("database.revision", gettext("The database is at revision %(revision)s", revision=migrate.head()))
    yield _protection(web)


def fits(web: Engine) -> bool:
    """Whether the tables are those of this program."""
    return migrate.current(web) == migrate.head()


def _protection(web: Engine) -> Finding:
    found = drift(web, Base.metadata)
    if not found:
        return good("database.drift", gettext("Row-level security is what the program declares"))
    told = gettext("Row-level security differs: %(differences)s", differences="; ".join(found))
    return fault("database.drift", told, gettext("undo what was changed by hand, or restore the backup"))


def _steady() -> Finding:
    """The clock of this machine runs as fast as its counter: nobody is setting it right now."""
    before = time.time() - time.monotonic()
    time.sleep(WATCHED)
    jumped = abs(time.time() - time.monotonic() - before)
    if jumped > JUMP:
        told = gettext("The clock of this machine jumps")
        return fault("clock.steady", told, gettext("see what sets it: only one time service may"))
    return good("clock.steady", gettext("The clock of this machine runs evenly"))


def _apart(web: Engine) -> Finding:
    sent = datetime.now(UTC)
    told_time = server_time(web)
    between = sent + (datetime.now(UTC) - sent) / 2
    seconds = abs((told_time - between) / timedelta(seconds=1))
    remedy = gettext("let both machines follow the same time service (chrony, systemd-timesyncd)")
    told = gettext("Clocks of this machine and of the database are %(seconds)s s apart", seconds=_short(seconds))
    if seconds > TOO_MUCH:
        return fault("clock.database", told, remedy)
    return warning("clock.database", told, remedy) if seconds > NOTICED else good("clock.database", told)


def _short(seconds: float) -> str:
    return format_number(round(seconds, 1))
