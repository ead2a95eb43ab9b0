"""The verb that brings in an agency."""

import argparse
import os
import tomllib
from pathlib import Path
from typing import Final

from protect.access.founding import read_root
from protect.app import DIRECTORY_KEY, open_runtime
from protect.auth.actions_onboarding import Onboarded, PlanRefused, add_agency, read_plan
from protect.cli.terminal import Refused, Verb, say
from protect.directory.actions_onboarding import RegistrationRefused


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", type=Path, help="TOML file: name, kind, [[unit]], [[service]], [[member]]")
    parser.add_argument("--directory-key", type=Path, help=f"the directory root (default: DATA/{DIRECTORY_KEY})")


def _run(options: argparse.Namespace) -> int:
    key_file = options.directory_key or options.data / DIRECTORY_KEY
    try:
        directory = read_root(key_file.read_bytes())
        plan = read_plan(tomllib.loads(options.plan.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Refused(f"{error.filename} is missing") from None
    except (tomllib.TOMLDecodeError, PlanRefused) as error:
        raise Refused(f"{options.plan}: {error}") from None
    runtime, _database = open_runtime(options.data)
    try:
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


def _tell(done: Onboarded, path: Path) -> None:
    say(f"The agency is entered. Its root is in {path}: move it to a medium that is kept off-line.")
    say("Hand each code over in person. A code works once, within 14 days, at /invitation:")
    for item in done.codes:
        say(f"  {item.member.sign_in_name:24} {item.member.role:16} {item.code}")


VERBS: Final = (Verb("agency-add", "bring in an agency with its first members", _arguments, _run),)
