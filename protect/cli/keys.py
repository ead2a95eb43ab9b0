"""The verb by which a holder renews keys from a terminal: for agencies with very many cases."""

import argparse
import gc
import sys
import time
from typing import Final

from protect.access.errors import Conflict, StepUpRequired
from protect.access.rotation import Progress
from protect.app import connect_slices
from protect.cli.terminal import Account, Refused, Verb, act_as, opened, say, signed_in
from protect.directory.actions_rotation import RENEWABLE, held_keys, work
from protect.directory.labels import key_name
from protect.i18n import format_number, gettext, language


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("keys", nargs="*", choices=[*sorted(RENEWABLE), []], help="which keys (default: those due)")
    act_as(parser, "sign-in name of somebody who holds them", required=True)


def _run(options: argparse.Namespace) -> int:
    with opened(options.data) as runtime:
        connect_slices()
        gc.freeze()  # what is loaded stays, and need not be looked at again with every piece
        with signed_in(runtime, options) as account:
            return _rotate(account, options.keys)


def _rotate(account: Account, wanted: list[str]) -> int:
    with account.gate() as gate:
        held = held_keys(gate)
    chosen = wanted or [key.compartment for key in held if key.is_due]
    if not chosen:
        say(gettext("No key is due. Name one to renew it all the same."))
    for compartment in chosen:
        begun = time.monotonic()
        done = _renew(account, compartment)
        seconds = format_number(round(time.monotonic() - begun, 1))
        name = key_name(compartment, language())
        say(
            gettext(
                "%(key)s: version %(version)s, %(count)s things sealed anew in %(seconds)s s",
                key=name, version=done.version, count=format_number(done.done), seconds=seconds,
            )
        )  # fmt: skip
        if done.left:
            told = gettext("%(key)s: %(count)s things could not be opened and stay as they are; the trail names them",
                           key=name, count=format_number(done.left))  # fmt: skip
            say(told)
    return 0


def _renew(account: Account, compartment: str) -> Progress:
    """To its end: long work meets the end of the ten minutes, and goes on with another code."""
    while True:
        try:
            return work(account.gate, compartment, tell=_tell)
        except StepUpRequired:
            account.open_again()
        except Conflict:
            raise Refused(
                gettext("%(key)s: somebody renewed it meanwhile; sign in again", key=key_name(compartment, language()))
            ) from None


def _tell(progress: Progress) -> None:
    if sys.stderr.isatty():
        waits = gettext(", waiting for others") if progress.wait else ""
        step = gettext(
            "step %(step)s of %(steps)s, %(done)s done",
            step=progress.stage + 1, steps=progress.stages + 1, done=format_number(progress.done),
        )  # fmt: skip
        sys.stderr.write(f"\r{key_name(progress.compartment, language())}: {step}{waits}\033[K")


VERBS: Final = (Verb("rotate", "renew the keys that a member holds", _arguments, _run),)
