"""Renewing keys in tests, whole or piece by piece, and the world that there is to seal anew."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import NullPool, create_engine, select, text

from protect.access.rotation import Progress
from protect.app import connect_slices
from protect.cases.actions_consent import record_consent
from protect.cases.actions_edit import edit_compartment
from protect.cases.models import CaseCompartment
from protect.directory.actions_rotation import renew, work
from protect.store.sealed import Sealed
from tests.access import people
from tests.cases.stories import consent
from tests.referrals import hands
from tests.world import Person, World

COLUMNS = ("key_version", "wrap", "wrapped_key", "commitment", "generation", "fields", "manifest")
CASES = ("identity", "contact", "narrative", "legal", "protection", "coded")  # what an officer holds


@dataclass(frozen=True)
class Kept:
    """What there is before a key is renewed."""

    case: UUID
    referral: UUID


def fill(world: World) -> Kept:
    """A case with something in every compartment and drop-box, and a referral that was accepted."""
    connect_slices()
    people.join(world, "soignante", "clinician")
    case = hands.new_case(world.officer, {**hands.ADULT, "pregnancy_status": "yes"})
    service = hands.service_id(world, hands.SHELTER)
    hands.add_places(world, hands.SHELTER, 2)
    referral = hands.send(world.officer, case, service)
    hands.accept(world.shelter_intake, referral)
    with world.officer.gate() as gate:
        record_consent(gate, case, replace(consent(), restrictions="Ne pas appeler"))
    return Kept(case, referral)


def rotate(person: Person, compartment: str, seconds: float = 60) -> Progress:
    """Renew a key to the end."""
    return work(person.gate, compartment, seconds=seconds)


def a_piece(person: Person, compartment: str) -> Progress:
    """Begin, or do one piece."""
    with person.gate() as gate:
        return renew(gate, compartment)


def rows(person: Person, case: UUID, name: str) -> list[CaseCompartment]:
    """The sealed rows of one compartment of a case."""
    with person.gate() as gate:
        query = select(CaseCompartment).where(CaseCompartment.case_id == case, CaseCompartment.name == name)
        return list(gate.db.scalars(query.order_by(CaseCompartment.part)))


def change(person: Person, case: UUID, compartment: str, values: dict[str, str]) -> None:
    """Change a compartment as it stands."""
    found = rows(person, case, compartment)
    with person.gate() as gate:
        edit_compartment(gate, case, compartment, values, found[0].generation if found else 0)


def put_back(world: World, row: CaseCompartment) -> None:
    """Write a row over what is there, past the program: what somebody does who has the database."""
    values = {name: getattr(row, name) for name in COLUMNS}
    raw = {name: value.blob if isinstance(value, Sealed) else value for name, value in values.items()}
    written = ", ".join(f"{name} = :{name}" for name in COLUMNS)
    made = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)
    with made.begin() as connection:
        connection.execute(text("alter table case_compartment no force row level security"))
        connection.execute(text(f"update case_compartment set {written} where id = :id"), {**raw, "id": row.id})
        connection.execute(text("alter table case_compartment force row level security"))
