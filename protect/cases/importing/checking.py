"""A whole file gone through: first only to see what is wrong with it, then to give the rows that can become cases."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from protect.cases.actions_import import NamedRow
from protect.cases.importing.columns import Plan, plan
from protect.cases.importing.files import Table, read_table
from protect.cases.importing.problems import Problem
from protect.cases.importing.rows import Custom, Read, read_row

MOST_TOLD: Final = 200  # problems that a report spells out; the others it counts
PIECE: Final = 200  # rows of one transaction


@dataclass(frozen=True)
class Source:
    """A file with its plan, and what its importer decided."""

    table: Table
    plan: Plan
    custom: Custom


@dataclass(frozen=True)
class Checked:
    """What a dry run found. `silent` counts children whose consent was told without who gave it, so was left out."""

    good: int
    bad: int
    problems: tuple[Problem, ...]
    untold: int
    ignored: tuple[str, ...]
    silent: int


def open_source(content: bytes, custom: Custom, phone_prefix: str) -> Source:
    """The file as it will be read. FileRefused if it is not one that can be."""
    table = read_table(content)
    return Source(table, plan(table.titles, phone_prefix), custom)


def check(source: Source) -> Checked:
    """Read every row and write nothing."""
    count: Counter[str] = Counter()
    problems: list[Problem] = []
    for row in source.table.rows():
        found = read_row(row, source.plan, source.custom)
        if isinstance(found, Read):
            count.update(good=1, silent=found.silent)
            continue
        count.update(bad=1, problems=len(found))
        problems += found[: MOST_TOLD - len(problems)]
    untold = count["problems"] - len(problems)
    return Checked(count["good"], count["bad"], tuple(problems), untold, source.plan.ignored, count["silent"])


def good_rows(source: Source) -> Iterator[NamedRow]:
    """The rows that can become cases, each by its content and by which of several equal rows it is."""
    seen: Counter[bytes] = Counter()
    for row in source.table.rows():
        found = read_row(row, source.plan, source.custom)
        if isinstance(found, Read):
            digest = hashlib.sha256(found.canonical).digest()
            yield NamedRow(found.intake, digest, seen[digest])
            seen[digest] += 1


def pieces(rows: Iterator[NamedRow], size: int = PIECE) -> Iterator[list[NamedRow]]:
    """The rows in pieces of one transaction each."""
    while piece := list(islice(rows, size)):
        yield piece
