"""What the verbs share: their shape, and talking to a person at a terminal."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.auth import actions, actions_sessions
from protect.auth.actions_factors import FactorRefused

TERMINAL: Final = "terminal"  # where the attempt comes from, as it is counted


class Refused(Exception):
    """The verb cannot do what was asked; the message says why and what to do."""


@dataclass(frozen=True)
class Verb:
    """One verb: its arguments, and the function that runs it and gives the exit code."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def say(text: str = "") -> None:
    """One line to the person."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def act_as(parser: argparse.ArgumentParser, whom: str, *, required: bool = False) -> None:
    """Let a verb be run as a member: `--as`, `--passphrase-file`, `--code`."""
    parser.add_argument("--as", dest="name", required=required, help=whom)
    parser.add_argument("--passphrase-file", type=Path, help="file with the passphrase; asked without echo otherwise")
    parser.add_argument("--code", help="six digits of the code generator, or a recovery code; asked otherwise")


@contextmanager
def signed_in(runtime: Runtime, options: argparse.Namespace) -> Iterator["Account"]:
    """A session of the member, ended afterwards: same factors, same policy, same trail as in the browser."""
    passphrase = _passphrase(options)
    proof = actions.Proof(options.code or _ask(f"Code of {options.name}: "))
    try:
        with Gate(runtime, None) as visitor:
            token = actions.sign_in(visitor, runtime, actions.Entered(options.name, passphrase, proof), TERMINAL).token
    except actions.SignInRefused:
        raise Refused("the name, the passphrase or the code is not right; wait for a new code") from None
    except actions.TooManyAttempts:
        raise Refused("too many attempts; wait a quarter of an hour") from None
    account = Account(runtime, token, options.name)
    try:
        yield account
    finally:
        with account.gate() as gate:
            actions.sign_out(gate)


def _passphrase(options: argparse.Namespace) -> str:
    file: Path | None = options.passphrase_file
    if file is None:
        return _ask(f"Passphrase of {options.name}: ")
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from None


def _ask(question: str) -> str:
    """Ask without echo. Raises Refused where nobody can answer."""
    try:
        return getpass.getpass(question)
    except EOFError:
        raise Refused("nobody is at the terminal: use --passphrase-file and --code") from None


@dataclass
class Account:
    """A signed-in member; each block of work takes a gate of its own."""

    runtime: Runtime
    token: str
    name: str = ""

    def gate(self) -> Gate:
        """A gate of this session."""
        return Gate(self.runtime, sessions.find(self.runtime, self.token).actor, token=self.token)

    def open_again(self) -> None:
        """Ask for another code, ten minutes after the last. Raises Refused without a right one."""
        proof = actions.Proof(_ask(f"Code of {self.name}, again: "))
        try:
            with self.gate() as gate:
                self.token = actions_sessions.confirm(gate, self.runtime, proof)
        except FactorRefused:
            raise Refused("the code is not right; wait for a new one and run the same command again") from None
