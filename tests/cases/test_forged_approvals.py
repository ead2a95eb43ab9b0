"""What somebody who writes to the database makes of approvals: nothing that anybody can use."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from protect.access.errors import Denied, NotFound
from protect.vault.errors import CiphertextRejected
from tests.cases.agreed import asked, change, give, given, used
from tests.cases.emergencies import new_case
from tests.world import World


def move(world: World, **by: float) -> None:
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests


FORGED = {
    "another case": "update approval set case_id = :other where id = :id",
    "all cases": "update approval set case_id = null, covers = 1 where id = :id",
    "more cases": "update approval set case_id = null, covers = 500, not_before = decided_at + interval '1 s' where id = :id",
    "another office": "update approval set unit_id = (select id from unit where name = 'Goma') where id = :id",
    "a later end": "update approval set until = until + interval '1 minute', not_before = not_before + interval '1 minute',"
    " decided_at = decided_at + interval '1 minute' where id = :id",
    "a later question": "update approval set asked_at = asked_at + interval '1 s' where id = :id",
    "another reason": "update approval set reason = 'wish' where id = :id",
    "another second person": "update approval set decided_by = (select id from member where sign_in_name = 'auditor')"
    " where id = :id",
    "no second signature": "update approval set approval = request where id = :id",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_row_that_somebody_wrote_approves_nothing(world: World, how: str) -> None:
    approval, other = given(world), new_case(world)[0]
    statement = FORGED[how]
    change(world, statement, **{"id": approval, **({"other": other} if ":other" in statement else {})})
    move(world, minutes=2)
    with pytest.raises((CiphertextRejected, NotFound, Denied)):
        used(world, approval)


def test_an_approval_is_not_copied_to_another_request(world: World) -> None:
    """Whoever writes to the database puts the second person's yes beside another request."""
    first, second = given(world), asked(world)
    change(
        world,
        "update approval a set approval = g.approval, decided_by = g.decided_by, decided_at = g.decided_at,"
        " not_before = g.not_before, until = g.until from approval g where a.id = :second and g.id = :first",
        first=first,
        second=second,
    )
    with pytest.raises(CiphertextRejected):
        used(world, second)


def test_a_request_that_nobody_made_is_not_agreed_to(world: World) -> None:
    approval = asked(world)
    change(world, "update approval set case_id = :other where id = :id", id=approval, other=new_case(world)[0])
    with pytest.raises(CiphertextRejected):
        give(world, approval)


def test_the_program_itself_cannot_change_what_was_asked(world: World) -> None:
    approval = asked(world)
    for statement in ("update approval set reason = 'wish' where id = :id", "delete from approval where id = :id"):
        with world.officer.gate() as gate:
            with pytest.raises(DBAPIError, match="permission denied"):
                gate.db.execute(text(statement), {"id": approval}, execution_options={"raw": "an attack"})
            gate.db.rollback()
