"""A small world for tests: agencies and their people, enrolled and signed in by the real actions."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from protect.access import sessions
from protect.access.founding import new_root
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.runtime import Runtime
from protect.auth import actions, actions_enrolment, actions_keys, actions_sessions, login, totp
from protect.auth.actions_attempts import TAKEN
from protect.auth.actions_factors import Proof
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.auth.models import Factor
from protect.directory.actions_onboarding import NewService
from tests.pages import PageClient

LONGEST_WAIT = 10  # steps of a code generator
PASSPHRASE = "correct horse battery staple six words"

LEAD = AgencyPlan(
    "Agence pilote", "lead", [("Kinshasa", "CD-KN"), ("Goma", "CD-NK")], [],
    [
        NewMember("registrar", "Odile Registre", "registrar"),
        NewMember("officer", "Aline Agent", "officer", "Kinshasa"),
        NewMember("officer_same_unit", "Basile Agent", "officer", "Kinshasa"),
        NewMember("officer_other_unit", "Carine Agent", "officer", "Goma"),
        NewMember("supervisor", "Denis Superviseur", "supervisor"),
        NewMember("auditor", "Emma Auditrice", "auditor"),
    ],
)  # fmt: skip
SHELTER = AgencyPlan(
    "Maison Une", "shelter", [("Maison", "CD-KN")],
    [NewService("Hébergement Une", "emergency_shelter", "CD-KN", has_places=True)],
    [
        NewMember("shelter_registrar", "Fanny Registre", "registrar"),
        NewMember("shelter_intake", "Gilbert Accueil", "intake"),
        NewMember("shelter_worker", "Henriette Maison", "shelter_worker"),
    ],
)  # fmt: skip
OTHER_SHELTER = AgencyPlan(
    "Maison Deux", "shelter", [("Maison", "CD-KN")],
    [NewService("Hébergement Deux", "emergency_shelter", "CD-KN", has_places=True)],
    [
        NewMember("other_registrar", "Irène Registre", "registrar"),
        NewMember("other_shelter_intake", "Jean Accueil", "intake"),
    ],
)  # fmt: skip
CLINIC = AgencyPlan(
    "Centre de santé", "medical", [("Centre", "CD-KN")], [NewService("Soins", "medical", "CD-KN")],
    [
        NewMember("clinic_registrar", "Karine Registre", "registrar"),
        NewMember("clinic_intake", "Luc Accueil", "intake"),
        NewMember("clinician", "Marthe Soins", "clinician"),
    ],
)  # fmt: skip
OTHER_LEAD = AgencyPlan(
    "Autre agence", "other", [("Bukavu", "CD-SK")], [],
    [
        NewMember("foreign_registrar", "Nadine Registre", "registrar"),
        NewMember("foreign_officer", "Olivier Agent", "officer", "Bukavu"),
        NewMember("foreign_supervisor", "Paul Superviseur", "supervisor"),
        NewMember("foreign_auditor", "Quentin Auditeur", "auditor"),
    ],
)  # fmt: skip
COMMISSION = AgencyPlan(
    "Commission nationale", "commission", [("Siège", "CD-KN")], [],
    [
        NewMember("commission_registrar", "Rachel Registre", "registrar"),
        NewMember("analyst", "Sylvie Analyste", "analyst"),
        NewMember("publisher", "Thomas Publie", "publisher"),
        NewMember("reader", "Ursule Lectrice", "reader"),
    ],
)  # fmt: skip
PLANS = (LEAD, SHELTER, OTHER_SHELTER, CLINIC, OTHER_LEAD, COMMISSION)


class Clock:
    """A clock that stands still until it is moved. It starts at the real time, by which the database ends sessions."""

    def __init__(self, start: datetime | None = None) -> None:
        self.now = start or datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def choice() -> actions_enrolment.Chosen:
    """What somebody of the small world takes along: everybody has the same passphrase, and a generator of their own."""
    return replace(actions_enrolment.choose("fr"), passphrase=PASSPHRASE)


def wait_for(runtime: Runtime, timestamp: float) -> None:
    """Be at that moment or later: a clock of the tests is moved, the real one is waited for."""
    missing = timestamp - runtime.clock().timestamp()
    if missing > 0 and isinstance(runtime.clock, Clock):
        runtime.clock.move(seconds=missing)
    elif missing > 0:
        time.sleep(missing)


def forget_codes(runtime: Runtime, name: str) -> None:
    """Let what the person's generator showed be good again, where nobody can wait for the next or the clock went back."""
    with runtime.unit_of_work() as db:
        mine = select(Member.id).where(Member.sign_in_name == name).scalar_subquery()
        db.execute(update(Factor).where(Factor.member_id == mine, Factor.kind == "totp").values(last=0))
    with closing(sqlite3.connect(runtime.settings.data / "shred.sqlite")) as connection, connection:
        connection.execute("delete from tried where kind = ?", (TAKEN,))


def taken_steps(runtime: Runtime, factor_id: UUID) -> list[int]:
    """The steps whose codes were taken lately, though what they were typed for may have failed and been undone."""
    with closing(sqlite3.connect(runtime.settings.data / "shred.sqlite")) as connection:
        found = connection.execute("select id from tried where kind = ?", (TAKEN,)).fetchall()
    taken = (str(name).split() for (name,) in found)
    return [int(step) for whose, step in taken if whose == str(factor_id)]


