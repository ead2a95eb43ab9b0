"""What the verbs share: their shape, and talking to a person at a terminal."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.app import open_runtime
from protect.auth import actions, actions_sessions
from protect.auth.actions_factors import FactorRefused
from protect.config import require_private
from protect.directory.labels import KEYS, key_name
from protect.i18n import format_list, gettext, language
from protect.vocab import COMPARTMENTS

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
def opened(data: Path) -> Iterator[Runtime]:
    """The instance in this folder, as long as the verb needs it."""
    runtime, _database = open_runtime(data)
    try:
        yield runtime
    finally:
        runtime.engine.dispose()


@contextmanager
def signed_in(runtime: Runtime, options: argparse.Namespace) -> Iterator["Account"]:
    """A session of the member, ended afterwards: same factors, same policy, same trail as in the browser."""
    passphrase = _passphrase(options)
    proof = actions.Proof(options.code or _ask(gettext("Code of %(name)s: ", name=options.name)))
    try:
        with Gate(runtime, None) as visitor:
            token = actions.sign_in(visitor, runtime, actions.Entered(options.name, passphrase, proof), TERMINAL).token
    except actions.SignInRefused:
        raise Refused(gettext("the name, the passphrase or the code is not right; wait for a new code")) from None
    except actions.TooManyAttempts:
        raise Refused(gettext("too many attempts; wait a quarter of an hour")) from None
    account = Account(runtime, token, options.name)
    try:
        yield account
    finally:
        with account.gate() as gate:
            actions.sign_out(gate)


def _passphrase(options: argparse.Namespace) -> str:
    file: Path | None = options.passphrase_file
    if file is None:
        return _ask(gettext("Passphrase of %(name)s: ", name=options.name))
    try:
        require_private(file, file.stat())
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(gettext("%(file)s is not a file of text in UTF-8", file=file)) from None


def _ask(question: str) -> str:
    """Ask without echo. Raises Refused where nobody can answer."""
    try:
        return getpass.getpass(question)
    except EOFError:
        raise Refused(gettext("nobody is at the terminal: use --passphrase-file and --code")) from None


def read_line(question: str) -> str:
    """Ask for a line that may be seen. Raises Refused where nobody can answer."""
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Refused(gettext("nobody answers any more: begin again"))
    return line.strip()


def keys_in_words(keys: Iterable[tuple[str, int]]) -> str:
    """Names and versions of keys; a name that a foreign file made up is shown as it is."""
    known = {name: str(key_name(name, language())) for name in (*COMPARTMENTS, *KEYS)}
    return format_list([f"{known.get(name, name)} ({version})" for name, version in keys]) or gettext("none")


def wipe_screen() -> None:
    """Take from the screen, and from what can be scrolled back to, what was typed."""
    if sys.stdout.isatty():
        sys.stdout.write("\033[2J\033[3J\033[H")
        sys.stdout.flush()


def read_file(path: Path) -> bytes:
    """The content of a file that somebody brought. Raises Refused."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None


def write_new(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, where there was none. Raises Refused."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


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
        proof = actions.Proof(_ask(gettext("Code of %(name)s, again: ", name=self.name)))
        try:
            with self.gate() as gate:
                self.token = actions_sessions.confirm(gate, self.runtime, proof)
        except FactorRefused:
            told = gettext("the code is not right; wait for a new one and run the same command again")
            raise Refused(told) from None
