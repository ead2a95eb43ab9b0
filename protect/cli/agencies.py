"""The verbs that bring in an agency, and a registrar where none is left."""

import argparse
import os
import tomllib
from pathlib import Path
from typing import Final
from uuid import UUID

from protect.access.founding import read_root
from protect.app import DIRECTORY_KEY
from protect.auth.actions_onboarding import Onboarded, PlanRefused, add_agency, read_plan, seat_registrar
from protect.cli.terminal import Refused, Verb, opened, read_file, say
from protect.directory.actions_onboarding import RegistrationRefused, registered
from protect.i18n import format_list, gettext
from protect.store.scope import GatedSession
from protect.vault.errors import CiphertextRejected


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="TOML file: name, kind, [[unit]], [[service]], [[member]]")
    parser.add_argument("--directory-key", type=Path, help=f"the directory root (default: DATA/{DIRECTORY_KEY})")


def _run(options: argparse.Namespace) -> int:
    key_file = options.directory_key or options.data / DIRECTORY_KEY
    try:
        directory = read_root(key_file.read_bytes())
        plan = read_plan(tomllib.loads(options.plan.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Refused(gettext("%(file)s is missing", file=error.filename)) from None
    except (tomllib.TOMLDecodeError, PlanRefused) as error:
        raise Refused(f"{options.plan}: {error}") from None
    try:
        with opened(options.data) as runtime:
            done = add_agency(runtime, directory, plan)
    except (PlanRefused, RegistrationRefused) as error:
        raise Refused(f"{options.plan}: {error}") from None
    _tell(done, write_root(options.data, done))
    return 0


def write_root(data: Path, done: Onboarded) -> Path:
    """Write the agency's root, readable by its owner only, for moving off-line; its path."""
    path = data / "offline" / f"agency-{done.agency_id}.key"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as file:
        file.write(done.root.private)
    return path


def agency_named(db: GatedSession, name: str) -> UUID:
    """The agency of this name. Raises Refused, naming those that there are."""
    known = registered(db)
    for agency_id, each in known.items():
        if each.casefold() == name.strip().casefold():
            return agency_id
    raise Refused(gettext("no agency has the name %(name)s; there are: %(names)s", name=name,
                          names=format_list(sorted(known.values()))))  # fmt: skip


def _seat_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", help="name of the agency")
    parser.add_argument("sign_in_name", help="sign-in name of the new registrar")
    parser.add_argument("display_name", help="how colleagues know the person")
    parser.add_argument("--root", type=Path, required=True, help="root of the agency: agency-….key")


def _seat(options: argparse.Namespace) -> int:
    with opened(options.data) as runtime:
        with runtime.unit_of_work() as db:
            agency_id = agency_named(db, options.agency)
        try:
            root = read_root(read_file(options.root))
            code = seat_registrar(runtime, root, agency_id, options.sign_in_name, options.display_name)
        except PlanRefused as error:
            raise Refused(str(error)) from None
        except CiphertextRejected:
            told = gettext("%(file)s is not the root of %(agency)s", file=options.root, agency=options.agency)
            raise Refused(told) from None
    say(gettext("%(name)s is a registrar of %(agency)s from now on.", name=options.display_name, agency=options.agency))
    say(gettext("Hand this code over in person. It works once, within 14 days, at /invitation: %(code)s", code=code))
    say(gettext("First of all the new registrar ends the access of the one who is lost, on the page of that member."))
    return 0


def _tell(done: Onboarded, path: Path) -> None:
    say(
        gettext("The agency is entered. Its root is in %(path)s: move it to a medium that is kept off-line.", path=path)
    )
    say(gettext("Hand each code over in person. A code works once, within 14 days, at /invitation:"))
    for item in done.codes:
        say(f"  {item.member.sign_in_name:24} {item.member.role:16} {item.code}")


VERBS: Final = (
    Verb("agency-add", "bring in an agency with its first members", _arguments, _run),
    Verb("registrar-add", "let an agency's root name a registrar, where none is left", _seat_arguments, _seat),
)