class Person:
    """Somebody who signed in: gates for actions, a client for pages."""

    def __init__(self, world: "World", name: str) -> None:
        self._world = world
        self.name = name
        self.seed = ""  # of the person's code generator
        self.recovery: list[str] = []
        self.token = ""
        self._client: PageClient | None = None

    def sign_in(self) -> None:
        """Begin a session with all keys granted so far."""
        self.token = self.attempt(PASSPHRASE, self.code())

    def attempt(self, passphrase: str, code: str, address: str = "") -> str:
        """Try to begin a session; its token."""
        entered = actions.Entered(self.name, passphrase, Proof(code))
        with Gate(self._world.runtime, None) as visitor:
            return actions.sign_in(visitor, self._world.runtime, entered, address or f"test {self.name}").token

    def confirm(self) -> None:
        """Open again what has closed."""
        proof = Proof(self.code())
        with self.gate() as gate:
            self.token = actions_sessions.confirm(gate, self._world.runtime, proof)

    def code(self) -> str:
        """A code that is good now and was not used: the world waits a little for the next where the near ones were.

        Where the last one lies far ahead, because a story went on in the future and came back, it is a recovery code.
        """
        runtime = self._world.runtime
        with runtime.unit_of_work() as db:
            mine = select(Member.id).where(Member.sign_in_name == self.name).scalar_subquery()
            factor = db.scalars(select(Factor).where(Factor.kind == "totp", Factor.member_id == mine)).one()
        last = max([factor.last, *taken_steps(runtime, factor.id)])
        now = totp.step_at(runtime.clock().timestamp())
        # Where time goes on, the code of the step before could be too old when it arrives.
        step = max(now - totp.TOLERANCE if isinstance(runtime.clock, Clock) else now, last + 1)
        if step - now > LONGEST_WAIT:
            code, *self.recovery = self.recovery
            return code
        wait_for(runtime, (step - totp.TOLERANCE) * totp.STEP_SECONDS)
        return totp.code_at(self.seed, step)

    def gate(self) -> Gate:
        """A gate of the current session; use it in a `with` block."""
        actor = sessions.find(self._world.runtime, self.token).actor
        return Gate(self._world.runtime, actor, token=self.token)

    @property
    def client(self) -> PageClient:
        """The person's browser, with the session's cookie."""
        if self._client is None:
            self._client = PageClient(self._world.app)
        self._client.raw.set_cookie(login.COOKIE, self.token)
        return self._client


class World:
    """People by sign-in name, as attributes: `world.officer`, `world.shelter_intake`, …"""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.people: dict[str, Person] = {}
        self.agencies: dict[str, Any] = {}
        self.roots: dict[str, Any] = {}  # what the operator took off-line
        self.directory = new_root()  # the operator's, for agencies that come later

    def __getattr__(self, name: str) -> Person:
        if name in self.__dict__.get("people", {}):
            return self.people[name]
        raise AttributeError(name)

    def copied(self, runtime: Runtime) -> "World":
        """The same people over a copy of the database; their sessions go on."""
        other = World(runtime)
        other.agencies, other.roots, other.directory = dict(self.agencies), dict(self.roots), self.directory
        for name, person in self.people.items():
            other.people[name] = Person(other, name)
            other.people[name].token, other.people[name].seed = person.token, person.seed
            other.people[name].recovery = list(person.recovery)
        return other

    @cached_property
    def app(self) -> Any:
        """The real application over this world."""
        from protect.app import application

        return application(self.runtime)


def enrol(world: World, name: str, code: str) -> Person:
    """Enrol who was invited, as everybody of the small world."""
    chosen = choice()
    with Gate(world.runtime, None) as visitor:
        actions_enrolment.enrol(visitor, world.runtime, code, chosen)
    person = world.people[name] = Person(world, name)
    person.seed, person.recovery = chosen.seed, list(chosen.recovery)
    return person


def admit(world: World, plan: AgencyPlan) -> list[Person]:
    """Bring an agency in as an operator does; its people, enrolled."""
    done = add_agency(world.runtime, world.directory, plan)
    world.agencies[plan.name], world.roots[plan.name] = done.agency_id, done.root
    return [enrol(world, item.member.sign_in_name, item.code) for item in done.codes]


def join(world: World, plan: AgencyPlan) -> list[Person]:
    """Bring one more agency in; its people, signed in."""
    people = admit(world, plan)
    for person in people:
        person.sign_in()
    return people


def hand_keys_on(person: Person) -> None:
    """Give every colleague who waits the keys that this person has."""
    with person.gate() as gate:
        for waiting in actions_keys.waiting_members(gate) if gate.allows("key:supply") else ():
            actions_keys.supply_keys(gate, waiting.member_id, waiting.shown)


def build_world(runtime: Runtime, plans: tuple[AgencyPlan, ...] = PLANS) -> World:
    """Enrol everybody through the real actions, hand the keys on, and sign everybody in."""
    world = World(runtime)
    for plan in plans:
        admit(world, plan)
    for person in world.people.values():
        person.sign_in()
    for person in world.people.values():
        hand_keys_on(person)
    for person in world.people.values():
        with person.gate() as gate:
            missing = actions_keys.missing_keys(gate)
        if missing:
            person.sign_in()
    return world
