"""The verb that shows the program with fictional people."""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from protect.auth import totp
from protect.cli.instance import HOST, PORT, serve
from protect.cli.terminal import Refused, Verb, say
from protect.demonstration.accounts import is_built, read_accounts
from protect.demonstration.build import build
from protect.i18n import format_list, gettext


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=PORT, help="port on this machine (default: %(default)s)")
    parser.add_argument("--no-serve", action="store_true", help="only make the instance")
    parser.add_argument("--accounts", type=Path, help="write the accounts to this file, as JSON")


def _run(options: argparse.Namespace) -> int:
    build(options.data, options.accounts, say)
    say(gettext("Accounts (fictional people, invented data):"))
    for account in read_accounts(options.data):
        say(f"  {account['agency']:32} {account['role']:16} {account['user']:20} {account['passphrase']}")
    say(gettext("Signing in also asks for six digits. They come from a code generator with the totp_secret, or from:"))
    say(f"  {sys.argv[0]} demo-code USER --data {options.data}")
    if not options.no_serve:
        say(gettext("Open %(address)s - stop with Ctrl-C.", address=f"http://localhost:{options.port}"))
        serve(options.data, f"{HOST}:{options.port}")
    return 0


def _code_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", help="sign-in name of an account of the demonstration")


def _code(options: argparse.Namespace) -> int:
    """Only a demonstration keeps the seeds of its accounts in a file."""
    if not is_built(options.data):
        raise Refused(
            gettext(
                "%(folder)s holds no demonstration; elsewhere only the member has the code generator",
                folder=options.data,
            )
        )
    seeds = {account["user"]: account["totp_secret"] for account in read_accounts(options.data)}
    if options.user not in seeds:
        raise Refused(
            gettext(
                "%(user)s is no account of this demonstration; choose from %(names)s",
                user=options.user,
                names=format_list(list(seeds)),
            )
        )
    moment = time.time()
    left = totp.STEP_SECONDS - int(moment) % totp.STEP_SECONDS
    say(totp.code_at(seeds[options.user], totp.step_at(moment)))
    say(gettext("It changes in %(seconds)s seconds and works once.", seconds=left))
    return 0


VERBS: Final = (
    Verb("demo", "a demonstration with fictional people on this machine", _arguments, _run),
    Verb("demo-code", "the six digits of an account of the demonstration", _code_arguments, _code),
)
