"""The golden files: every page, who may do what, whose keys are whose; run as a module it writes them anew."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine

from protect.access.policy import PUBLIC, policy
from protect.access.runtime import Runtime
from protect.app import application
from protect.config import Secrets, Settings
from protect.store.shred import ShredStore
from protect.web.pages import rules_of

GOLDEN = Path(__file__).parent.parent / "golden"
NOT_GIVEN = "-"


def whole_app(folder: Path) -> Flask:
    """The application with all its pages, over a database that nobody asks anything."""
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    secrets = Secrets(*[bytes(32)] * 5)
    return application(Runtime(Settings(data=folder), secrets, nowhere, ShredStore(folder / "shred.sqlite")))


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
