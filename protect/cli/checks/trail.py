"""The trail: its newest batch holds, its key opens, nothing waits, and nothing is from tomorrow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from protect.access.checkup import Fault, TrailFacts, trail_facts
from protect.access.renewal import trail_opens
from protect.cli.checks.finding import Finding, fault, good, warning
from protect.config import Secrets
from protect.i18n import format_number, gettext, lazy
from protect.store.engine import Engine, sessions

AHEAD: Final = timedelta(seconds=30)
PATIENCE: Final = timedelta(minutes=5)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FAULTS: Final[dict[Fault, Any]] = {
    "head": lazy("the last root does not fit the state of the sealer"),
    "edited": lazy("an entry was changed after it was written"),
    "deleted": lazy("entries are missing"),
    "tree": lazy("the tree over the entries does not fit"),
}


def checks(web: Engine, secrets: Secrets | None) -> Iterator[Finding]:
    """Without the secrets everything but the key."""
    with sessions(web)() as db:
        facts = trail_facts(db)
        opening = [trail_opens(db, one) for one in secrets.versions("session")] if secrets else [True]
    now = datetime.now(UTC)
    yield _future(facts, now)
    yield _head(facts, now)
    yield _waiting(facts, now)
    if not any(opening):
        told = gettext("The key of the trail does not open with the session secret: nothing is sealed any more")
        yield fault("trail.key", told, gettext("put the former session secret back beside it, then start the server"))
    elif not opening[0]:
        told = gettext("The key of the trail is still under the former session secret")
        yield warning("trail.key", told, gettext("start the server: it goes over by itself"))


def _future(facts: TrailFacts, now: datetime) -> Finding:
    if facts.newest and facts.newest > now + AHEAD:
        told = gettext(
            "The last entry of the trail is of %(moment)s: the clock was put back", moment=_moment(facts.newest)
        )
        return fault("clock.trail", told, gettext("set the clock right before anybody works"))
    return good("clock.trail", gettext("No entry of the trail is of the future"))


def _head(facts: TrailFacts, now: datetime) -> Finding:
    if facts.fault:
        told = gettext("The trail does not hold at its end: %(fault)s", fault=FAULTS[facts.fault])
        return fault("trail.head", told, "protect verify-trail")
    if facts.sealed_at is None:
        return good("trail.head", gettext("The trail has no sealed entry yet"))
    age = _ago(now - facts.sealed_at)
    told = gettext(
        "The trail holds up to no. %(number)s, sealed %(age)s ago", number=format_number(facts.sealed), age=age
    )
    return good("trail.head", told)


def _waiting(facts: TrailFacts, now: datetime) -> Finding:
    if facts.oldest_waiting and now - facts.oldest_waiting > PATIENCE:
        age = _ago(now - facts.oldest_waiting)
        told = gettext("Entries of the trail wait for their seal, the oldest for %(age)s", age=age)
        remedy = gettext("start the server; if it runs, look into its log for the sealer")
        return warning("trail.waiting", told, remedy)
    return good("trail.waiting", gettext("No entry of the trail waits for its seal"))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _ago(age: timedelta) -> str:
    """`3 d`, `5 h`, `12 min`, `0 min`."""
    if age >= DAY:
        return gettext("%(days)s d", days=age // DAY)
    return gettext("%(hours)s h", hours=age // HOUR) if age >= HOUR else f"{max(age, MINUTE * 0) // MINUTE} min"
