"""The verb that shows the program with fictional people."""

import argparse
from pathlib import Path
from typing import Final

from protect.cli.instance import HOST, PORT, serve
from protect.cli.terminal import Verb, say
from protect.demonstration.build import build, read_accounts


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=PORT, help="port on this machine (default: %(default)s)")
    parser.add_argument("--no-serve", action="store_true", help="only make the instance")
    parser.add_argument("--accounts", type=Path, help="write the accounts to this file, as JSON")


def _run(options: argparse.Namespace) -> int:
    build(options.data, options.accounts, say)
    say("Accounts (fictional people, invented data):")
    for account in read_accounts(options.data):
        say(f"  {account['agency']:32} {account['role']:16} {account['user']:20} {account['passphrase']}")
    if not options.no_serve:
        say(f"Open http://localhost:{options.port} - stop with Ctrl-C.")
        serve(options.data, f"{HOST}:{options.port}")
    return 0


VERBS: Final = (Verb("demo", "a demonstration with fictional people on this machine", _arguments, _run),)
