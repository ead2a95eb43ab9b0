"""The program and a weak page, both served, and somebody's cookie for each."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest

from tests.scanners import told
from tests.scanners.filled import fill
from tests.scanners.told import Answer
from tests.scanners.walks import Walk
from tests.scanners.watched import ANSWERED, KEPT
from tests.scanners.weak import COOKIE, VALUE
from tests.wire.served import Served, typed
from tests.wire.serving import Serve
from tests.wire.speaking import Browser

PATIENCE = 20.0
ROLES = ("officer", "supervisor", "intake")
WIDE = (100_000, 100_000)
SETTINGS = "\n".join(
    ("sessions_each = 2", "idle_minutes = 60", "[opening_limits]", *(f"{role} = {list(WIDE)}" for role in ROLES), "")
)
AT_WORK = (
    "officer",
    "officer_same_unit",
    "officer_other_unit",
    "supervisor",
    "registrar",
    "shelter_intake",
    "analyst",
    "publisher",
)


@dataclass(frozen=True)
class Scanned:
    """The program as it is served, with something on each page."""

    served: Served
    ids: dict[str, str]
    numbers: Iterator[int]

    @property
    def base(self) -> str:
        return f"http://localhost:{self.served.port}"

    def browser(self, name: str) -> Browser:
        """The browser of somebody who has just signed in, with whatever names people open; or of nobody."""
        browser = self.served.visitor()
        if name:
            code = self.served.code(self.served.world.people[name])
            assert browser.post("/connexion", typed(name, code=code)).session
            browser.get("/sessions")
        return browser

    def cookie(self, name: str, *walks: Walk) -> tuple[str, list[str]]:
        """Cookies of somebody with two devices, and the addresses at which what they walked to is shown again."""
        _other, browser = self.browser(name), self.browser(name)
        kept = [self._keep(page) for walk in walks for page in walk(self.served, browser, self.ids)]
        return "; ".join(f"{key}={value}" for key, value in browser.cookies.items()), kept

    def _keep(self, page: str) -> str:
        folder, number = self._data / KEPT, next(self.numbers)
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
        return f"/garde/{number}"

    @property
    def _data(self) -> Path:
        return self.served.world.runtime.settings.data

    def answered(self) -> list[Answer]:
        """What was answered since this was asked last."""
        log = self._data / ANSWERED
        if not log.exists():
            return []
        lines = log.read_text(encoding="utf-8").splitlines()
        log.unlink()
        return [tuple(json.loads(line)) for line in lines]


@pytest.fixture(scope="session")
def scanned(serve: Serve) -> Iterator[Scanned]:
    """The real program over a world in which there is something to see, watched."""
    with serve("tests.scanners.watched", SETTINGS) as served:
        runtime = served.world.runtime
        limits = {"opening_limits": dict.fromkeys(ROLES, WIDE)}
        served.world = served.world.copied(replace(runtime, settings=runtime.settings.model_copy(update=limits)))
        for name in AT_WORK:
            served.enter(served.world.people[name])
        yield Scanned(served, fill(served), count(1))


@dataclass(frozen=True)
class Weak:
    """The weak page."""

    base: str
    cookie: str


@pytest.fixture(scope="session")
def weak() -> Iterator[Weak]:
    """The weak page, in a process of its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "tests.scanners.weak", str(port)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip
    _wait(port)
    yield Weak(f"http://127.0.0.1:{port}", f"{COOKIE}={VALUE}")
    process.terminate()
    process.wait(PATIENCE)


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the weak page does not answer")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a scanner may leave what it likes."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was done, and what was cut short."""
    terminalreporter.section("scanners")
    for line in told.summary():
        terminalreporter.line(line)
