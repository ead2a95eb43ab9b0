"""Budgets of size, one-sentence docstrings, and names that say nothing."""

import ast
import re
from pathlib import Path

from tests.house.sources import CODE, files, functions, lines, parsed

FILE, CONFTEST, TEMPLATE, FUNCTION, ARGUMENTS = 300, 150, 120, 40, 6
VAGUE = re.compile(r"(util|helper|common|manager)s?")
SENTENCE_END = re.compile(r"[.!?][\"'»)]*\s+[A-ZÀ-Ý]")


def long_files(tree: Path) -> list[str]:
    """Code of more than 300 lines, a conftest of more than 150, a template of more than 120."""
    found = [
        (name, len(lines(path)), CONFTEST if path.name == "conftest.py" else FILE) for name, path in files(tree, *CODE)
    ]
    found += [(name, len(lines(path)), TEMPLATE) for name, path in files(tree, "templates", ending=".html")]
    return [f"{name}: {size} lines, at most {budget}" for name, size, budget in found if size > budget]


def long_functions(tree: Path) -> list[str]:
    """A function of more than 40 lines."""
    return [
        f"{name}:{one.lineno}: {one.name} has {size} lines, at most {FUNCTION}"
        for name, path in files(tree, *CODE)
        for one in functions(path)
        if (size := (one.end_lineno or 0) - one.lineno + 1) > FUNCTION
    ]


def many_arguments(tree: Path) -> list[str]:
    """A function of the program with more than six arguments, self not counted."""
    return [
        f"{name}:{one.lineno}: {one.name} takes {len(taken)} arguments, at most {ARGUMENTS}"
        for name, path in files(tree, "protect")
        for one in functions(path)
        if len(taken := _arguments(one.args)) > ARGUMENTS
    ]


def _arguments(given: ast.arguments) -> list[str]:
    every = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return every[1:] if every[:1] in (["self"], ["cls"]) else every


def bad_openings(tree: Path) -> list[str]:
    """A module that is not opened by one sentence; a paragraph after it may tell a format."""
    return [
        f"{name}: {fault}"
        for name, path in files(tree, *CODE)
        if parsed(path).body and (fault := _opening_fault(ast.get_docstring(parsed(path))))
    ]


def _opening_fault(told: str | None) -> str | None:
    if not told:
        return "no docstring opens the module"
    first = told.split("\n\n")[0]
    if SENTENCE_END.search(first):
        return "the docstring that opens the module begins with more than one sentence"
    return None if first.endswith(".") else "the docstring that opens the module ends without a full stop"


def vague_names(tree: Path) -> list[str]:
    """A module or package named utils, helpers, common or manager."""
    return [
        f"{name}: this name says nothing of what is inside"
        for name, path in files(tree, *CODE)
        if any(VAGUE.fullmatch(part) for part in (*path.relative_to(tree).parent.parts, path.stem))
    ]
