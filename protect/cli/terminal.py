"""What the verbs share: their shape, and talking to a person at a terminal."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.auth import actions


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


def ask_passphrase(name: str, file: Path | None) -> str:
    """The passphrase of a member: from the file, else asked without echo."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    return getpass.getpass(f"Passphrase of {name}: ")


@contextmanager
def signed_in(runtime: Runtime, name: str, passphrase: str) -> Iterator["Account"]:
    """A session of the member, ended afterwards: same policy, same trail as in the browser."""
    try:
        with Gate(runtime, None) as visitor:
            token = actions.sign_in(visitor, runtime, name, passphrase, "terminal").token
    except actions.SignInRefused:
        raise Refused("the name or the passphrase is not right") from None
    except actions.TooManyAttempts:
        raise Refused("too many attempts; wait a quarter of an hour") from None
    account = Account(runtime, token)
    try:
        yield account
    finally:
        with account.gate() as gate:
            actions.sign_out(gate)


@dataclass(frozen=True)
class Account:
    """A signed-in member; each block of work takes a gate of its own."""

    runtime: Runtime
    token: str

    def gate(self) -> Gate:
        """A gate of this session."""
        return Gate(self.runtime, sessions.find(self.runtime, self.token).actor, token=self.token)
