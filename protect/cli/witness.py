"""Verbs of a witness, on a machine without database and settings: begin, and sign what continues what is known."""

import argparse
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from protect.audit import witness
from protect.audit.witness import HeadRefused, Problem, WitnessUnfit
from protect.cli.terminal import Refused, Verb, say
from protect.i18n import gettext, lazy
from protect.vault.notes import LARGEST, Checkpoint

PATH: Final = "/journal/temoin"
PATIENCE: Final = 30
NOT_FOUND: Final = 404
FAULT: Final = 1
PROBLEMS: Final[Mapping[Problem, Any]] = {
    Problem.UNREADABLE: lazy("This is no signed head of a log with its proof."),
    Problem.ORIGIN: lazy("This is the head of another log than the one that this witness watches."),
    Problem.SIGNATURE: lazy("The log did not sign this head: somebody else made it, or its key was changed."),
    Problem.SHRUNK: lazy(
        "THE LOG SHRANK. This witness signed its first %(known)s entries, and now it has %(shown)s: it was cut off or "
        "put back. Nothing was signed. Tell the data protection officer, and keep this machine as it is."
    ),
    Problem.FORKED: lazy(
        "THE LOG WAS REWRITTEN. Its first %(known)s entries are not those that this witness signed. "
        "Nothing was signed. Tell the data protection officer, and keep this machine as it is."
    ),
    Problem.SUCCESSOR: lazy(
        "The new key did not sign this head beside the known one. Nothing was signed. Ask the log's operator, by "
        "voice, for the key that `protect checkpoint --key` prints."
    ),
    Problem.ELSEWHERE: lazy("The proof begins elsewhere. Ask the server for: protect trail-proof --from %(known)s"),
}


def _begin_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", type=Path, required=True, help="folder of this witness: its key, its memory")
    parser.add_argument("--name", required=True, help="name of this witness, such as ombudsman.example/protect")
    parser.add_argument("--log", required=True, help="public key of the log: what `protect checkpoint --key` prints")


def _begin(options: argparse.Namespace) -> int:
    try:
        made = witness.begin(options.state, options.name, options.log)
    except WitnessUnfit as error:
        raise Refused(str(error)) from None
    sys.stderr.write(gettext("Give this key to the operator of the log, for the setting `witnesses`:") + "\n")
    say(str(made))
    return 0


def _sign_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", help="address of the server, or a file of `protect trail-proof`, or - for standard input"
    )
    parser.add_argument("--state", type=Path, required=True, help="folder of this witness")
    parser.add_argument("--log", default="", help="the log's new key, once: taken over if the known one signed, too")


def _sign(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    remote = options.source.startswith(("https://", "http://"))
    try:
        known = witness.recall(options.state)
        asked = witness.ask(options.state, now)
        shown = _ask(options.source, known.size, asked) if remote else _read(options.source)
        signed = str(witness.sign(options.state, shown, now, options.log))
    except WitnessUnfit as error:
        raise Refused(str(error)) from None
    except HeadRefused as refused:
        return _tell(refused, options.state, shown, now)
    if not known.size:
        first = gettext("This is the first head that this witness signs: nothing before it could be compared.")
        sys.stderr.write(f"{first}\n")
    if remote:
        _send(options.source, signed)
        head = Checkpoint.parse(signed.partition("\n\n")[0] + "\n")
        say(gettext("The log only grew. Signed: %(size)s entries.", size=head.size))
    else:
        sys.stdout.write(signed)
    return 0


def _tell(refused: HeadRefused, folder: Path, shown: str, now: datetime) -> int:
    """Say aloud what is wrong; keep what was shown where it can be evidence."""
    told = str(PROBLEMS[refused.problem]) % {"known": refused.known, "shown": refused.shown}
    if refused.problem in (Problem.UNREADABLE, Problem.ELSEWHERE, Problem.SUCCESSOR):
        raise Refused(told)
    path = witness.keep_evidence(folder, shown, now)
    sys.stderr.write(told + "\n" + gettext("What was shown is kept in %(path)s.", path=path) + "\n")
    return FAULT


def _read(source: str) -> str:
    try:
        return sys.stdin.read(LARGEST + 1) if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{source}: {error}") from None


def _ask(address: str, size: int, asked: str) -> str:
    return _exchange(f"{address.rstrip('/')}{PATH}?{urlencode({'depuis': size})}", None, f"Witness {asked}")


def _send(address: str, signed: str) -> None:
    _exchange(f"{address.rstrip('/')}{PATH}", signed.encode())


def _exchange(address: str, body: bytes | None, asked: str = "") -> str:
    """One request; the server tells forms of other sites by their origin, so ours is named."""
    parts = urlsplit(address)
    headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Content-Type": "text/plain; charset=utf-8"}
    headers |= {"Authorization": asked} if asked else {}
    request = urllib.request.Request(address, body, headers)  # noqa: S310 -- http and https only, by the caller
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 -- as above
            return str(answer.read(LARGEST + 1).decode())
    except urllib.error.HTTPError as error:
        with error:
            plain = error.headers.get_content_type() == "text/plain"
            told = error.read(LARGEST).decode(errors="replace").strip() if plain else error.reason
        if error.code == NOT_FOUND and asked:
            told = gettext(
                "The server shows nothing to this witness: its settings do not name it, or the clocks differ."
            )
        raise Refused(f"{address}: {error.code} {told}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{address}: {error}") from None


VERBS: Final = (
    Verb("witness-init", "begin to witness a log, on a machine of one's own", _begin_arguments, _begin),
    Verb("witness", "sign the log's newest head if the log only grew", _sign_arguments, _sign),
)
