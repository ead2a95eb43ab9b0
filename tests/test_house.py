"""The house rules hold, and each rule finds what is planted against it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import golden
from tests.house.habits import wrong_head
from tests.house.planted import BROKEN_LINE, PLANTED, RULES, write

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-scanners.txt", "requirements-mutation.txt")
LINTER = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
AUDITED = {
    "No known vulnerabilities found": (0, 0, "Audited"),
    "Found 1 known vulnerability in 1 package": (1, 2, "Found 1"),
    "flask  Dependency not found on PyPI and could not be audited\nNo known vulnerabilities found": (
        0,
        0,
        "NOT AUDITED",
    ),
    "ConnectionError: Failed to resolve": (1, 0, "NOT AUDITED"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule):
    assert rule(ROOT) == [], "\n".join(["", *rule(ROOT)])


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.rule.__name__}-{planted.place}")
def test_a_rule_finds_the_guilty_and_lets_the_innocent_pass(planted, tmp_path):
    guilty = write(tmp_path / "guilty", {planted.place: planted.guilty})
    place = planted.place if planted.innocent else "protect/cases/code.py"
    innocent = write(tmp_path / "innocent", {place: planted.innocent or planted.guilty})
    assert [problem.split(":")[0] for problem in planted.rule(guilty)] == [planted.place]
    assert planted.rule(innocent) == []


def test_a_head_that_was_left_behind_is_found(tmp_path):
    assert wrong_head(write(tmp_path, BROKEN_LINE)) == ["migrations/HEAD says 0001, the scripts end in 0002"]
    assert wrong_head(write(tmp_path, {"migrations/HEAD": "0002\n"})) == []


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINTER], cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False)  # fmt: skip


def test_imports_point_down(tmp_path):
    shutil.copytree(ROOT / "protect", tmp_path / "protect", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    kept = lint_imports(tmp_path)
    assert kept.returncode == 0, kept.stdout
    write(tmp_path, {"protect/vault/planted.py": "import protect.cases.code\n"})
    broken = lint_imports(tmp_path)
    assert broken.returncode == 1
    assert "protect.vault is not allowed to import protect.cases" in broken.stdout


@pytest.mark.parametrize("name", golden.FILES)
def test_the_golden_file_is_what_the_program_says(name, tmp_path):
    said = golden.FILES[name](golden.whole_app(tmp_path))
    assert said == (golden.GOLDEN / name).read_text(encoding="utf-8"), "look at the difference, then: make golden"


def test_texts_are_held_complete_by_a_test():
    assert "def test_every_text_is_translated" in (ROOT / "tests/web/test_texts.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("said", AUDITED)
def test_the_audit_fails_on_a_finding_only_and_says_when_nobody_looked(said, tmp_path):
    exit_code, expected, shown = AUDITED[said]
    write(tmp_path, {"pip-audit": f'#!/bin/sh\necho "{said}"\nexit {exit_code}\n'})
    (tmp_path / "pip-audit").chmod(0o755)
    made = subprocess.run(["make", "--silent", "--old-file", f"{tmp_path}/.ready-dev", "audit", f"VENV={tmp_path}", f"BIN={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == expected
    assert shown in made.stdout


def test_the_lock_names_no_place():
    locks = [(ROOT / name).read_text(encoding="utf-8") for name in LOCKS]
    assert not [line for lock in locks for line in lock.splitlines() if "://" in line or line.startswith("--")]
