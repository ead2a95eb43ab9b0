"""Runs sqlmap on one address or form, and reads whether a parameter is injectable."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.scanners.wapiti import BIN, WHOLE

PATIENCE = 3600 if WHOLE else 900
LEVEL = 2 if WHOLE else 1  # from 2 on cookies are played with too
NOTHING = "all tested parameters do not appear to be injectable"
SOMETHING = "sqlmap identified the following injection point"


@dataclass(frozen=True)
class Question:
    """What sqlmap plays with: an address with its parameters, or a form with its token."""

    page: str
    form: tuple[tuple[str, str], ...] = ()


def injectable(base: str, cookie: str, question: Question, database: str, folder: Path) -> bool:
    """Whether sqlmap gets a statement in, by whichever technique. Fails when it cannot tell."""
    command = [
        BIN / "sqlmap", f"--url={base}{question.page}", f"--cookie={cookie}", f"--dbms={database}", "--batch", "--disable-coloring",
        "--flush-session", f"--output-dir={folder}", f"--level={LEVEL}", "--risk=2", "--technique=BEUSTQ", "--drop-set-cookie",
        "--skip=once",
    ]  # fmt: skip
    if question.form:
        command += [f"--data={urlencode(question.form)}"]
    if "csrf_token" in dict(question.form):
        command += ["--csrf-token=csrf_token", f"--csrf-url={base}{question.page}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE, env={**os.environ, "HOME": str(folder)})  # fmt: skip
    assert (NOTHING in done.stdout) != (SOMETHING in done.stdout), done.stdout + done.stderr
    return SOMETHING in done.stdout
