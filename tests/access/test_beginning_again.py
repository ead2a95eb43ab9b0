"""Stepping up, and what is asked of a certificate: whom it waits for, and that nothing more is asked than is needed."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

from sqlalchemy import select, text

from protect.access.chains import IN_FORCE
from protect.access.models import BrowserSession, Member
from tests.access import people
from tests.world import World

RAW = {"raw": "what of the database's locks the program need not know"}
WAITS = text("select exists (select 1 from pg_locks where not granted)")
SOON = text("set local lock_timeout = '500ms'")


def test_stepping_up_takes_the_membership_before_the_session(world: World) -> None:
    """As a suspension does, which goes on to the sessions: of two who took them crosswise one would be stopped."""
    world.runtime.clock.move(minutes=12)
    mine = select(Member.id).where(Member.sign_in_name == "officer")
    sessions = select(BrowserSession.id).where(BrowserSession.member_id.in_(mine))

    def step_up() -> str:
        with world.officer.gate() as gate:
            return gate.open_again()

    with ThreadPoolExecutor(1) as beside:
        with world.runtime.unit_of_work() as db:
            db.execute(mine.with_for_update(key_share=True))
            cookie = beside.submit(step_up)
            while not db.execute(WAITS, execution_options=RAW).scalar_one():
                assert not cookie.done()
                sleep(0.05)
            db.execute(SOON, execution_options=RAW)
            assert db.execute(sessions.with_for_update()).all()
        assert cookie.result()


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
