"""The trail as others vouch for it: the `log` secret is its own, its newest head is signed, witnesses are at work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from protect.access.log_renewal import needs
from protect.access.trail_log import LogSecretLost, WitnessUnreadable, proven_origin, watch_of
from protect.audit import checkpoints, held, witnessed
from protect.audit.checkpoints import Watch
from protect.cli.checks.finding import Finding, fault, good, warning
from protect.config import Secrets, Settings
from protect.i18n import format_number, gettext
from protect.store.engine import Engine, reading, sessions
from protect.store.errors import StoreError
from protect.store.scope import GatedSession

STALE: Final = timedelta(days=3)  # a witness signs every day


def checks(web: Engine, reader: str, settings: Settings, secrets: Secrets) -> Iterator[Finding]:
    """With the address of the role that reads rows; where that does not answer, rows are left out."""
    with sessions(web)() as db:
        try:
            kept = watch_of(settings, secrets, proven_origin(db, secrets))
        except LogSecretLost:
            yield _lost()
            return
        except WitnessUnreadable as error:
            yield fault("trail.witness", str(error), gettext("see docs/operations.md, The trail"))
            return
        yield from _head(db, kept)
        yield from _witnesses(db, kept)
        yield from _rows(db, kept, secrets, reader)


def _lost() -> Finding:
    told = gettext("The secret log is not the one under which the trail was written: nothing starts")
    return fault("trail.log", told, gettext("put it back from its own backup, and its former version where it had one"))


def _head(db: GatedSession, kept: Watch) -> Iterator[Finding]:
    if checkpoints.newest(db, kept).forged:
        told = gettext("Heads stand in the trail that it did not sign, or that lie beyond its end")
        yield fault("trail.head", told, "protect verify-trail")


def _witnesses(db: GatedSession, kept: Watch) -> Iterator[Finding]:
    if not kept.witnesses:
        told = gettext("No witness is named: a trail put back as a whole would not be noticed from outside")
        yield warning("trail.witness", told, gettext("name one in `witnesses`: docs/operations.md, The trail"))
    for witness in kept.witnesses:
        found = witnessed.vouched(db, witness)
        if not found.holds:
            told = gettext("The trail is not the one that %(witness)s vouches for", witness=witness.name)
            yield fault("trail.head", told, "protect verify-trail")
        if found.at is None or datetime.now(UTC) - found.at > STALE:
            told = gettext("%(witness)s has vouched for nothing for three days or more", witness=witness.name)
            yield warning("trail.witness", told, gettext("ask who keeps the witness to let it run every day"))
        elif found.holds:
            told = gettext("%(witness)s vouches for the trail", witness=witness.name)
            yield good("trail.witness", told)


def _rows(db: GatedSession, kept: Watch, secrets: Secrets, reader: str) -> Iterator[Finding]:
    try:
        with reading(reader) as connection:
            some = next(held.rows(held.snapshot(connection), secrets.versions("log")), [])
        former = needs(db, kept, secrets, reader)
    except StoreError:
        told = gettext("The role protect_backup cannot sign in from here, so no sealed row was looked at")
        yield warning("trail.log", told, gettext("see docs/operations.md, Database"))
        return
    if some and all(row.version is None for row in some):
        yield _lost()
        return
    yield good("trail.log", gettext("The trail was written under the secret log that is here"))
    if len(secrets.versions("log")) > 1 and former.nothing:
        told = gettext("Nothing needs the former secret log any more")
        yield warning("trail.former", told, "protect rotate-secret log --drop")
    elif not former.nothing:
        told = gettext(
            "What still needs the former secret log: %(rows)s rows, %(witnesses)s witnesses",
            rows=format_number(former.rows),
            witnesses=format_number(len(former.witnesses)),
        )
        remedy = gettext("start the server; give the new key to each witness: docs/operations.md, Renewing a secret")
        yield warning("trail.former", told, remedy)
