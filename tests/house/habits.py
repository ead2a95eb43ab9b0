"""Habits of the code: short views, one commit, no print, no promise for later, reasons beside exceptions."""

import ast
import re
from pathlib import Path

from tests.house.borders import VIEWS
from tests.house.sources import CODE, Function, body_length, files, functions, lines, parsed

VIEW_BODY = 15
COMMITTER = "protect/access/runtime.py"
LIMITLESS = {"protect/access/gate.py", "protect/access/export.py"}
LATER = re.compile(r"\b(TODO|FIXME|XXX)\b")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(\[[\w,\s-]+\])?\s*$")
LEFT_OUT = re.compile(r"mark\.(skip|xfail)\b|pytest\.xfail\(")


def long_views(tree: Path) -> list[str]:
    """A page's function whose body has more than 15 lines: it decides something that belongs into an action."""
    return [
        f"{name}:{one.lineno}: the body of {one.name} has {size} lines, at most {VIEW_BODY}"
        for name, path in files(tree, "protect")
        if re.fullmatch(VIEWS, name)
        for one in functions(path)
        if _is_page(one) and (size := body_length(one)) > VIEW_BODY
    ]


def _is_page(function: Function) -> bool:
    return any(ast.unparse(mark).startswith(("pages.get(", "pages.post(")) for mark in function.decorator_list)


def commits(tree: Path) -> list[str]:
    """A commit anywhere else than in the one function that may."""
    found = [
        f"{name}:{node.lineno}"
        for name, path in files(tree, "protect")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    inside = [place for place in found if place.startswith(f"{COMMITTER}:")]
    wrong = [f"{place}: only the gate's exit commits" for place in found if place not in inside]
    return wrong + [f"{place}: the program commits in one place only" for place in inside[1:]]


def let_through(tree: Path) -> list[str]:
    """People let past the limit of openings anywhere else than where the signatures of two were verified."""
    return [
        f"{name}:{node.lineno}: only protect/access/export.py lets people past the limit"
        for name, path in files(tree, "protect")
        if name not in LIMITLESS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "approved" and isinstance(node.ctx, ast.Store)
    ]


def prints(tree: Path) -> list[str]:
    """A print: what a person sees goes through a template or `say`, what an operator sees through the log."""
    return [
        f"{name}:{node.lineno}: print"
        for name, path in files(tree, "protect")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def promises(tree: Path) -> list[str]:
    """Work announced instead of done, a test left out, a silenced type without a reason."""
    patterns = {LATER: "do it or leave it out", LEFT_OUT: "a test is run or removed", BARE_IGNORE: "give the reason"}
    sources = [*files(tree, *CODE), *files(tree, "templates", ending=".html")]
    return [
        f"{name}:{number}: {remedy}"
        for name, path in sources
        if not name.startswith("tests/house/")  # they name what they forbid
        for number, line in enumerate(lines(path), 1)
        for pattern, remedy in patterns.items()
        if pattern.search(line)
    ]


def wrong_head(tree: Path) -> list[str]:
    """The recorded head of the migrations is not the last of one unbroken line."""
    told = [_revision(path) for _name, path in files(tree, "migrations/versions")]
    followed = {before for _revision_id, before in told}
    heads = [revision for revision, _before in told if revision not in followed]
    recorded = (tree / "migrations/HEAD").read_text(encoding="utf-8").strip()
    return [] if heads == [recorded] else [f"migrations/HEAD says {recorded}, the scripts end in {', '.join(heads)}"]


def _revision(path: Path) -> tuple[object, object]:
    values = {
        target.id: ast.literal_eval(node.value)
        for node in parsed(path).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return values["revision"], values["down_revision"]
