"""Everything that erases nothing: open cases, live referrals, one person for two, forged rows, what was touched."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine, pool, text

from protect.access.errors import Conflict, Denied, NotFound, StepUpRequired
from protect.cases import actions_approvals, actions_closing
from protect.cases.actions import show_case
from protect.cases.actions_erasure import NotErasable
from protect.referrals import actions_package
from protect.vault.errors import CiphertextRejected
from tests.access.people import fresh, join, second_registrar, supply
from tests.cases import endings, stories
from tests.cases.agreed import change, entries
from tests.cases.endings import sound
from tests.referrals import hands
from tests.world import World


def move(world: World, **by: float) -> None:
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests


def test_a_case_that_is_not_closed_is_not_erased(world: World) -> None:
    case_id = hands.new_case(world.officer)
    with pytest.raises(NotErasable) as problem:
        endings.ask(world, case_id)
    assert problem.value.why == "open"


def test_a_live_referral_holds_it(world: World) -> None:
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    hands.send(world.officer, lived.case_id, hands.service_id(world, hands.SHELTER))
    with pytest.raises(NotErasable) as problem:
        endings.agree(world, approval)
    assert problem.value.why == "referral"
    assert endings.status(world, lived.case_id) == "closed"


def test_one_that_was_opened_again_is_not_erased(world: World) -> None:
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    with world.officer.gate() as gate:
        actions_closing.reopen(gate, lived.case_id)
    with pytest.raises(NotErasable):
        endings.agree(world, approval)
    with world.officer.gate() as gate:
        assert show_case(gate, lived.case_id).name.startswith(hands.NAME)


def test_what_was_added_after_the_request_is_not_erased_on_it(world: World) -> None:
    """Opened again, added to and closed again: nobody asked that this is erased. A new request is met."""
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    move(world, seconds=1)
    with world.officer_same_unit.gate() as gate:
        actions_closing.reopen(gate, lived.case_id)
    endings.close(world, lived.case_id, "officer_same_unit")
    with pytest.raises(NotErasable) as problem:
        endings.agree(world, approval)
    assert problem.value.why == "changed"
    assert endings.status(world, lived.case_id) == "closed"
    with world.supervisor.gate() as gate:
        actions_approvals.refuse(gate, approval)
    endings.agree(world, endings.ask(world, lived.case_id))
    assert endings.status(world, lived.case_id) == "erased"


def test_who_asked_does_not_agree(world: World) -> None:
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id, "supervisor")
    with pytest.raises(Denied):
        endings.agree(world, approval)
    assert endings.status(world, lived.case_id) == "closed"


@pytest.mark.parametrize(
    "by", ["officer_same_unit", "officer_other_unit", "registrar", "auditor", "foreign_supervisor"]
)
def test_who_may_not_agree(world: World, by: str) -> None:
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    with pytest.raises((Denied, NotFound)):
        endings.agree(world, approval, by)
    assert endings.status(world, lived.case_id) == "closed"


@pytest.mark.parametrize(
    "by", ["officer_other_unit", "foreign_officer", "foreign_supervisor", "auditor", "shelter_intake"]
)
def test_who_may_not_ask(world: World, by: str) -> None:
    lived = endings.served(world)
    with pytest.raises((Denied, NotFound)):
        endings.ask(world, lived.case_id, by)


def test_an_old_second_factor_is_not_enough(world: World) -> None:
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    move(world, minutes=11)
    with pytest.raises(StepUpRequired):
        endings.agree(world, approval)
    assert endings.status(world, lived.case_id) == "closed"


def test_an_approval_of_one_case_erases_no_other(world: World) -> None:
    """Whoever writes to the database points a request, or a request that was met, at another case."""
    lived, other = endings.served(world), stories.opened(world.officer)
    endings.close(world, other)
    waiting = endings.ask(world, lived.case_id)
    change(world, "update approval set case_id = :other where id = :id", id=waiting, other=other)
    with pytest.raises(CiphertextRejected):
        endings.agree(world, waiting)
    change(world, "update approval set case_id = :own where id = :id", id=waiting, own=lived.case_id)
    endings.agree(world, waiting)
    change(world, "update approval set case_id = :other, done_at = null where id = :id", id=waiting, other=other)
    with pytest.raises(Conflict):
        endings.agree(world, waiting)
    assert endings.status(world, other) == "closed"


def test_a_second_press_erases_once(world: World) -> None:
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    endings.agree(world, approval)
    with pytest.raises(Conflict):
        endings.agree(world, approval)
    assert entries(world, "case:erased") == ["case:erased allowed"]


def test_two_supervisors_at_once_erase_once(world: World) -> None:
    second_registrar(world)
    join(world, "second_supervisor", "supervisor", by=("registrar", "second"))
    supply(world, "second_supervisor")
    world.people["second_supervisor"].sign_in()
    lived = endings.served(world)
    approval, barrier, ends = endings.ask(world, lived.case_id), Barrier(2), []
    for name in ("supervisor", "second_supervisor"):
        with fresh(world, name):
            pass

    def agree(by: str) -> None:
        barrier.wait()
        try:
            endings.agree(world, approval, by)
            ends.append("erased")
        except Conflict:
            ends.append("conflict")

    threads = [Thread(target=agree, args=(by,)) for by in ("supervisor", "second_supervisor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["conflict", "erased"]
    assert entries(world, "case:erased") == ["case:erased allowed"]
    sound(world)


def test_what_was_touched_is_not_half_erased(world: World) -> None:
    """A shard that somebody changed stops it before anything is destroyed: the package still opens."""
    lived = endings.served(world)
    approval = endings.ask(world, lived.case_id)
    owner = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=pool.NullPool)
    with owner.begin() as connection:
        connection.execute(text("alter table search_shard no force row level security"))
        connection.execute(text("update search_shard set block = set_byte(block, 40, get_byte(block, 40) # 1)"))
        connection.execute(text("alter table search_shard force row level security"))
    with pytest.raises(CiphertextRejected):
        endings.agree(world, approval)
    assert endings.status(world, lived.case_id) == "closed"
    with world.shelter_intake.gate() as gate:
        assert actions_package.open_package(gate, lived.referral).values is not None
    with world.officer.gate() as gate:
        assert show_case(gate, lived.case_id).name.startswith(hands.NAME)
