"""The two verbs for a machine without network: making a recovery key for custodians, and bringing keys back with it."""

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from protect.access import ceremonies
from protect.access.ceremonies import Answering, CiphertextRejected, Collection, Made, Quorum
from protect.access.policy import policy
from protect.cli import sheets
from protect.cli.terminal import Refused, Verb, keys_in_words, read_file, read_line, say, wipe_screen, write_new
from protect.i18n import gettext, language

OF: Final = re.compile(r"(\d{1,2})/(\d{1,2})")
PUBLIC: Final = "recovery-key.public"
MOST: Final = 16  # shares of a group, by SLIP-39


def _quorum(text: str) -> Quorum:
    found = OF.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(gettext("write it like 3/5: how many are needed, of how many"))
    return Quorum(int(found[1]), int(found[2]))


def _ceremony_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prepared", type=Path, help="file of `protect recovery-prepare`")
    parser.add_argument("--root", type=Path, required=True, help="root of the agency: agency-….key")
    parser.add_argument("--to", type=Path, required=True, help="new folder for the sheets and the public half")
    parser.add_argument("--agency", type=_quorum, default=Quorum(3, 5), help="custodians of the agency (default: 3/5)")
    parser.add_argument("--trustees", type=_quorum, default=Quorum(2, 3), help="outside trustees (default: 2/3)")


def _ceremony(options: argparse.Namespace) -> int:
    try:
        prepared = ceremonies.read_preparation(read_file(options.prepared))
    except CiphertextRejected:
        raise Refused(gettext("%(file)s is no file of `protect recovery-prepare`", file=options.prepared)) from None
    if any(not 1 < group.needed <= group.given <= MOST for group in (options.agency, options.trustees)):
        raise Refused(gettext("each group needs two people or more, and has 16 at most"))
    try:
        made = ceremonies.hold(prepared, read_file(options.root), (options.agency, options.trustees), language())
    except CiphertextRejected:
        raise Refused(
            gettext("%(file)s is not the root of %(agency)s", file=options.root, agency=prepared.name)
        ) from None
    _write(options.to, made)
    _tell_made(options.to, made)
    return 0


def _write(folder: Path, made: Made) -> None:
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror}") from None
    today = datetime.now(UTC).date()
    for share in made.shares:
        write_new(folder / sheets.file_name(share), sheets.sheet(made, share, today).encode())
    write_new(folder / PUBLIC, made.public)


def _tell_made(folder: Path, made: Made) -> None:
    say(gettext("Recovery key %(number)s of %(agency)s is made and was tried.", number=made.number, agency=made.name))
    say(gettext("1. Print the %(count)s sheets in %(folder)s, each once, on a printer without memory or network.",
                count=len(made.shares), folder=folder))  # fmt: skip
    say(gettext("2. Give each custodian the sheet, in person and closed. Nobody gets two."))
    say(gettext("3. Take %(file)s to the instance: protect recovery-install.", file=folder / PUBLIC))
    say(gettext("The six words of this key stand on every sheet: %(words)s. Whoever holds keys compares them.",
                words=made.words))  # fmt: skip
    say(gettext("4. Then destroy this folder, or the whole medium. Nothing of the key may stay on this machine."))


def _answer_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("export", type=Path, help="file of `protect recovery-export`")
    parser.add_argument("--to", type=Path, required=True, help="new file for the instance: `protect recovery-import`")


def _answer(options: argparse.Namespace) -> int:
    try:
        answering = ceremonies.read_answering(read_file(options.export))
    except CiphertextRejected:
        raise Refused(gettext("%(file)s is no file of `protect recovery-export`", file=options.export)) from None
    if options.to.exists():
        raise Refused(gettext("%(file)s is there already", file=options.to))
    _tell_request(answering)
    for at, (name, role) in enumerate(answering.recipients):
        _compare(answering, at, name, role)
    try:
        done = answering.answer(_collect().secret())
    except CiphertextRejected:
        told = gettext("these shares are of another recovery key, or the file was changed: nothing was brought back")
        raise Refused(told) from None
    write_new(options.to, done.content)
    say(gettext("Brought back: %(keys)s.", keys=keys_in_words(done.given)))
    if done.lost:
        say(gettext("Not brought back, because no copy opens: %(keys)s.", keys=keys_in_words(done.lost)))
    say(gettext("Take %(file)s to the instance: protect recovery-import. It opens nothing for anybody else.",
                file=options.to))  # fmt: skip
    return 1 if done.lost else 0


def _tell_request(answering: Answering) -> None:
    request = answering.request
    say(gettext("Recovery of the keys of %(agency)s, recovery key %(number)s.", agency=request.name,
                number=request.key.number))  # fmt: skip
    say(gettext("Keys: %(keys)s.", keys=keys_in_words(answering.compartments)))
    say(gettext("Who is to receive them:"))
    for name, role in answering.recipients:
        say(f"  {name} – {_role(role)}")
    say(gettext("Whoever is at this table knows these people and agrees; otherwise stop here."))


def _compare(answering: Answering, at: int, name: str, role: str) -> None:
    """Go on only when somebody read out the six words of the certificate. Raises Refused."""
    say(gettext("A registrar reads out the six words of %(name)s, %(role)s, from the page of this member.", name=name,
                role=_role(role)))  # fmt: skip
    if not answering.words_match(at, read_line(gettext("Six words: "))):
        told = gettext("these are not the words of %(name)s: the file may have been exchanged; stop here", name=name)
        raise Refused(told)


def _collect() -> Collection:
    found = Collection()
    say(gettext("Now the shares, one after the other: type the words, or read the picture with a scanner."))
    while not found.complete:
        typed = read_line(gettext("Words of a share: "))
        wipe_screen()
        try:
            place = found.add(typed)
        except CiphertextRejected:
            say(gettext("This share is not taken: a word is wrong, or it was given before, or it is of another set."))
            continue
        say(gettext("%(group)s: %(have)s of %(needed)s.", group=sheets.GROUPS[place.group],
                    have=found.have(place.group), needed=place.needed))  # fmt: skip
    return found


def _role(role: str) -> str:
    return policy().role_name(role, language()) if role in policy().roles else role


VERBS: Final = (
    Verb("recovery-ceremony", "off-line: make a recovery key and its shares", _ceremony_arguments, _ceremony),
    Verb("recovery-answer", "off-line: bring keys back with the shares", _answer_arguments, _answer),
)
