"""The golden files: every page, who may do what, whose keys are whose; run as a module it writes them anew."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine

from protect.access.policy import PUBLIC, policy
from protect.access.runtime import Runtime
from protect.app import application
from protect.config import Secrets, Settings
from protect.store.shred import ShredStore
from protect.web.pages import PageRule, page_of, rule_at, rules_of

GOLDEN = Path(__file__).parent.parent / "golden"
NOT_GIVEN = "-"
NOBODY = "00000000-0000-0000-0000-000000000000"


def whole_app(folder: Path) -> Flask:
    """The application with all its pages, over a database that nobody asks anything."""
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    secrets = Secrets(*[bytes(32)] * 5)
    return application(Runtime(Settings(data=folder), secrets, nowhere, ShredStore(folder / "shred.sqlite")))


def address(rule: str) -> str:
    """An address of that rule."""
    one_of = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule)
    return re.sub(r"<[^>]*>", "person", re.sub(r"<uuid:[^>]*>", NOBODY, one_of))


def sent(app: Flask) -> tuple[PageRule, ...]:
    """Every form's target that only its own pages lead to."""
    return tuple(page for page in rules_of(app) if page.method == "POST" and page.csrf == "token")


def kept(app: Flask) -> str:
    """What is kept when a session ends or closes on the way, and on which page one goes on where nothing is."""
    lines = []
    with app.test_request_context():
        for page in sent(app):
            above = rule_at(page_of(address(page.rule)))[0]
            assert above is not None
            lines.append("  ".join((page.rule, page.needs, "kept" if page.keeps else "lost", above.endpoint)))
    return "".join(f"{line}\n" for line in lines)


def routes(app: Flask) -> str:
    return "".join(f"{page}\n" for page in rules_of(app))


def public(app: Flask) -> str:
    """The pages that a visitor sees without signing in."""
    return "".join(f"{page.method}  {page.rule}\n" for page in rules_of(app) if page.needs == PUBLIC)


def permissions(_app: Flask) -> str:
    known = policy()
    rows = {name: [known.clauses[name].get(role, NOT_GIVEN) for role in known.roles] for name in sorted(known.clauses)}
    return _table(known.roles, rows)


def compartments(_app: Flask) -> str:
    known = policy()
    names = sorted({name for held in known.compartments.values() for name in held})
    rows = {name: [known.compartments[role].get(name, NOT_GIVEN) for role in known.roles] for name in names}
    return _table(known.roles, rows)


def _table(roles: tuple[str, ...], rows: dict[str, list[str]]) -> str:
    """Roles as columns, wide enough to read in a diff."""
    head = "".join(f"{role:<15}" for role in roles)
    lines = [
        f"{'':<20}{head}".rstrip(),
        *(f"{name:<20}{''.join(f'{cell:<15}' for cell in row)}".rstrip() for name, row in rows.items()),
    ]
    return "".join(f"{line}\n" for line in lines)


FILES: dict[str, Callable[[Flask], str]] = {
    "routes.txt": routes,
    "kept.txt": kept,
    "public.txt": public,
    "permissions.txt": permissions,
    "compartments.txt": compartments,
}


def write(folder: Path) -> None:
    app = whole_app(folder)
    GOLDEN.mkdir(exist_ok=True)
    for name, made in FILES.items():
        (GOLDEN / name).write_text(made(app), encoding="utf-8")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        write(Path(made))
