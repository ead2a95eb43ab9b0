"""Everybody who is not let in, each for another reason, and what an outsider can see of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from sqlalchemy import select, update

from protect.access.models import Member
from protect.auth import totp
from protect.auth.actions_attempts import GUESS, GUESS_LIMIT, PAIR_LIMIT, count_guess
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from tests.wire.served import Served, typed
from tests.wire.speaking import Answer, Browser
from tests.world import Person

WRONG = "six other words than the right"
NOBODY = "nobody"
SUSPENDED = "reader"
LOCKED = "shelter_worker"
GUESSED = (
    "officer",
    "supervisor",
    "auditor",
    SUSPENDED,
)  # of whom codes are guessed, and forgiven before there are too many
INVITED = AgencyPlan("Sans personne", "other", [("Matadi", "CD-BC")], [], [NewMember("invited", "Iris", "registrar")])
OWN = re.compile(r'((?:name="(?:csrf_token|once|challenge)" value|data-options)=)"[^"]*"')

Form = dict[str, str]


def asked_of_passkeys(page: str) -> str:
    """What the page asks a passkey, as JSON."""
    return unescape(re.findall(r'data-options="([^"]*)"', page)[0])


@dataclass
class Refusals:
    """Names by the reason for which they are refused, though everything else that is typed be right."""

    served: Served
    browser: Browser

    def forms(self) -> dict[str, Form]:
        """A passphrase and six digits: one form for each reason."""
        return {
            "unknown": typed(NOBODY),
            "wrong passphrase": typed("officer", WRONG),
            "wrong code": typed("supervisor"),
            "locked": typed(LOCKED, code=self.digits(LOCKED)),
            "disabled": typed(SUSPENDED, code=self.digits(SUSPENDED)),
            "not enrolled": typed("invited"),
        }

    def throttled(self) -> dict[str, Form]:
        """Forms from an address that has tried too often, for somebody and for nobody."""
        return {"somebody": typed("officer", WRONG), "nobody": typed(NOBODY, WRONG)}

    def send(self, form: Form, path: str = "/connexion") -> Answer:
        """The answer to a form that comes from a fresh address."""
        self.browser.line = self.served.line()
        return self.browser.post(path, form)

    def digits(self, name: str) -> str:
        """A code that would be taken, as it is never used up."""
        now = totp.step_at(self.served.world.runtime.clock().timestamp())
        return totp.code_at(self.person(name).seed, now)

    def person(self, name: str) -> Person:
        return self.served.world.people[name]

    def forgive(self) -> None:
        """Forget the codes that were guessed, but for whom they locked."""
        runtime = self.served.world.runtime
        with runtime.unit_of_work() as db:
            ids = db.scalars(select(Member.id).where(Member.sign_in_name.in_(GUESSED))).all()
        for one in ids:
            runtime.shred.forget_tries(GUESS, str(one))


def refusals(served: Served) -> Refusals:
    """Suspend, lock and invite; and a browser before the form."""
    world = served.world
    add_agency(world.runtime, world.directory, INVITED)
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == SUSPENDED).values(status="suspended"))
        locked = db.scalars(select(Member.id).where(Member.sign_in_name == LOCKED)).one()
    for _ in range(GUESS_LIMIT):
        count_guess(world.runtime, locked, world.runtime.clock(), right=True)
    return Refusals(served, served.visitor())


def throttle(found: Refusals) -> dict[str, Browser]:
    """Browsers at an address each that has used up its tries, by whom they ask for."""
    browsers = {}
    for whom, form in found.throttled().items():
        browsers[whom] = found.served.visitor()
        for _ in range(PAIR_LIMIT):
            browsers[whom].post("/connexion", form)
    return browsers


def as_seen(answer: Answer, shown: str) -> bytes:
    """An answer without the hour, without what is random on every page, and without what was typed and is shown again."""
    return b"".join(_parts(answer.raw.decode(), shown))


def _parts(raw: str, shown: str) -> Iterator[bytes]:
    head, _, body = raw.partition("\r\n\r\n")
    head = re.sub(r"(?m)^Date: .*\r\n", "", head)
    head = re.sub(r"(?m)^(Set-Cookie: [^=]+=)[^;]*", r"\1", head)
    head = re.sub(r"(?m)^Content-Length: (\d+)", lambda found: f"Content-Length: {int(found[1]) - len(shown)}", head)
    yield head.encode()
    yield OWN.sub(r'\1""', body).replace(f'value="{shown}"', 'value=""').encode()
