"""Agencies and the few people whose work is measured, enrolled and signed in by the real actions."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from protect.access import sessions
from protect.access.actor import Actor
from protect.access.founding import new_root
from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.auth import actions, actions_enrolment, totp
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.directory.actions_onboarding import NewService

KINSHASA = "CD-KN"


def _plan(name: str, kind: str, services: list[NewService], *people: tuple[str, str]) -> AgencyPlan:
    members = [NewMember(sign_in, sign_in.capitalize(), role, "Bureau") for sign_in, role in people]
    registrar = NewMember(f"registrar-{name}", "Registrar", "registrar")
    return AgencyPlan(name, kind, [("Bureau", KINSHASA)], services, [registrar, *members])


BEDS = NewService("Beds", "emergency_shelter", KINSHASA, has_places=True)
PLANS = (
    _plan("Lead", "lead", [], ("auditor", "auditor"), ("officer", "officer")),
    _plan("Shelter", "shelter", [BEDS], ("intake", "intake")),
    _plan("Small", "other", [], ("small", "supervisor")),
    _plan("Large", "other", [], ("large", "supervisor")),
)


ENOUGH = timedelta(minutes=5)  # a measure is over sooner


@dataclass(frozen=True)
class Account:
    """Who signs in, and with what."""

    name: str
    passphrase: str
    seed: str

    def sign_in(self, runtime: Runtime) -> str:
        """Begin a session; its cookie. The last time was more than a step of the code generator ago."""
        code = totp.code_at(self.seed, totp.step_at(runtime.clock().timestamp()))
        entered = actions.Entered(self.name, self.passphrase, actions.Proof(code))
        with Gate(runtime, None) as visitor:
            return actions.sign_in(visitor, runtime, entered, "bench").token


@dataclass(frozen=True)
class Person:
    """Somebody with a live session."""

    runtime: Runtime
    token: str
    account: Account

    @cached_property
    def actor(self) -> Actor:
        """Who it is, looked up once."""
        found = sessions.find(self.runtime, self.token).actor
        if found is None:
            raise LookupError("the session is over")
        return found

    def is_open(self) -> bool:
        """Whether identity, contact and protection stay open for the next measure."""
        until = self.actor.open_until
        return until is not None and until - self.runtime.clock() > ENOUGH

    def anew(self) -> "Person":
        """The same person in a new session."""
        return Person(self.runtime, self.account.sign_in(self.runtime), self.account)

    def gate(self) -> Gate:
        """A gate without the look-up of the session."""
        return Gate(self.runtime, self.actor, token=self.token)

    def request(self) -> Gate:
        """A gate as a request gets it: the session is looked up first."""
        return Gate(self.runtime, sessions.find(self.runtime, self.token).actor, token=self.token)


def enrol(runtime: Runtime) -> dict[str, Person]:
    """Enter the agencies, enrol and sign in everybody but the registrars; by sign-in name."""
    directory, people = new_root(), {}
    for plan in PLANS:
        for item in add_agency(runtime, directory, plan).codes:
            name = item.member.sign_in_name
            if item.member.role == "registrar":
                continue
            chosen = actions_enrolment.choose("en")
            with Gate(runtime, None) as visitor:
                actions_enrolment.enrol(visitor, runtime, item.code, chosen)
            account = Account(name, chosen.passphrase, chosen.seed)
            people[name] = Person(runtime, account.sign_in(runtime), account)
    return people
