"""The operator's verbs: `protect VERB --data DIR`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from protect import __version__
from protect.access.errors import (
    CompartmentLocked,
    Denied,
    NotReady,
    OpeningsStopped,
    ReasonRequired,
    StepUpRequired,
)
from protect.cli import (
    access,
    agencies,
    ceremony,
    demo,
    doctor,
    instance,
    keys,
    records,
    recovery,
    rotation,
    trail,
    witness,
)
from protect.cli.terminal import Refused
from protect.config import ConfigurationRefused
from protect.i18n import gettext, lazy
from protect.process import forbid_core_dumps
from protect.store.errors import DatabaseGone, StoreError, translate_errors

VERBS: Final = (
    *instance.VERBS,
    *rotation.VERBS,
    *doctor.VERBS,
    *access.VERBS,
    *agencies.VERBS,
    *records.VERBS,
    *keys.VERBS,
    *ceremony.VERBS,
    *recovery.VERBS,
    *trail.VERBS,
    *witness.VERBS,
    *demo.VERBS,
)


# What a member may not, or not now: the same refusals as in the browser, in words of a terminal.
_WITHHELD: Final[dict[type[Exception], object]] = {
    Denied: lazy("this member may not do that"),
    CompartmentLocked: lazy("this member has no key for that"),
    NotReady: lazy("somebody who must be there has not enrolled yet: the page of keys names the role"),
    StepUpRequired: lazy("ten minutes are over: run the same command again with a new code"),
    ReasonRequired: lazy("many files were opened in this hour: sign in on the site and say what for, then come back"),
    OpeningsStopped: lazy("too many files were opened in this hour: ask the supervisor to lift the stop"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Exit codes: 0 done, 1 found a fault, 2 could not be done as asked."""
    forbid_core_dumps()
    options = _parser().parse_args(arguments)
    try:
        with translate_errors():
            return int(options.run(options))
    except DatabaseGone:
        told = gettext("The database does not answer")
        remedy = gettext("start it, or run this as the user it belongs to; its address is in config.toml")
        sys.stderr.write(f"protect: {told} – {remedy}\n")
        return 2
    except tuple(_WITHHELD) as error:
        withheld = next(told for kind, told in _WITHHELD.items() if isinstance(error, kind))
        sys.stderr.write(f"protect: {withheld}\n")
        return 2
    except (Refused, ConfigurationRefused, StoreError) as error:
        sys.stderr.write(f"protect: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="protect", description="Referral and protection of victims of trafficking.")
    parser.add_argument("--version", action="version", version=f"protect {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for verb in VERBS:
        added = verbs.add_parser(verb.name, help=verb.help, description=verb.help)
        added.add_argument("--data", type=Path, default=Path("var"), help="folder of the instance (default: var)")
        verb.arguments(added)
        added.set_defaults(run=verb.run)
    return parser
