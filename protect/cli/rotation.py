"""The verb that renews a secret of the instance without losing data."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protect.access.log_renewal import needs
from protect.access.runtime import Runtime
from protect.access.trail_log import log_signer, watch
from protect.app import open_runtime
from protect.auth.actions_peppers import hanging
from protect.cli.terminal import Refused, Verb, opened, say
from protect.cli.trail import sealer
from protect.config import SecretsPlace, add_version, drop_versions, load_settings, secrets_place
from protect.i18n import format_number, gettext, lazy, ngettext
from protect.store.database import Database
from protect.store.facts import others_connected


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=tuple(RENEWALS), help="which secret")
    parser.add_argument("--drop", action="store_true", help="make no new one: remove former versions nobody needs")


def _run(options: argparse.Namespace) -> int:
    place = secrets_place(load_settings(options.data))
    if not place.writable:
        told = gettext(
            "the secrets come from systemd (%(folder)s) and are renewed where it takes them from: docs/operations.md, "
            "Secrets",
            folder=place.folder,
        )
        raise Refused(told)
    try:
        if not options.drop:
            _renew(options.data, place, options.name)
        _drop(options.data, place, options.name, asked=options.drop)
    except PermissionError as error:
        raise Refused(gettext("%(file)s: no right to write there", file=error.filename)) from None
    return 0


def _renew(data: Path, place: SecretsPlace, name: str) -> None:
    """Put the new version beside the former one, and go over to it as the next start would."""
    settings = load_settings(data)
    _require_stopped(data)
    path = add_version(place, name, demonstration=settings.demonstration)
    runtime, _database = open_runtime(data)
    runtime.engine.dispose()
    say(gettext("The new version is %(file)s. Keep a copy of it apart from every backup.", file=path))
    say(str(RENEWALS[name].told) % {"key": log_signer(runtime).verifier})


def _require_stopped(data: Path) -> None:
    """A server that goes on with the former secret would seal what nobody opens later."""
    with opened(data) as runtime:
        others = others_connected(runtime.engine)
    if others:
        raise Refused(gettext("a server of this instance is running: stop it, renew the secret, start it again"))


def _drop(data: Path, place: SecretsPlace, name: str, *, asked: bool) -> None:
    """Remove former versions as soon as nothing hangs on them."""
    runtime, database = open_runtime(data)
    try:
        hindered = RENEWALS[name].hindered(runtime, database)
    finally:
        runtime.engine.dispose()
    if hindered and asked:
        raise Refused(hindered)
    if hindered:
        say(hindered)
        return
    dropped = drop_versions(place, name, keep=0 if asked else RENEWALS[name].keep)
    say(ngettext("%(num)s former version was removed.", "%(num)s former versions were removed.", dropped))


def _accounts(runtime: Runtime, _database: Database) -> str:
    with runtime.unit_of_work() as db:
        count = hanging(db, runtime.secrets.pepper)
    if not count:
        return ""
    return gettext(
        "Accounts that still need the former pepper: %(count)s. Each goes over when its owner signs in; `protect "
        "doctor` counts them. Until then leave the former file where it is.",
        count=format_number(count),
    )


def _log(runtime: Runtime, database: Database) -> str:
    """Rows, heads and witnesses; the head is signed now, so that witnesses find both keys under it."""
    sealer(runtime).seal_now()
    with runtime.unit_of_work() as db:
        left = needs(db, watch(runtime), runtime.secrets, database.url("backup"))
    told = []
    if left.rows:
        told.append(
            gettext(
                "Rows that only the former version knows, because they were put back: %(count)s. `protect "
                "verify-trail` names them.",
                count=format_number(left.rows),
            )
        )
    if left.witnesses:
        told.append(gettext("Witnesses that know the former key only: %(names)s", names=", ".join(left.witnesses)))
    if left.head:
        told.append(gettext("The newest head of the trail does not bear the new key yet."))
    return "\n".join(told)


def _nothing(_runtime: Runtime, _database: Database) -> str:
    return ""


@dataclass(frozen=True)
class Renewal:
    """What an operator is told of a new version, and what still hangs on a former one (empty: it can go).

    `keep` former versions stay all the same, until they are dropped by name or by the next renewal.
    """

    told: object
    hindered: Callable[[Runtime, Database], str]
    keep: int = 0


RENEWALS: Final[Mapping[str, Renewal]] = {
    "pepper": Renewal(
        lazy("People sign in as before. Whoever tried too often a moment ago may try again at once."), _accounts
    ),
    "session": Renewal(
        lazy("All sessions have ended: everybody signs in again. An enrolment under way begins anew."), _nothing
    ),
    "totp": Renewal(
        lazy("Code generators, passkeys and recovery codes go on as before: nobody has to make a new one."), _nothing
    ),
    "log": Renewal(
        lazy(
            "Nobody notices. Each witness takes the new key over, once: protect witness ADDRESS --state FOLDER "
            "--log %(key)s"
        ),
        _log,
    ),
    "flask": Renewal(
        lazy("Nobody is signed out, and forms that are open can be sent for twelve hours."), _nothing, keep=1
    ),
}

VERBS: Final = (Verb("rotate-secret", "renew a secret of the instance without losing data", _arguments, _run),)
