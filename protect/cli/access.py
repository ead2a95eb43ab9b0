"""The verb that prints who can read, add and do what."""

import argparse
from collections.abc import Sequence
from typing import Final

from protect.access.policy import policy
from protect.cli.terminal import Verb, say
from protect.i18n import language
from protect.oversight import access_words as words
from protect.oversight import explained
from protect.oversight.explained import Sheet

GAP: Final = "  "


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=policy().roles, help="one role only, as a list")


def _run(options: argparse.Namespace) -> int:
    if options.role:
        _role(options.role)
        return 0
    for sheet in explained.sheets(language()):
        for line in _aligned(_rows(sheet)):
            say(line)
        say("\f" if sheet.roles[-1] != policy().roles[-1] else "")  # the next sheet of paper
    return 0


def _role(role: str) -> None:
    view = explained.role_view(role, language())
    say(policy().role_name(role, language()))
    for line in _aligned([[words.compartment(name), str(words.ACCESS[access])] for name, access in view.compartments]):
        say(f"  {line}")
    for group in view.groups:
        say(str(words.GROUPS[group.name]))
        for right in group.rights:
            say(f"  {right.label} ({words.PREDICATES[right.predicate]})")


def _rows(sheet: Sheet) -> list[list[str]]:
    """Names of the roles, then a line for each compartment and each permission."""
    rows = [["", *(policy().role_name(role, language()) for role in sheet.roles)]]
    rows += [
        [words.compartment(name), *(str(words.SHORT[cell]) for cell in cells)] for name, cells in sheet.compartments
    ]
    for group, lines in sheet.groups:
        rows.append([str(words.GROUPS[group]).upper()])
        rows += [[label, *(str(words.SHORT_PREDICATES[cell]) for cell in cells)] for label, cells in lines]
    return rows


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell."""
    columns = max(len(row) for row in rows)
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(columns)]
    return [GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]


VERBS: Final = (Verb("access-matrix", "print who can read, add and do what, by role", _arguments, _run),)
