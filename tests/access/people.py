"""Members in tests: invited by registrars, enrolled with their code, certified and supplied by the real actions."""

from uuid import UUID

from sqlalchemy import select

from protect.access.gate import Gate
from protect.access.models import Member
from protect.auth import actions_keys
from protect.directory import actions_departure, actions_members
from protect.directory.actions_members import NewMember
from protect.directory.models import Unit
from tests.world import Person, World
from tests.world import enrol as world_enrol


def member_id(world: World, name: str) -> UUID:
    """The id of a member by sign-in name."""
    with world.runtime.unit_of_work() as db:
        return db.scalars(select(Member.id).where(Member.sign_in_name == name)).one()


def unit_id(world: World, name: str) -> UUID:
    """The id of an office by name."""
    with world.runtime.unit_of_work() as db:
        return db.scalars(select(Unit.id).where(Unit.name == name)).one()


def invite(world: World, name: str, role: str, unit: str = "", by: str = "registrar") -> str:
    """A registrar invites; the code."""
    plan = NewMember(name, name.capitalize(), role, unit_id(world, unit) if unit else None)
    with fresh(world, by) as gate:
        return actions_members.invite(gate, plan).code


def enrol(world: World, name: str, code: str) -> Person:
    """The person redeems the code, and signs in."""
    person = world_enrol(world, name, code)
    person.sign_in()
    return person


def fresh(world: World, name: str) -> Gate:
    """A gate of somebody who proved a second factor a moment ago, as every decision asks."""
    person = world.people[name]
    with person.gate() as gate:
        closed = gate.actor is not None and gate.keyring.open_until is None
    if closed:
        person.confirm()
    return person.gate()


def certify(world: World, name: str, by: str = "registrar") -> bool:
    """A registrar gives the word for what waits about a member."""
    with fresh(world, by) as gate:
        return say_yes(gate, member_id(world, name))


def say_yes(gate: Gate, member: UUID) -> bool:
    """A registrar looks at the page of a member, and agrees to what it shows."""
    pending = actions_members.show_member(gate, member).pending
    return actions_members.certify(gate, member, pending.subject if pending else "")


def supply(world: World, name: str, by: str = "officer") -> int:
    """A holder gives a colleague the keys that the first page names; how many colleagues waited."""
    who = member_id(world, name)
    with fresh(world, by) as gate:
        waiting = [one for one in actions_keys.waiting_members(gate) if one.member_id == who]
        for one in waiting:
            actions_keys.supply_keys(gate, who, one.shown)
    return len(waiting)


def join(world: World, name: str, role: str, unit: str = "", by: tuple[str, ...] = ("registrar",)) -> Person:
    """The whole way to membership, without the keys of colleagues; signed in."""
    person = enrol(world, name, invite(world, name, role, unit, by[0]))
    for registrar in by:
        done = certify(world, name, registrar)
    assert done
    person.sign_in()
    return person


def second_registrar(world: World, name: str = "second") -> Person:
    """The lead agency gets a second registrar, so that two must agree from now on."""
    return join(world, name, "registrar")


def decide(world: World, name: str, decision: str, by: str = "registrar", **more: object) -> object:
    """A registrar's decision about a member, by the name of its action."""
    with fresh(world, by) as gate:
        return getattr(actions_departure, decision)(gate, member_id(world, name), **more)


def opens(person: Person, compartment: str) -> bool:
    """Whether the person, signing in now, has the key of a compartment."""
    person.sign_in()
    with person.gate() as gate:
        return gate.holds(compartment)
