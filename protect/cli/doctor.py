"""The verb that looks an instance over and says what is wrong with it and what to do."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from protect.cli.checks import database, heads, host, people, secrets, trail
from protect.cli.checks.finding import Finding, Level, fault
from protect.cli.terminal import Refused, Verb, say
from protect.config import ConfigurationRefused, Secrets, Settings, load_secrets, load_settings, secrets_place
from protect.i18n import gettext, ngettext
from protect.store.database import EMBEDDED, Database, open_database
from protect.store.embedded import attach, made
from protect.store.engine import Engine, engine
from protect.store.errors import DatabaseGone, ServerRefused, StoreError, translate_errors


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for a program: one object with all findings")


def _run(options: argparse.Namespace) -> int:
    if not options.data.is_dir():
        raise Refused(gettext("%(folder)s is no instance; make one with: protect init", folder=options.data))
    found: list[Finding] = []
    for finding in _findings(load_settings(options.data)):
        found.append(finding)
        if not options.json:
            say(str(finding))
    wrong = sum(one.level is Level.FAULT for one in found)
    if options.json:
        say(json.dumps({"sound": not wrong, "findings": [one.as_json() for one in found]}, ensure_ascii=False))
    else:
        say(_sum(wrong, sum(one.level is Level.WARNING for one in found)))
    return 1 if wrong else 0


def _findings(settings: Settings) -> Iterator[Finding]:
    """From what needs least to what needs most, so that each fault is told even where others are."""
    yield from secrets.checks(settings)
    yield from host.checks(settings)
    try:
        with _connected(settings) as (web, reader), translate_errors():
            yield from database.checks(web)
            if database.fits(web):
                known = _secrets(settings)
                yield from trail.checks(web, known)
                yield from heads.checks(web, reader, settings, known) if known else ()
                yield from people.checks(web, known)
    except DatabaseGone:
        told = gettext("The database does not answer")
        yield fault(
            "database.answer",
            told,
            gettext("start it, or run this as the user it belongs to; its address is in config.toml"),
        )
    except StoreError as error:
        yield fault("database.answer", str(error), gettext("see docs/operations.md, Faults"))


def _secrets(settings: Settings) -> Secrets | None:
    """The secrets where they can be read; what is wrong with them was told before."""
    place = secrets_place(settings)
    try:
        return load_secrets(place.folder, place.prefix)
    except (ConfigurationRefused, OSError):
        return None


@contextmanager
def _connected(settings: Settings) -> Iterator[tuple[Engine, str]]:
    """A connection as the pages have it, and the address of the role that reads rows.

    A private server that did not run is started for the while.
    """
    own = settings.database == EMBEDDED
    if own and not made(settings.data):
        raise ServerRefused(gettext("there is no database in this folder; make one with: protect init"))
    ran: Database | None = attach(settings.data, settings.postgres_bin) if own else None
    found = ran or open_database(settings.data, settings.database, settings.postgres_bin)
    web = engine(found.url("web"))
    try:
        yield web, found.url("backup")
    finally:
        web.dispose()
        if own and ran is None:
            found.stop()


def _sum(faults: int, warnings: int) -> str:
    if not faults and not warnings:
        return gettext("Everything is as it should be.")
    both = (
        ngettext("%(num)s fault", "%(num)s faults", faults),
        ngettext("%(num)s warning", "%(num)s warnings", warnings),
    )
    return ", ".join(both) + "."


VERBS: Final = (Verb("doctor", "look the instance over: what is wrong, and what to do", _arguments, _run),)
