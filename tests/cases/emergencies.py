"""Emergency openings in tests: the steps of the three people, by the real actions."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import NullPool, create_engine, select, text

from protect.audit.models import TrailEntry
from protect.cases import actions_emergency
from protect.cases.actions_emergency import Asked
from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.models import CaseFile
from tests.journeys.instance import Instance
from tests.world import Clock, World

ASKER = "officer_other_unit"
WHY = "Le bureau de Kinshasa ne répond pas"


def new_case(world: World, by: str = "officer") -> tuple[UUID, str]:
    """A case of Kinshasa, and its code."""
    with world.people[by].gate() as gate:
        case_id = open_case(gate, IntakeAnswers({"surname": "Kasongo", "given_name": "Marie"}))
        gate.db.flush()
        row = gate.db.get(CaseFile, case_id)
        assert row is not None
        return case_id, row.code


def ask(world: World, code: str, by: str = ASKER) -> UUID:
    """The officer of Goma asks for it."""
    with world.people[by].gate() as gate:
        return actions_emergency.ask(gate, Asked(code, "danger", WHY))


def approve(world: World, opening: UUID, by: str = "supervisor", hours: int = 4) -> None:
    """Somebody else agrees."""
    with world.people[by].gate() as gate:
        actions_emergency.approve(gate, opening, hours)


def opened(world: World) -> tuple[UUID, UUID]:
    """A case that is open in an emergency: its id, and the opening's."""
    case_id, code = new_case(world)
    opening = ask(world, code)
    approve(world, opening)
    return case_id, opening


def asked_in(instance: Instance) -> UUID:
    """A request in an instance that journeys share."""
    for name in ("officer", ASKER, "supervisor"):
        instance.person(name)
    _case, code = new_case(instance.world)
    return ask(instance.world, code)


def opened_in(instance: Instance) -> UUID:
    """An opening in such an instance."""
    opening = asked_in(instance)
    approve(instance.world, opening)
    return opening


def read(world: World, opening: UUID, by: str = ASKER) -> actions_emergency.EmergencyCase:
    """Read the case."""
    with world.people[by].gate() as gate:
        return actions_emergency.open_case(gate, opening)


def finish(world: World, opening: UUID, by: str = ASKER) -> None:
    """End it before its time."""
    with world.people[by].gate() as gate:
        actions_emergency.end(gate, opening)


def review(world: World, opening: UUID, by: str = "auditor") -> None:
    """Say what was found."""
    with world.people[by].gate() as gate:
        actions_emergency.review(gate, opening, "justified", "Bureau injoignable")


def entries(world: World) -> list[str]:
    """The entries of the trail about emergencies, with their results."""
    with world.runtime.unit_of_work() as db:
        found = db.scalars(select(TrailEntry).where(TrailEntry.action.like("emergency:%")).order_by(TrailEntry.id))
        return [f"{entry.action} {entry.result}" for entry in found]


def change(world: World, statement: str, **values: object) -> None:
    """What somebody does who can write to the database: past every rule of the program, and of the rows."""
    url = world.runtime.engine.url.set(username="protect_owner")
    owner = create_engine(url, poolclass=NullPool)
    with owner.begin() as connection:
        for name in ("emergency_opening", "case_file"):
            connection.execute(text(f"alter table {name} no force row level security"))
        connection.execute(text(statement), values)
        for name in ("emergency_opening", "case_file"):
            connection.execute(text(f"alter table {name} force row level security"))


def to_this_moment(world: World) -> None:
    """Let the clock of the program say what that of the database says, and the sessions of both people live."""
    clock = world.runtime.clock
    assert isinstance(clock, Clock)
    clock.now = datetime.now(UTC)
    for name in (ASKER, "supervisor"):
        world.people[name].sign_in()
    clock.now = datetime.now(UTC)
