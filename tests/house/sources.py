"""Reading the sources of a tree: which files there are, what they import, which functions they have."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
CODE = ("protect", "tests", "migrations", "bench")


def files(tree: Path, *folders: str, ending: str = ".py") -> Iterator[tuple[str, Path]]:
    """Path as it is written from the top of the tree, and the file."""
    for folder in folders:
        for path in sorted((tree / folder).rglob(f"*{ending}")):
            if "__pycache__" not in path.parts and "node_modules" not in path.parts:
                yield path.relative_to(tree).as_posix(), path


@cache
def _parsed(_path: Path, text: str) -> ast.Module:
    return ast.parse(text)


def parsed(path: Path) -> ast.Module:
    return _parsed(path, path.read_text(encoding="utf-8"))


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported; `from a import b` gives `a.b`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield node


def body_length(function: Function) -> int:
    """Lines of the body; signature and docstring do not count."""
    told = ast.get_docstring(function, clean=False) is not None
    body = function.body[1:] if told else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def under(name: str, *prefixes: str) -> bool:
    """Whether a dotted name is one of the modules, or inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)
