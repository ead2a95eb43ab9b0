"""For every rule a file that breaks it and its innocent twin, planted into an empty tree."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.house import borders, budgets, habits

Rule = Callable[[Path], list[str]]
OPENING = '"""It is opened by one sentence."""\n'
BODY = '"""It has text."""\n' + "step = 1\n" * 300


class Planted(NamedTuple):
    """The rule, the place, the text that breaks it there, and a text that does not."""

    rule: Rule
    place: str
    guilty: str
    innocent: str


def _function(length: int, *, marked: str = "") -> str:
    return f"{OPENING}\n\n{marked}def show():\n" + "    step = 1\n" * length


PAGE = '@pages.get("/dossiers", needs="case:list")\n'
SEVEN, SIX = "a, b, c, d, e, f, g", "self, a, b, *, c, d, e, f"
PLANTED = (
    Planted(budgets.long_files, "protect/cases/code.py", BODY, BODY.removesuffix("step = 1\n")),
    Planted(budgets.long_files, "tests/conftest.py", OPENING + "step = 1\n" * 150, OPENING + "step = 1\n" * 149),
    Planted(budgets.long_files, "templates/cases/show.html", "<p></p>\n" * 121, "<p></p>\n" * 120),
    Planted(budgets.long_functions, "protect/cases/code.py", _function(40), _function(39)),
    Planted(budgets.many_arguments, "protect/cases/code.py", f"def show({SEVEN}): ...\n", f"def show({SIX}): ...\n"),
    Planted(budgets.bad_openings, "protect/cases/code.py", "step = 1\n", OPENING),
    Planted(budgets.bad_openings, "protect/cases/code.py", '"""One sentence. Two sentences."""\n', OPENING),
    Planted(
        budgets.bad_openings,
        "protect/cases/code.py",
        '"""One. Two.\n\nA paragraph."""\n',
        '"""Over\ntwo lines.\n\nA paragraph. Or two."""\n',
    ),
    Planted(budgets.bad_openings, "tests/cases/test_code.py", '"""No full stop"""\n', OPENING),
    *(
        Planted(budgets.vague_names, f"protect/cases/{name}.py", OPENING, "")
        for name in ("utils", "helper", "common", "manager/keys")
    ),
    Planted(borders.foreign_libraries, "protect/cases/code.py", "import cryptography.hazmat\n", "import hashlib\n"),
    Planted(borders.foreign_libraries, "protect/access/seals.py", "from argon2 import low_level\n", "import hmac\n"),
    Planted(
        borders.foreign_libraries, "protect/cases/search.py", "from sqlalchemy import text\n", "import rapidfuzz\n"
    ),
    Planted(borders.foreign_libraries, "protect/vault/box.py", "import pyzipper\n", "import cryptography.hazmat\n"),
    Planted(borders.foreign_libraries, "protect/cases/actions.py", "import flask\n", "from sqlalchemy import text\n"),
    Planted(borders.foreign_libraries, "protect/auth/actions.py", "import pyotp\n", "from protect.auth import totp\n"),
    Planted(
        borders.foreign_libraries, "protect/auth/views.py", "import webauthn\n", "from protect.auth import passkeys\n"
    ),
    Planted(borders.foreign_libraries, "protect/cases/views.py", "import sqlite3\n", "from flask import request\n"),
    Planted(
        borders.borrowed_models,
        "protect/referrals/actions.py",
        "from protect.cases.models import Case\n",
        "from protect.referrals.models import Referral\n",
    ),
    Planted(
        borders.borrowed_models,
        "protect/cases/views.py",
        "from protect.cases import models\n",
        "from protect.cases import actions\n",
    ),
    Planted(
        borders.far_sighted_pages,
        "protect/cases/views.py",
        "from protect.access.keyring import Keyring\n",
        "from protect.access.gate import Gate\n",
    ),
    Planted(
        borders.far_sighted_pages,
        "protect/cases/forms_consent.py",
        "import protect.vault.sealing\n",
        "from protect.access.errors import Conflict\n",
    ),
    Planted(habits.long_views, "protect/cases/views.py", _function(16, marked=PAGE), _function(15, marked=PAGE)),
    Planted(habits.long_views, "protect/cases/views_new.py", _function(16, marked=PAGE), _function(16)),
    Planted(habits.commits, "protect/cases/actions.py", "gate.db.commit()\n", "gate.db.flush()\n"),
    Planted(habits.commits, habits.COMMITTER, "session.commit()\nsession.commit()\n", "session.commit()\n"),
    Planted(habits.let_through, "protect/cases/actions.py", "gate.approved = everybody\n", "told = gate.approved\n"),
    Planted(habits.prints, "protect/cases/code.py", "print(1)\n", "say(1)\n"),
    Planted(habits.promises, "protect/cases/code.py", "# TODO later\n", "# to do is a verb\n"),
    Planted(habits.promises, "tests/test_a.py", "@pytest.mark.skip\n", "@pytest.mark.parametrize\n"),
    Planted(habits.promises, "protect/a.py", "a = b()  # type: ignore[x]\n", "a = b()  # type: ignore[x]  # untyped\n"),
)
BROKEN_LINE = {
    "migrations/HEAD": "0001\n",
    "migrations/versions/0001_a.py": 'revision = "0001"\ndown_revision = None\n',
    "migrations/versions/0002_b.py": 'revision = "0002"\ndown_revision = "0001"\n',
}
RULES = tuple(dict.fromkeys([*(one.rule for one in PLANTED), habits.wrong_head]))


def write(tree: Path, texts: dict[str, str]) -> Path:
    for place, text in texts.items():
        path = tree / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tree
