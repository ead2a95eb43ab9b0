"""The verb that takes over existing records: a dry run first, then piece by piece, each row once."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from protect import vocab
from protect.access.errors import Denied, StepUpRequired
from protect.access.runtime import Runtime
from protect.app import connect_slices
from protect.cases.actions_compartments import NobodyReads
from protect.cases.actions_import import NamedRow, import_cases
from protect.cases.importing.checking import Source, check, good_rows, open_source, pieces
from protect.cases.importing.problems import FileRefused
from protect.cases.importing.report import check_text, done_text, file_text
from protect.cases.importing.rows import Custom
from protect.cli.terminal import Account, Refused, Verb, act_as, opened, say, signed_in
from protect.directory.actions import agency_names
from protect.i18n import format_number, gettext
from protect.store.errors import StoreError

BAR: Final = 30


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV file: columns of HTCDS 2.0, of the CTDC data or of this program")
    parser.add_argument("--agency", required=True, help="name of the agency whose cases they become")
    act_as(parser, "sign-in name of an officer: the cases go to its unit", required=True)
    parser.add_argument("--legal-basis", default="", help="legal ground of records that tell of no consent")
    parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows of a file that has bad ones")
    parser.add_argument("--dry-run", action="store_true", help="only say what is wrong with the file")
    parser.add_argument("--yes", action="store_true", help="do not ask before writing")


def _run(options: argparse.Namespace) -> int:
    with opened(options.data) as runtime:
        return _take_over(options, runtime)


def _take_over(options: argparse.Namespace, runtime: Runtime) -> int:
    source = _source(options, runtime)
    checked = check(source)
    for line in check_text(checked):
        say(line)
    if checked.bad and not options.skip_bad_rows:
        say(gettext("Nothing was written: correct the rows, or import the others with --skip-bad-rows."))
        return 1
    if options.dry_run or not checked.good or not (options.yes or _confirmed(checked.good, options.name)):
        say(gettext("Nothing was written."))
        return 0
    connect_slices()
    with signed_in(runtime, options) as account:
        _require_member(account, options)
        say(_import(account, source, Progress(checked.good)))
    return 0


def _source(options: argparse.Namespace, runtime: Runtime) -> Source:
    grounds = vocab.load().lists["legal_basis"]
    if options.legal_basis and (options.legal_basis not in grounds or options.legal_basis == "consent"):
        known = ", ".join(code for code in grounds.codes() if code != "consent")
        told = gettext("%(basis)s is no legal ground; choose one of %(known)s", basis=options.legal_basis, known=known)
        raise Refused(told)
    settings = runtime.settings
    custom = Custom(settings.country, runtime.clock().date(), options.legal_basis)
    try:
        return open_source(options.file.read_bytes(), custom, settings.phone_prefix)
    except FileRefused as refused:
        raise Refused(f"{options.file}: {file_text(refused)}") from None
    except OSError as error:
        raise Refused(f"{options.file}: {error.strerror}") from None


def _confirmed(rows: int, name: str) -> bool:
    say(gettext("Import %(count)s rows as %(name)s?", count=format_number(rows), name=name) + " [o/N]")
    return sys.stdin.readline().strip().casefold() in {"o", "oui", "y", "yes"}


def _require_member(account: Account, options: argparse.Namespace) -> None:
    """Refuse, before anything is written, who may not import or belongs elsewhere."""
    with account.gate() as gate:
        own = agency_names(gate, [gate.member.agency_id])[gate.member.agency_id]
        if own.casefold() != options.agency.casefold():
            raise Refused(gettext("%(name)s is not a member of %(agency)s", name=options.name, agency=options.agency))
    try:
        with account.gate() as gate:
            gate.permit("case:import")
    except Denied:
        raise Refused(gettext("%(name)s may not import cases", name=options.name)) from None


def _import(account: Account, source: Source, progress: "Progress") -> str:
    """Write the rows piece by piece; what was written before a fault stays, and is left alone the next time."""
    try:
        for piece in pieces(good_rows(source)):
            progress.add(len(piece), _write(account, piece))
    except NobodyReads as error:
        told = gettext(
            "Nobody of the agency can read the compartment %(compartment)s yet: leave its columns out",
            compartment=error.compartment,
        )
        raise Refused(told) from None
    except StoreError as error:
        raise Refused(f"{error}\n{progress.told()}") from error
    return done_text(progress.new, progress.done - progress.new)


def _write(account: Account, piece: Sequence[NamedRow]) -> int:
    """One piece; a long file meets the end of the ten minutes, and goes on with another code."""
    try:
        with account.gate() as gate:
            return import_cases(gate, piece)
    except StepUpRequired:
        account.open_again()
    with account.gate() as gate:
        return import_cases(gate, piece)


class Progress:
    """How far it is: a bar at a terminal, nothing in a log."""

    def __init__(self, total: int) -> None:
        self.done = self.new = 0
        self._total = total
        self._begun = time.monotonic()

    def add(self, rows: int, new: int) -> None:
        """Some more rows are in, of which `new` were not there before."""
        self.done += rows
        self.new += new
        if sys.stderr.isatty():
            speed = format_number(int(self.done / max(time.monotonic() - self._begun, 0.001)))
            bar = "█" * (BAR * self.done // self._total)
            counts = f"{format_number(self.done)} / {format_number(self._total)}"
            end = "\n" if self.done == self._total else ""
            sys.stderr.write(f"\r{bar:░<{BAR}} {counts}, {speed}/s {end}")
            sys.stderr.flush()

    def told(self) -> str:
        """How far it came, for who has to go on."""
        return gettext(
            "%(count)s rows are in. Run the same command again: they are left alone, and the rest follows",
            count=format_number(self.done),
        )


VERBS: Final = (Verb("import-cases", "take over existing records from a CSV file", _arguments, _run),)
