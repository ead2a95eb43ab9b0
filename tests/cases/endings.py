"""The end of a case in tests: closed, asked about and erased by the real actions, with what services had of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import create_engine, pool, select

from protect.app import connect_slices
from protect.audit.verify_rows import verify_rows
from protect.cases import actions_approvals, actions_closing, actions_erasure
from protect.cases.models import CaseFile
from protect.referrals import actions_package
from protect.referrals.lifecycle import Step
from protect.referrals.models import Referral
from tests.referrals import hands
from tests.world import World

WHY = "La personne l’a demandé par écrit"
REASON = {"case_closure_date": "2026-02-01", "case_closure_reason": "person_request"}


@dataclass(frozen=True)
class Lived:
    """A case that was lived through: served, and closed."""

    case_id: UUID
    referral: UUID


def close(world: World, case_id: UUID, by: str = "officer", **changed: str) -> None:
    """Close the case with its reason, as the form would."""
    with world.people[by].gate() as gate:
        version = actions_closing.before(gate, case_id).version
        actions_closing.close(gate, case_id, {**REASON, **changed}, version)


def served(world: World) -> Lived:
    """A person whom a shelter served, and whose case is closed; the shelter may still read."""
    connect_slices()
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)
    for step in (Step.START, Step.COMPLETE):
        with world.shelter_intake.gate() as gate:
            actions_package.progress(gate, referral, step, None)
    with world.officer.gate() as gate:
        case_id = gate.db.scalars(select(Referral.case_id).where(Referral.id == referral)).one()
    close(world, case_id)
    return Lived(case_id, referral)


def ask(world: World, case_id: UUID, by: str = "officer", reason: str = "wish") -> UUID:
    """Ask that it is erased."""
    with world.people[by].gate() as gate:
        return actions_erasure.ask(gate, case_id, reason, WHY)


def agree(world: World, approval: UUID, by: str = "supervisor") -> None:
    """Agree, so that it is erased."""
    with world.people[by].gate() as gate:
        actions_approvals.give(gate, approval)


def erased(world: World) -> Lived:
    """The same person, of whom nothing is left."""
    lived = served(world)
    agree(world, ask(world, lived.case_id))
    return lived


def status(world: World, case_id: UUID) -> str:
    """How the case stands."""
    with world.supervisor.gate() as gate:
        return gate.db.scalars(select(CaseFile.status).where(CaseFile.id == case_id)).one()


def sound(world: World) -> None:
    """The trail knows of every row that is there, and misses none."""
    engine = create_engine(world.runtime.engine.url.set(username="protect_backup"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        found = verify_rows(connection, [world.runtime.secrets.log])
    assert found.sound, found.faults
