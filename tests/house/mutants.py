"""Does the tests' work the other way round: changes the program a little, many times, and counts how often a test notices.

`python -m tests.house.mutants ROOM [SIZE]` works on a copy, takes a sample that is the same each time, and names what nobody
noticed. It first writes down which test runs which line, and asks of each change only the tests that run the changed statement.
It takes an hour or more; begun again it goes on where it was stopped, as long as `.mutants/ROOM` is there.
"""

import ast
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from filecmp import cmp
from itertools import groupby
from pathlib import Path

from tests.house.covering import Covered

ROOT = Path(__file__).parent.parent.parent
TOOL = Path(os.environ.get("MUTATION", ".venv-mutation/bin")) / "cosmic-ray"
SEED, SIZE = 20260731, 120
LONGER = 3  # a change may make the tests take so many times as long before they count as hanging
# Whose tests may notice a change in a room.
NOTICED_BY = {
    "vault": ("tests/vault",),
    "audit": ("tests/audit", "tests/oversight", "tests/security"),
    "access": (
        "tests/access",
        "tests/auth",
        "tests/directory",
        "tests/security",
        "tests/statistics",
        "tests/cli/test_doctor.py",
        "tests/cases/test_export_one_by_one.py",
    ),
}
TEST = (sys.executable, *["-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-W", "ignore"])
CONFIG, SESSION, UNDECIDED, CHOICE, BEFORE = "config.toml", "session.sqlite", "undecided.sqlite", "choice", "before"
COVERED = "covered"
CONFIGURED = """[cosmic-ray]
module-path = ["protect/{room}"]
timeout = {longest}
excluded-modules = ["protect/*/models.py"]
test-command = "{python} -m tests.house.mutants {room} asked"
[cosmic-ray.distributor]
name = "local"
"""
Mutant = tuple[str, str, str, int, int]  # job, module, operator, row, column


def thinned(mutants: list[Mutant], drawn: random.Random) -> list[Mutant]:
    """One change of a kind at each place: twelve ways to spoil a plus are noticed, or not, together. No annotations."""
    told = [mutant for mutant in mutants if "BitOr" not in mutant[2]]
    ordered = sorted(told, key=_place)
    return [drawn.choice(list(same)) for _place_of, same in groupby(ordered, _place)]


def _place(mutant: Mutant) -> tuple[str, int, int, str]:
    _job, module, operator, row, column = mutant
    return module, row, column, operator.split("_")[0]


def keep(session: Path, size: int) -> int:
    """Leave a sample in the session of the tool; how many there were to choose from."""
    drawn = random.Random(SEED)
    with closing(sqlite3.connect(session)) as db, db:
        found = db.execute(
            "select job_id, module_path, operator_name, start_pos_row, start_pos_col from mutation_specs"
        )
        choice = thinned(sorted(found.fetchall(), key=lambda each: each[1:]), drawn)
        sample = drawn.sample(choice, min(size, len(choice)))
        chosen = [(job,) for job, *_where in sample]
        db.execute("create temp table chosen (job text)")
        db.executemany("insert into chosen values (?)", chosen)
        for table in ("mutation_specs", "work_items"):
            db.execute(f"delete from {table} where job_id not in (select job from chosen)")
    return len(choice)


def asked(room: str) -> list[str]:
    """The tests that run what was changed, from inside the copy; none where no test runs it."""
    covered = Covered(Path("..", COVERED).resolve())
    for before in Path("..", BEFORE).glob("*.py"):
        now = Path("protect", room, before.name)
        if not cmp(before, now, shallow=False):
            return covered.tests_of(now.resolve(), *_statement(before, now))
    raise LookupError("nothing was changed")


def _statement(before: Path, now: Path) -> tuple[int, int]:
    """First and last line of the innermost statement that was changed, or of its head where it has a body."""
    old, new = (path.read_text(encoding="utf-8").splitlines() for path in (before, now))
    changed = next(number for number, (one, other) in enumerate(zip(old, new, strict=False), 1) if one != other)
    around = [node for node in ast.walk(ast.parse("\n".join(old))) if isinstance(node, ast.stmt)]
    inner = max((one for one in around if one.lineno <= changed <= (one.end_lineno or 0)), key=lambda one: one.lineno)
    body = getattr(inner, "body", None)
    return inner.lineno, max(changed, body[0].lineno - 1) if body else inner.end_lineno or changed


def survivors(session: Path) -> Iterator[str]:
    """What was changed without anybody noticing."""
    with closing(sqlite3.connect(session)) as db:
        yield from (str(row[0]) for row in db.execute("select diff from work_results where test_outcome = 'SURVIVED'"))


def outcomes(session: Path) -> dict[str, int]:
    """How many were noticed, how many were not, and how many of the former by a test that did not end."""
    counted = "select iif(output = 'timeout', 'ENDLESS', test_outcome), count(*) from work_results group by 1"
    with closing(sqlite3.connect(session)) as db:
        return dict(db.execute(counted).fetchall())


def begin(room: str, size: int, place: Path) -> None:
    """Copy the program, see that nobody complains of it as it is, and draw the sample."""
    place.mkdir(parents=True)
    (place / ".gitignore").write_text("*\n", encoding="utf-8")
    shutil.copytree(ROOT, place / "tree", ignore=shutil.ignore_patterns(".*", "var", "node_modules", "__pycache__"))
    shutil.copytree(place / "tree" / "protect" / room, place / BEFORE)
    began = time.monotonic()
    watching = {"COVERED_ROOM": room, "COVERED_DATA": str(place.resolve() / COVERED)}
    run(place, *TEST, "-p", "tests.house.covering", *NOTICED_BY[room], **watching)
    longest = LONGER * (time.monotonic() - began)
    configured = CONFIGURED.format(room=room, longest=longest, python=sys.executable)
    (place / CONFIG).write_text(configured, encoding="utf-8")
    run(place, TOOL.absolute(), "init", place / CONFIG, place / UNDECIDED)
    choice = keep(place / UNDECIDED, size)
    (place / CHOICE).write_text(str(choice), encoding="utf-8")
    (place / UNDECIDED).rename(place / SESSION)


def run(place: Path, *words: str | Path, **told: str) -> None:
    """Run a program in the copy."""
    tree = place / "tree"
    subprocess.run(words, cwd=tree, check=True, env=os.environ | {"PYTHONPATH": str(tree), **told})


def measure(room: str, size: int) -> int:
    """Print the score and what survived."""
    place = ROOT / ".mutants" / room
    if not (place / SESSION).exists():
        shutil.rmtree(place, ignore_errors=True)
        begin(room, size, place)
    run(place, TOOL.absolute(), "exec", place / CONFIG, place / SESSION)
    found = outcomes(place / SESSION)
    sys.stdout.write("\n\n".join([*survivors(place / SESSION), ""]))
    score = 100 * (found.get("KILLED", 0) + found.get("ENDLESS", 0)) / sum(found.values())
    choice = (place / CHOICE).read_text(encoding="utf-8")
    sys.stdout.write(f"protect/{room}: {found}, a sample of {choice}: {score:.1f} %\n")
    return 0


def main(room: str, how: str = str(SIZE)) -> int:
    """Measure a room, or ask the tests of a copy whether they notice something."""
    if how == "asked":
        tests = asked(room)
        if tests:
            os.execv(sys.executable, [*TEST, *tests])
        return 0  # nobody was there to notice
    return measure(room, int(how))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
