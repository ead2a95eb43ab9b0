"""The verb by which a holder renews keys from a terminal: for agencies with very many cases."""

import argparse
import gc
import sys
import time
from typing import Final

from protect.access.errors import CompartmentLocked, Conflict, Denied, StepUpRequired
from protect.access.rotation import Progress
from protect.app import connect_slices
from protect.cli.terminal import Account, Refused, Verb, act_as, opened, say, signed_in
from protect.directory.actions_rotation import RENEWABLE, held_keys, work


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
    try:
        with account.gate() as gate:
            held = held_keys(gate)
    except Denied:
        raise Refused("this member's role holds no key") from None
    chosen = wanted or [key.compartment for key in held if key.is_due]
    if not chosen:
        say("No key is due. Name one to renew it all the same.")
    for compartment in chosen:
        begun = time.monotonic()
        try:
            done = work(account.gate, compartment, tell=_tell)
        except CompartmentLocked:
            raise Refused(f"{compartment}: this member does not hold the key") from None
        except Conflict:
            raise Refused(f"{compartment}: somebody renewed it meanwhile; sign in again") from None
        except StepUpRequired:
            raise Refused(f"{compartment}: ten minutes are over; call again with a new code, it goes on") from None
        seconds = time.monotonic() - begun
        say(f"{compartment}: version {done.version}, {done.done} things sealed anew in {seconds:.1f} s")
        if done.left:
            say(f"{compartment}: {done.left} things could not be opened and stay as they are; the trail names them")
    return 0


def _tell(progress: Progress) -> None:
    if sys.stderr.isatty():
        waits = ", waiting for others" if progress.wait else ""
        step = f"step {progress.stage + 1} of {progress.stages + 1}"
        sys.stderr.write(f"\r{progress.compartment}: {step}, {progress.done} done{waits}\033[K")


VERBS: Final = (Verb("rotate", "renew the keys that a member holds", _arguments, _run),)
