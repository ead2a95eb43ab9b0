"""A world behind two real processes, and what each of them did for an answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from tests.wire.processes import computed, serving, standing_still
from tests.wire.speaking import SESSION, Answer, Browser, Line
from tests.world import PASSPHRASE, Person, World, forget_codes

EACH = 3  # answers of every process that count as "everywhere"
REST = 0.003  # seconds in which a process puts away what a request left


class Took(NamedTuple):
    """What one answer took: seconds until it was there, and seconds that the processes computed."""

    waited: float
    computed: float


@dataclass
class Served:
    """People, the port where processes serve them, and an address of one's own for everybody who comes."""

    world: World
    port: int
    workers: list[int] = field(default_factory=list)
    _addresses: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.workers = serving(self.port)

    def line(self) -> Line:
        """A way in from an address that nobody came from before: all of 127.0.0.0/8 is this machine."""
        number = next(self._addresses)
        return Line(self.port, f"127.{16 + (number >> 14)}.{(number >> 7) & 127}.{(number & 127) + 1}")

    def visitor(self, cookie: str = "") -> Browser:
        """A browser with the form of signing in before it, and with a session's cookie from somewhere."""
        browser = Browser(self.line(), {SESSION: cookie} if cookie else {})
        browser.get("/connexion")
        return browser

    def browser(self, person: Person) -> Browser:
        """The browser of somebody who signed in."""
        return Browser(self.line(), {SESSION: person.token})

    def code(self, person: Person) -> str:
        """A code that is good now: that one was used just before is forgotten, so that nobody waits for the next."""
        forget_codes(self.world.runtime, person.name)
        return person.code()

    def enter(self, person: Person) -> Person:
        """Somebody with a session that has just begun."""
        person.token = person.attempt(PASSPHRASE, self.code(person))
        return person

    def clocks(self) -> list[float]:
        return [computed(pid) for pid in self.workers]

    def timed(self, run: Callable[[], Answer]) -> tuple[Answer, Took]:
        """The answer and what it took, once the processes are at rest."""
        time.sleep(REST)
        before, began = self.clocks(), time.perf_counter()
        answer = run()
        waited = time.perf_counter() - began
        time.sleep(REST)
        return answer, Took(waited, sum(self.clocks()) - sum(before))

    def everywhere(self, run: Callable[[], Answer]) -> list[Answer]:
        """Some answers of each process, while the others stand still: else one of them may take every connection."""
        answers = []
        for pid in self.workers:
            time.sleep(REST)
            with standing_still(other for other in self.workers if other != pid):
                before = computed(pid)
                answers += [run() for _ in range(EACH)]
                assert computed(pid) > before
        return answers


def typed(name: str, passphrase: str = PASSPHRASE, code: str = "000000") -> dict[str, str]:
    """What somebody types to sign in."""
    return {"name": name, "passphrase": passphrase, "code": code}
