"""Stepping up, and what is asked of a certificate: whom it waits for, and that nothing more is asked than is needed."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from protect.access.chains import IN_FORCE
from protect.access.models import Member
from tests.access import people
from tests.world import World

SOON = text("set local lock_timeout = '500ms'")


def test_stepping_up_waits_for_who_holds_the_membership(world: World) -> None:
    """As a suspension does, which goes on to the sessions: who held them the other way round would stop it."""
    world.runtime.clock.move(minutes=12)
    held = select(Member.id).where(Member.sign_in_name == "officer").with_for_update()
    with world.runtime.unit_of_work() as db, world.officer.gate() as gate:
        db.execute(held)
        gate.db.execute(SOON, execution_options={"raw": "so that the test need not wait for long"})
        with pytest.raises(OperationalError, match="lock timeout"):
            gate.open_again()
    with world.officer.gate() as gate:
        assert gate.open_again()


def test_nothing_more_is_asked_of_who_was_never_touched(world: World) -> None:
    """One trip tells that a certificate stands alone; only who has another, or an end, costs more."""
    with world.runtime.unit_of_work() as db:
        members = db.scalars(select(Member.id)).all()
        touched = {one: db.execute(IN_FORCE, {"member_id": one}).one().touched for one in members}
    assert not any(touched.values())
    people.decide(world, "officer_same_unit", "change", role="reader", unit_id=None)
    with world.runtime.unit_of_work() as db:
        touched = {one: db.execute(IN_FORCE, {"member_id": one}).one().touched for one in members}
    assert [one for one in members if touched[one]] == [people.member_id(world, "officer_same_unit")]
