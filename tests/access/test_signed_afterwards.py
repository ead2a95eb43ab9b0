"""What somebody signs after being stopped, with the keys of the own identity and a hand on the tables, counts never."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import inspect, select

from protect.access import rotation
from protect.access.gate import Gate
from protect.access.models import ConfirmationRow, Invitation, KeyGrant, KeyStateRow, UpheldRow
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import KeyState
from protect.vault.register import Confirmation, Upheld
from tests.access import people
from tests.world import World

HOLDER = "officer_same_unit"
Row = tuple[Any, dict[str, Any]]


class Abandoned(Exception):
    """Ends a transaction, so that nothing of it stays but what was noted."""


def noted(gate: Gate, *queries: Any) -> list[Row]:
    """What the tables would say, to be put there later; and nothing of it is entered now."""
    gate.db.flush()
    rows = [row for query in queries for row in gate.db.scalars(query)]
    return [
        (type(row), {column.key: getattr(row, column.key) for column in inspect(row).mapper.columns}) for row in rows
    ]


def signed_key(world: World) -> list[Row]:
    """The next version of the key of identities, signed by a holder, who gives it to everybody else."""
    rows: list[Row] = []
    with suppress(Abandoned), people.fresh(world, HOLDER) as gate:
        rotation.begin(gate, "identity")
        mine = KeyGrant.recipient_id != gate.member.member_id
        new = (KeyGrant.compartment == "identity") & (KeyGrant.version == 2)
        states = select(KeyStateRow).where(KeyStateRow.compartment == "identity", KeyStateRow.version == 2)
        rows = noted(gate, states, select(KeyGrant).where(new, mine))
        raise Abandoned
    return rows


def signed_word(world: World, name: str) -> list[Row]:
    """The word of the second registrar for a newcomer."""
    rows: list[Row] = []
    with suppress(Abandoned), people.fresh(world, "second") as gate:
        people.say_yes(gate, people.member_id(world, name))
        spoken = ConfirmationRow.registrar_id == gate.member.member_id
        rows = noted(gate, select(ConfirmationRow).where(spoken))
        raise Abandoned
    return rows


def put(world: World, rows: Sequence[Row]) -> None:
    """Add rows with the rights of the program."""
    with world.runtime.unit_of_work() as db:
        db.add_all(kind(**values) for kind, values in rows)


def upheld(world: World) -> set[str]:
    """Whatever registrars signed to stay good."""
    with world.runtime.unit_of_work() as db:
        return {one for row in db.scalars(select(UpheldRow.statement)) for one in Upheld.from_bytes(row).statements}


def state_of(rows: Sequence[Row]) -> str:
    return next(KeyState.from_bytes(values["statement"]).digest().hex() for kind, values in rows if kind is KeyStateRow)


AWAY = {"role": "reader", "unit_id": None}
FURTHER = {"role": "auditor", "unit_id": None}


@pytest.mark.parametrize(
    ("stopped", "about", "then", "what"),
    [("suspend", {}, "leave", {}), ("change", AWAY, "leave", {}), ("change", AWAY, "change", FURTHER)],
    ids=["suspended", "other role", "another role again"],
)
def test_a_key_signed_afterwards_is_not_upheld_by_the_end(
    world: World, stopped: str, about: dict[str, Any], then: str, what: dict[str, Any]
) -> None:
    planted = signed_key(world)
    people.decide(world, HOLDER, stopped, **about)
    put(world, planted)
    with pytest.raises(CiphertextRejected):
        people.opens(world.officer, "identity")
    people.decide(world, HOLDER, then, **what)
    assert state_of(planted) not in upheld(world)
    with pytest.raises(CiphertextRejected):
        people.opens(world.officer, "identity")


def test_a_key_signed_before_is_upheld_through_every_end(world: World) -> None:
    with people.fresh(world, HOLDER) as gate:
        rotation.begin(gate, "identity")
    for decision, about in (("change", AWAY), ("suspend", {}), ("leave", {})):
        people.decide(world, HOLDER, decision, **about)
        assert people.opens(world.officer, "identity"), decision


def test_a_word_given_afterwards_is_not_upheld_by_the_end(world: World) -> None:
    people.second_registrar(world)
    people.enrol(world, "late", people.invite(world, "late", "officer", "Kinshasa"))
    planted = signed_word(world, "late")
    people.decide(world, "second", "suspend")
    put(world, planted)
    people.decide(world, "second", "leave")
    (word,) = [Confirmation.from_bytes(values["statement"]) for _kind, values in planted]
    assert word.digest().hex() not in upheld(world)


def test_an_invitation_of_who_was_stopped_before_is_not_taken_over(world: World) -> None:
    second = people.second_registrar(world)
    people.invite(world, "late", "officer", "Kinshasa", by="second")
    people.decide(world, "second", "suspend")
    people.decide(world, "second", "leave")
    with world.runtime.unit_of_work() as db:
        issued = db.scalars(select(Invitation.issued_by).where(Invitation.member_id == people.member_id(world, "late")))
        assert issued.one() == people.member_id(world, second.name)
