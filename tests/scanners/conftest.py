"""The program and a weak page, both served, and somebody's cookie for each."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from tests.access.people import member_id
from tests.referrals import hands
from tests.scanners.watched import ANSWERED
from tests.scanners.weak import COOKIE, VALUE
from tests.wire.served import Served
from tests.wire.serving import Serve

PATIENCE = 20.0
SETTINGS = "[opening_limits]\n" + "".join(
    f"{role} = [100000, 100000]\n" for role in ("officer", "supervisor", "intake")
)


@dataclass(frozen=True)
class Scanned:
    """The program as it is served, with something on each page."""

    served: Served
    case: UUID
    referral: UUID
    received: UUID
    service: UUID
    member: UUID

    @property
    def base(self) -> str:
        return f"http://localhost:{self.served.port}"

    def cookie(self, name: str) -> str:
        """Cookies of somebody who has just signed in, with whatever names people open for ten minutes; or of nobody."""
        if name:
            browser = self.served.browser(self.served.enter(self.served.world.people[name]))
            browser.get("/sessions")
        else:
            browser = self.served.visitor()
        return "; ".join(f"{key}={value}" for key, value in browser.cookies.items())

    @property
    def log(self) -> Path:
        return self.served.world.runtime.settings.data / ANSWERED

    def answered(self) -> list[tuple[str, str, int]]:
        """Method, rule and status of each answer since this was asked last."""
        if not self.log.exists():
            return []
        lines = [line.split(" ", 1) for line in self.log.read_text(encoding="utf-8").splitlines()]
        self.log.unlink()
        return [(method, rest.rpartition(" ")[0], int(rest.rpartition(" ")[2])) for method, rest in lines]


@pytest.fixture(scope="session")
def scanned(serve: Serve) -> Iterator[Scanned]:
    """The real program over a world in which there is something to see, watched."""
    with serve("tests.scanners.watched", SETTINGS) as served:
        world = served.world
        for person in (world.officer, world.shelter_intake):
            served.enter(person)
        service = hands.add_places(world, hands.SHELTER, 3)
        case = hands.new_case(world.officer)
        referral, received = (hands.send(world.officer, case, service) for _ in range(2))
        hands.accept(world.shelter_intake, received)
        yield Scanned(served, case, referral, received, service, member_id(world, "officer_other_unit"))


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
