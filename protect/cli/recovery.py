"""The verbs of recovery on the instance: prepare, install, status, export, import."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from protect.access import recovery
from protect.access.errors import NotFound, NotReady
from protect.access.recovery_copies import coverage
from protect.access.runtime import Runtime
from protect.cli.agencies import agency_named
from protect.cli.terminal import Refused, Verb, keys_in_words, opened, read_file, say, write_new
from protect.directory.actions_onboarding import registered
from protect.directory.labels import key_name
from protect.i18n import format_list, gettext, language
from protect.store.scope import GatedSession
from protect.vault.errors import CiphertextRejected
from protect.vault.recovery import control_words


@contextmanager
def _instance(options: argparse.Namespace) -> Iterator[tuple[Runtime, GatedSession]]:
    with opened(options.data) as runtime, runtime.unit_of_work() as db:
        yield runtime, db


def _prepare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", help="name of the agency")
    parser.add_argument("--to", type=Path, required=True, help="new file for the machine without network")


def _prepare(options: argparse.Namespace) -> int:
    with _instance(options) as (_runtime, db):
        agency_id = agency_named(db, options.agency)
        prepared = recovery.prepare(db, agency_id, registered(db)[agency_id])
    write_new(options.to, prepared.to_bytes())
    say(gettext("Take %(file)s, and the root agency-%(id)s.key, to a machine without network. There: protect "
                "recovery-ceremony.", file=options.to, id=agency_id))  # fmt: skip
    return 0


def _install_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("public", type=Path, help="public half that the ceremony wrote")


def _install(options: argparse.Namespace) -> int:
    content = read_file(options.public)
    with _instance(options) as (runtime, db):
        try:
            key = recovery.install_key(db, runtime, content)
        except (CiphertextRejected, NotFound):
            told = gettext("%(file)s is no next recovery key that the root of an agency of this instance signed",
                           file=options.public)  # fmt: skip
            raise Refused(told) from None
        name = registered(db)[UUID(key.agency)]
    say(gettext("Recovery key %(number)s of %(agency)s is in use.", number=key.number, agency=name))
    say(gettext("Its six words, as on the sheets: %(words)s", words=control_words(key, language())))
    say(gettext("Ask one person of each role to sign in, to compare these words with a sheet and to accept the key. "
                "Then look: protect recovery-status."))  # fmt: skip
    return 0


def _nothing(_parser: argparse.ArgumentParser) -> None:
    return None


def _status(options: argparse.Namespace) -> int:
    with _instance(options) as (runtime, db):
        whole = [
            _tell_status(db, runtime, agency_id, name) for agency_id, name in sorted(registered(db).items(), key=_name)
        ]
    return 0 if all(whole) else 1


def _name(item: tuple[UUID, str]) -> str:
    return item[1]


def _tell_status(db: GatedSession, runtime: Runtime, agency_id: UUID, name: str) -> bool:
    """Say whether every key of the agency could be brought back; whether it could."""
    found = coverage(db, agency_id)
    if found is None:
        say(
            gettext(
                "%(agency)s: no recovery key. If the last holder of a key is lost, so is what it opens.", agency=name
            )
        )
        return False
    if found.missing:
        keys = _missing(db, agency_id)
        say(gettext("%(agency)s: recovery key %(number)s; no copy yet of %(keys)s: a holder of it must sign in and "
                    "accept.", agency=name, number=found.number, keys=keys))  # fmt: skip
    else:
        say(gettext("%(agency)s: recovery key %(number)s; every key is copied.", agency=name, number=found.number))
    for one in recovery.waiting_arrivals(db, agency_id):
        say(gettext("Waiting to count: %(what)s", what=_arrival(one, runtime)))
    return not found.missing


def _missing(db: GatedSession, agency_id: UUID) -> str:
    """Which keys of the agency no custodian could bring back, in words; empty when there is none."""
    found = coverage(db, agency_id)
    return keys_in_words(found.missing) if found and found.missing else ""


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", help="name of the agency")
    parser.add_argument("members", nargs="+", help="sign-in names of those who are to receive the keys")
    parser.add_argument("--to", type=Path, required=True, help="new file for the machine without network")


def _export(options: argparse.Namespace) -> int:
    with _instance(options) as (runtime, db):
        agency_id = agency_named(db, options.agency)
        name = registered(db)[agency_id]
        try:
            asked = recovery.request(db, runtime, agency_id, name, options.members)
        except NotReady as error:
            raise Refused(_not_ready(name, str(error))) from None
        except NotFound as error:
            told = gettext("%(member)s is no certified, active member of %(agency)s whose role opens something",
                           member=error, agency=name)  # fmt: skip
            raise Refused(told) from None
        missing = _missing(db, agency_id)
        write_new(options.to, asked.to_bytes())
    if missing:
        say(gettext("No copy exists of: %(keys)s. These keys cannot be brought back.", keys=missing))
    say(gettext("Take %(file)s to the custodians, on a machine without network. There: protect recovery-answer.",
                file=options.to))  # fmt: skip
    return 0


def _not_ready(agency: str, what: str) -> str:
    if what == "recovery":
        return gettext("%(agency)s has no recovery key: no ceremony was held in time", agency=agency)
    return gettext("not enough registrars of today certified %(member)s: let them do so first", member=what)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("answer", type=Path, help="file of `protect recovery-answer`")


def _import(options: argparse.Namespace) -> int:
    content = read_file(options.answer)
    with _instance(options) as (runtime, db):
        waits = timedelta(hours=runtime.settings.cooling_off_hours)
        try:
            found = recovery.arrive(db, runtime, content, waits)
        except recovery.AlreadyArrived:
            raise Refused(gettext("%(file)s came in before; it counts once", file=options.answer)) from None
        except (CiphertextRejected, NotFound):
            told = gettext("%(file)s was not signed by the root of an agency of this instance: it was changed, or is "
                           "another file", file=options.answer)  # fmt: skip
            raise Refused(told) from None
    say(gettext("The keys that came back count from this moment on:"))
    say(_arrival(found, runtime))
    say(gettext("The registrars of the agency see it on their page Keys, and any of them can stop it until then."))
    return 0


def _arrival(one: recovery.Arrival, runtime: Runtime) -> str:
    keys = [str(key_name(name, language())) for name in one.compartments]
    moment = f"{one.due_at.astimezone(ZoneInfo(runtime.settings.timezone)):%Y-%m-%d %H:%M}"
    people = format_list(one.recipients)
    return gettext("%(moment)s: for %(people)s – %(keys)s.", moment=moment, people=people, keys=format_list(keys))


VERBS: Final = (
    Verb("recovery-status", "say whether custodians could bring every key back", _nothing, _status),
    Verb("recovery-prepare", "write down for which agency a ceremony is held", _prepare_arguments, _prepare),
    Verb("recovery-install", "take in the public recovery key of a ceremony", _install_arguments, _install),
    Verb("recovery-export", "write what custodians need to bring keys back", _export_arguments, _export),
    Verb("recovery-import", "take in the keys that custodians brought back", _import_arguments, _import),
)
