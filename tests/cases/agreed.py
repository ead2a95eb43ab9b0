"""Approvals in tests: one person asks, another decides, by the real actions."""

from typing import Any
from uuid import UUID

from sqlalchemy import NullPool, create_engine, select, text

from protect.access.approvals import EXPORT, Wanted, use
from protect.access.models_approval import Approval
from protect.audit.models import TrailEntry
from protect.cases import actions_approvals
from tests.access.people import fresh, unit_id
from tests.cases.emergencies import new_case
from tests.world import World

WHY = "Le tribunal demande ce dossier pour lundi"
LOOSE = ("approval", "case_file")


def ask(world: World, case_id: UUID | None, by: str = "officer", **more: Any) -> UUID:
    """Somebody asks for an export of one case of Kinshasa, or of all of them."""
    plain = {"kind": EXPORT, "unit_id": unit_id(world, "Kinshasa"), "covers": 1, "reason": "court", **more}
    with world.people[by].gate() as gate:
        return actions_approvals.ask(gate, Wanted(case_id=case_id, **plain), WHY)


def asked(world: World, **more: Any) -> UUID:
    """A request about a new case."""
    return ask(world, new_case(world)[0], **more)


def give(world: World, approval: UUID, by: str = "supervisor") -> None:
    """Somebody else agrees."""
    with world.people[by].gate() as gate:
        actions_approvals.give(gate, approval)


def given(world: World) -> UUID:
    """An approval that can be used."""
    approval = asked(world)
    give(world, approval)
    return approval


def end(world: World, approval: UUID, by: str) -> None:
    """Withdraw it, or stop it."""
    with world.people[by].gate() as gate:
        actions_approvals.end(gate, approval)


def used(world: World, approval: UUID, by: str = "officer", kind: str = EXPORT) -> UUID:
    """Use it, as far as being let in goes."""
    with fresh(world, by) as gate:
        return use(gate, approval, kind).id


def row_of(world: World, approval: UUID, by: str = "supervisor") -> Approval:
    """The row as the agency reads it."""
    with world.people[by].gate() as gate:
        found = gate.db.get(Approval, approval)
        assert found is not None
        return found


def entries(world: World, like: str = "approval:%") -> list[str]:
    """The entries of the trail about approvals, with their results."""
    with world.runtime.unit_of_work() as db:
        found = db.scalars(select(TrailEntry).where(TrailEntry.action.like(like)).order_by(TrailEntry.id))
        return [f"{entry.action} {entry.result}" for entry in found]


def change(world: World, statement: str, **values: object) -> None:
    """What somebody does who can write to the database: past every rule of the program, and of the rows."""
    owner = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)
    with owner.begin() as connection:
        for name in LOOSE:
            connection.execute(text(f"alter table {name} no force row level security"))
        connection.execute(text(statement), values)
        for name in LOOSE:
            connection.execute(text(f"alter table {name} force row level security"))
