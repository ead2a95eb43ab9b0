"""Everybody who is not let in, each for another reason, and what an outsider can see and measure of it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from sqlalchemy import update

from protect.access.models import Member
from protect.auth import totp
from protect.auth.actions import SignInRefused
from protect.auth.actions_attempts import GUESS_LIMIT, PAIR_LIMIT
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from tests.wire.served import Served, Took, typed
from tests.wire.speaking import Answer, Browser
from tests.world import PASSPHRASE

WRONG = "six other words than the right"
SUSPENDED = ("reader", "publisher", "foreign_officer", "foreign_auditor", "clinician")
GUESSED = ("supervisor", "shelter_intake", "other_shelter_intake", "clinic_intake", "auditor")
LOCKED = "shelter_worker"
INVITED = AgencyPlan("Sans personne", "other", [("Matadi", "CD-BC")], [], [NewMember("invited", "Iris", "registrar")])
OWN = re.compile(r'((?:name="(?:csrf_token|once|challenge)" value|data-options)=)"[^"]*"')
SEED = 20260731


@dataclass
class Refusals:
    """Names by the reason for which they are refused, though everything else that is typed be right."""

    served: Served
    browser: Browser

    def __post_init__(self) -> None:
        self._guessed, self._suspended = cycle(GUESSED), cycle(SUSPENDED)

    def forms(self) -> dict[str, dict[str, str]]:
        """One form for each reason. Names take turns where too many wrong codes would change the reason."""
        disabled = next(self._suspended)
        return {
            "unknown": typed("nobody"),
            "wrong passphrase": typed("officer", WRONG),
            "wrong code": typed(next(self._guessed)),
            "locked": typed(LOCKED, code=self._code(LOCKED)),
            "disabled": typed(disabled, code=self._code(disabled)),
            "not enrolled": typed("invited"),
        }

    def throttled(self) -> dict[str, dict[str, str]]:
        """Forms from an address that has tried too often, for somebody and for nobody."""
        return {"somebody": typed("officer", WRONG), "nobody": typed("nobody", WRONG)}

    def send(self, form: dict[str, str]) -> Answer:
        """The answer to a form that comes from a fresh address."""
        self.browser.line = self.served.line()
        return self.browser.post("/connexion", form)

    def times(self, rounds: int) -> dict[str, list[Took]]:
        """What each refusal took, in turns whose order is drawn anew each round: no neighbour's load favours a reason."""
        drawn, took = Random(SEED), defaultdict[str, list[Took]](list)
        for _ in range(rounds):
            forms = list(self.forms().items())
            drawn.shuffle(forms)
            for why, form in forms:
                _answer, one = self.served.timed(lambda form=form: self.send(form))
                took[why].append(one)
        return took

    def _code(self, name: str) -> str:
        """A code that would be taken, as it is never used up."""
        now = totp.step_at(self.served.world.runtime.clock().timestamp())
        return totp.code_at(self.served.world.people[name].seed, now)


def refusals(served: Served) -> Refusals:
    """Suspend, lock and invite; and a browser before the form."""
    world = served.world
    add_agency(world.runtime, world.directory, INVITED)
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name.in_(SUSPENDED)).values(status="suspended"))
    for number in range(GUESS_LIMIT):
        try:
            world.people[LOCKED].attempt(PASSPHRASE, "000000", f"10.20.1.{number}")
        except SignInRefused:
            continue
    return Refusals(served, served.visitor())


def throttle(found: Refusals) -> dict[str, Browser]:
    """Browsers at an address each that has used up its tries, by whom they ask for."""
    browsers = {}
    for whom, form in found.throttled().items():
        browsers[whom] = found.served.visitor()
        for _ in range(PAIR_LIMIT):
            browsers[whom].post("/connexion", form)
    return browsers


def as_seen(answer: Answer, name: str) -> bytes:
    """An answer without the hour, without what is random on every page, and without the name that was typed."""
    return b"".join(_parts(answer.raw.decode(), name))


def _parts(raw: str, name: str) -> Iterator[bytes]:
    head, _, body = raw.partition("\r\n\r\n")
    head = re.sub(r"(?m)^Date: .*\r\n", "", head)
    head = re.sub(r"(?m)^(Set-Cookie: [^=]+=)[^;]*", r"\1", head)
    head = re.sub(r"(?m)^Content-Length: (\d+)", lambda found: f"Content-Length: {int(found[1]) - len(name)}", head)
    yield head.encode()
    yield OWN.sub(r'\1""', body).replace(f'value="{name}"', 'value=""').encode()
