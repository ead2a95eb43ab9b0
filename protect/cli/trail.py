"""Verbs of the trail on the server: verify it, show its signed head, prove that it grew, take a witness's signature."""

import argparse
import sys
from pathlib import Path
from typing import Final

from protect.access.runtime import Runtime
from protect.access.trail_log import log_signer, watch
from protect.app import open_runtime
from protect.audit import checkpoints
from protect.audit.sealer import Sealer
from protect.audit.verify import Report, verify
from protect.audit.verify_rows import RowReport, verify_rows
from protect.audit.witnessed import Standing
from protect.cli.terminal import Refused, Verb, act_as, opened, say, signed_in
from protect.i18n import gettext
from protect.oversight.actions import explain, verify_trail
from protect.store.database import Database
from protect.store.engine import reading


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    act_as(parser, "sign-in name of an auditor: also checks the codes of the entries")
    parser.add_argument("--without-rows", action="store_true", help="leave the sealed rows of cases alone")
    parser.add_argument("--explain", metavar="WHY", help="as an auditor: say why people saw another trail")


def _verify(options: argparse.Namespace) -> int:
    if options.explain and not options.name:
        raise Refused(gettext("only an auditor explains what people saw: --as NAME"))
    runtime, database = open_runtime(options.data)
    try:
        sealer(runtime).seal_now()
        sound = _tell(_report(options, runtime), runtime)
        if not options.without_rows:
            sound = _tell_rows(_rows(runtime, database)) and sound
    finally:
        runtime.engine.dispose()
    return 0 if sound else 1


def _report(options: argparse.Namespace, runtime: Runtime) -> Report:
    if not options.name:
        with runtime.unit_of_work() as session:
            return verify(session, server_secret=runtime.secrets.session, watch=watch(runtime))
    with signed_in(runtime, options) as account:
        if options.explain:
            with account.gate() as gate:
                explain(gate, options.explain)
        with account.gate() as gate:
            return verify_trail(gate)


def _tell(report: Report, runtime: Runtime) -> bool:
    for fault in report.faults:
        at = fault.sequence if fault.sequence is not None else "-"
        say(gettext("FAULT %(kind)s at entry %(number)s", kind=fault.kind, number=at))
    if report.fault_count > len(report.faults):
        say(gettext("and %(count)s more", count=report.fault_count - len(report.faults)))
    counts = {"count": report.entries, "pending": report.pending, "root": report.root.hex()}
    say(gettext("%(count)s entries, %(pending)s not numbered yet, root %(root)s", **counts))
    checked, unchecked = _list(report.epochs_checked), _list(report.epochs_unchecked)
    say(gettext("codes checked in epochs %(checked)s, not in %(unchecked)s", checked=checked, unchecked=unchecked))
    for standing in report.witnesses:
        _tell_witness(standing, runtime)
    if not report.witnesses:
        say(gettext("no witness is named in the settings: a trail put back as a whole would not show here"))
    return report.sound


def _tell_witness(standing: Standing, runtime: Runtime) -> None:
    if standing.at is None:
        say(gettext("witness %(name)s has signed nothing yet", name=standing.name))
        return
    told = {"days": (runtime.clock() - standing.at).days, "day": f"{standing.at:%Y-%m-%d}"}
    vouched = {"name": standing.name, "size": standing.size, **told}
    say(
        gettext(
            "witness %(name)s vouches for the first %(size)s entries, signed %(days)s days ago (%(day)s)", **vouched
        )
    )


def _list(epochs: tuple[int, ...]) -> str:
    return ", ".join(map(str, epochs)) or gettext("none")


def _rows(runtime: Runtime, database: Database) -> RowReport:
    with reading(database.url("backup")) as connection:
        return verify_rows(connection, runtime.secrets.versions("log"))


def _tell_rows(report: RowReport) -> bool:
    for fault in report.faults:
        say(gettext("FAULT row %(kind)s %(place)s", kind=fault.kind, place=fault.place or f"({fault.rows})"))
    counts = {"count": report.rows, "faults": report.fault_count}
    say(gettext("%(count)s sealed rows of cases, %(faults)s faults", **counts))
    return report.sound


def sealer(runtime: Runtime) -> Sealer:
    """The sealer of this instance, with the key that signs heads."""
    return Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime))


def _checkpoint_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", action="store_true", help="print the public key of the log, for witnesses, instead")


def _checkpoint(options: argparse.Namespace) -> int:
    with opened(options.data) as runtime:
        if options.key:
            say(str(log_signer(runtime).verifier))
            return 0
        sealer(runtime).seal_now()
        with runtime.unit_of_work() as session:
            found = checkpoints.newest(session, watch(runtime)).head
    sys.stdout.write(str(found) if found else "")
    return 0 if found else 1


def _proof_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="size", type=int, default=0, help="size of the head that the witness knows")


def _proof(options: argparse.Namespace) -> int:
    if options.size < 0:
        raise Refused(gettext("a size is a whole number from 0"))
    with opened(options.data) as runtime:
        sealer(runtime).seal_now()
        with runtime.unit_of_work() as session:
            shown = checkpoints.proof_since(session, watch(runtime), options.size)
    if shown is None:
        raise Refused(gettext("the trail has no signed head yet"))
    sys.stdout.write(shown)
    return 0


def _cosignature_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="what `protect witness` printed")


def _cosignature(options: argparse.Namespace) -> int:
    try:
        shown = options.file.read_text(encoding="utf-8")
        with opened(options.data) as runtime, runtime.unit_of_work() as session:
            witness, size = checkpoints.keep_cosignature(session, watch(runtime), shown, runtime.clock())
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{options.file}: {error}") from None
    except checkpoints.CosignatureRefused as refused:
        say(f"{options.file}: {refused}")
        return 1
    say(gettext("%(name)s vouches for the first %(size)s entries.", name=witness, size=size))
    return 0


VERBS: Final = (
    Verb("verify-trail", "verify that trail and sealed rows are whole and unchanged", _verify_arguments, _verify),
    Verb("checkpoint", "print the newest signed head of the trail", _checkpoint_arguments, _checkpoint),
    Verb("trail-proof", "print a signed head with the proof that the trail only grew", _proof_arguments, _proof),
    Verb("cosignature-add", "take the signature of a witness from a file", _cosignature_arguments, _cosignature),
)
