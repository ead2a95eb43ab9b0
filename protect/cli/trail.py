"""The verb that verifies the trail."""

import argparse
from pathlib import Path
from typing import Final

from protect.app import open_runtime
from protect.audit.sealer import Sealer
from protect.audit.verify import Report, verify
from protect.cli.terminal import Verb, ask_passphrase, say, signed_in
from protect.oversight.actions import verify_trail


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="name", help="sign-in name of an auditor: also checks the codes of the entries")
    parser.add_argument("--passphrase-file", type=Path, help="file with the auditor's passphrase")


def _run(options: argparse.Namespace) -> int:
    runtime, _database = open_runtime(options.data)
    Sealer(runtime.unit_of_work, runtime.secrets.session).seal_now()
    if options.name:
        passphrase = ask_passphrase(options.name, options.passphrase_file)
        with signed_in(runtime, options.name, passphrase) as account, account.gate() as gate:
            return _tell(verify_trail(gate))
    with runtime.unit_of_work() as session:
        return _tell(verify(session, start_keys=None))


def _tell(report: Report) -> int:
    for fault in report.faults:
        say(f"FAULT {fault}")
    say(str(report))
    return 1 if report.faults else 0


VERBS: Final = (Verb("verify-trail", "verify that the trail is whole and unchanged", _arguments, _run),)
