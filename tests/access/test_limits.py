"""How many people can be identified in an hour, by whom, and that the count holds for everybody at one time."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from protect.access import limits
from protect.access.errors import Denied, NotFound, OpeningsStopped, ReasonRequired
from protect.access.models import OpenedPerson, OpeningNotice
from protect.access.policy import policy
from protect.audit.models import TrailEntry
from protect.auth import actions_limits, actions_sessions
from protect.auth.actions import SignInRefused
from protect.cases.actions import list_cases, show_case
from protect.cases.actions_import import NamedRow, import_cases
from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.actions_search import search_cases
from tests.access.people import decide
from tests.world import Person, World

ASK, STOP = 2, 4
KNOWN = {"surname": "Kasongo", "exploitation_narrative": "Raconté au bureau."}


@pytest.fixture
def strict(world: World) -> World:
    """The small world under limits that a test can reach."""
    limited = world.runtime.settings.model_copy(
        update={"opening_limits": {"officer": (ASK, STOP), "supervisor": (ASK, STOP)}}
    )
    return world.copied(replace(world.runtime, settings=limited))


def cases(world: World, count: int) -> list[UUID]:
    """Cases of people whose names are known. To open a case anew identifies nobody."""
    with world.officer.gate() as gate:
        return [open_case(gate, IntakeAnswers({**KNOWN, "given_name": f"No{at}"})) for at in range(count)]


def look(person: Person, *ids: UUID) -> None:
    for case_id in ids:
        with person.gate() as gate:
            show_case(gate, case_id)


def explain(person: Person) -> None:
    with person.gate() as gate:
        actions_limits.give_reason(gate, "supervision", "Revue du trimestre")


def trail(world: World, action: str) -> list[TrailEntry]:
    with world.runtime.unit_of_work() as db:
        return list(db.scalars(select(TrailEntry).where(TrailEntry.action == action)))


def test_a_reason_is_asked_and_then_it_stops(strict: World) -> None:
    ids = cases(strict, STOP + 2)
    look(strict.officer, *ids[:ASK])
    with pytest.raises(ReasonRequired):
        look(strict.officer, ids[ASK])
    explain(strict.officer)
    look(strict.officer, *ids[ASK:STOP])
    for _ in range(2):
        with pytest.raises(OpeningsStopped):
            look(strict.officer, ids[STOP])
    assert len(trail(strict, "limit:ask")) == 1
    assert len(trail(strict, "limit:stop")) == 1
    assert len(trail(strict, "limit:wait")) == 1


def test_what_is_refused_is_not_opened_and_not_counted(strict: World) -> None:
    ids = cases(strict, ASK + 1)
    look(strict.officer, *ids[:ASK])
    before = len(trail(strict, "case:open"))
    with pytest.raises(ReasonRequired):
        look(strict.officer, ids[ASK])
    assert len(trail(strict, "case:open")) == before


def test_the_same_people_open_again_even_after_the_stop(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    look(strict.officer, *ids[:ASK])
    explain(strict.officer)
    look(strict.officer, *ids[ASK:STOP])
    with pytest.raises(OpeningsStopped):
        look(strict.officer, ids[STOP])
    look(strict.officer, *ids[:STOP])


def test_only_a_second_person_ends_a_stop_before_the_day_is_over(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    stop(strict, ids)
    later(strict, hours=23)
    with pytest.raises(OpeningsStopped):
        look(strict.officer, ids[STOP])
    look(strict.officer, *ids[:STOP])  # what was open stays open
    later(strict, hours=2)
    look(strict.officer, ids[STOP])
    assert len(trail(strict, "limit:stop")) == 1


def test_where_nobody_could_lift_it_the_hour_ends_it(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    stop(strict, ids)
    decide(strict, "supervisor", "suspend")
    later(strict, minutes=50)
    with pytest.raises(OpeningsStopped):
        look(strict.officer, ids[STOP])
    later(strict, minutes=11)
    look(strict.officer, ids[STOP])


def test_a_story_without_its_name_is_a_person_too(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    with strict.officer.gate() as gate:
        actions_sessions.close(gate)
    look(strict.officer, *ids[:ASK])
    with pytest.raises(ReasonRequired):
        look(strict.officer, ids[ASK])


def test_who_was_stopped_at_night_is_seen_in_the_morning(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    notice = stop(strict, ids)
    later(strict, days=2)
    with strict.supervisor.gate() as gate:
        assert actions_limits.count_unlifted(gate) == 1
        assert [one.active for one in actions_limits.stops(gate)] == [False]
    strict.supervisor.confirm()
    with strict.supervisor.gate() as gate:
        actions_limits.lift_stop(gate, notice)
    with strict.supervisor.gate() as gate:
        assert actions_limits.count_unlifted(gate) == 0


def later(world: World, **by: float) -> None:
    """Time goes on, and whoever matters signs in again."""
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests
    for person in (world.officer, world.supervisor, world.auditor):
        with contextlib.suppress(SignInRefused):
            person.sign_in()


def stop(world: World, ids: list[UUID]) -> UUID:
    """Let the officer be stopped; the id of the notice."""
    look(world.officer, *ids[:ASK])
    explain(world.officer)
    look(world.officer, *ids[ASK:STOP])
    with pytest.raises(OpeningsStopped):
        look(world.officer, ids[STOP])
    with world.supervisor.gate() as gate:
        (only,) = actions_limits.stops(gate)
    return only.id


def test_supervisor_and_auditor_are_told_and_the_supervisor_lifts_it(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    notice = stop(strict, ids)
    for person, told in ((strict.supervisor, 1), (strict.auditor, 1), (strict.officer, 0), (strict.foreign_auditor, 0)):
        with person.gate() as gate:
            assert actions_limits.count_unlifted(gate) == told
    with strict.supervisor.gate() as gate:
        actions_limits.lift_stop(gate, notice)
    with strict.supervisor.gate() as gate:
        assert actions_limits.count_unlifted(gate) == 0
        (seen,) = actions_limits.stops(gate)
    assert (seen.display_name, seen.lifted_by, seen.active) == ("Aline Agent", "Denis Superviseur", False)
    look(strict.officer, ids[STOP])
    assert len(trail(strict, "limit:lift")) == 1


@pytest.mark.parametrize("person", ["auditor", "officer", "registrar"])
def test_who_may_not_lift_it(strict: World, person: str) -> None:
    notice = stop(strict, cases(strict, STOP + 1))
    with strict.people[person].gate() as gate, pytest.raises(Denied):
        actions_limits.lift_stop(gate, notice)


def test_nobody_of_another_agency_sees_or_lifts_it(strict: World) -> None:
    notice = stop(strict, cases(strict, STOP + 1))
    with strict.foreign_supervisor.gate() as gate:
        assert actions_limits.stops(gate) == ()
        with pytest.raises(NotFound):
            actions_limits.lift_stop(gate, notice)


def test_nobody_lifts_their_own(strict: World) -> None:
    ids = cases(strict, STOP + 1)
    look(strict.supervisor, *ids[:ASK])
    explain(strict.supervisor)
    look(strict.supervisor, *ids[ASK:STOP])
    with pytest.raises(OpeningsStopped):
        look(strict.supervisor, ids[STOP])
    with strict.supervisor.gate() as gate:
        (own,) = actions_limits.stops(gate)
        assert own.own
        with pytest.raises(Denied):
            actions_limits.lift_stop(gate, own.id)


def test_a_page_of_names_counts_everybody_on_it(strict: World) -> None:
    cases(strict, ASK + 1)
    with strict.officer.gate() as gate:
        list_cases(gate)
    with strict.officer.gate() as gate, pytest.raises(ReasonRequired):
        list_cases(gate, names=True)
    explain(strict.officer)
    with strict.officer.gate() as gate:
        assert len(list_cases(gate, names=True).cases) == ASK + 1


def test_a_search_counts_the_people_it_found(strict: World) -> None:
    cases(strict, ASK + 1)
    with strict.officer.gate() as gate:
        assert search_cases(gate, "Zzzz") == ()
    with strict.officer.gate() as gate, pytest.raises(ReasonRequired):
        search_cases(gate, "Kasongo")


def test_an_import_writes_and_counts_nobody(strict: World) -> None:
    rows = [NamedRow(IntakeAnswers({"surname": f"Import{at}"}, import_key=b"x"), bytes([at]), 0) for at in range(9)]
    with strict.officer.gate() as gate:
        assert import_cases(gate, rows) == 9
    assert counted(strict) == 0


def counted(world: World) -> int:
    with world.officer.gate() as gate:
        return len(gate.db.scalars(select(OpenedPerson)).all())


def test_of_many_at_one_time_exactly_the_limit_gets_through(strict: World) -> None:
    ids = cases(strict, 10)
    explain(strict.officer)
    ends: list[str] = []

    def one(case_id: UUID) -> Callable[[], None]:
        def run() -> None:
            try:
                look(strict.officer, case_id)
            except OpeningsStopped:
                ends.append("stopped")
            else:
                ends.append("opened")

        return run

    threads = [threading.Thread(target=one(case_id)) for case_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["opened"] * STOP + ["stopped"] * (10 - STOP)
    assert counted(strict) == STOP
    assert len(trail(strict, "limit:stop")) == 1


def test_the_count_is_no_list_of_who_was_looked_at(strict: World) -> None:
    ids = cases(strict, 1)
    look(strict.officer, *ids)
    look(strict.supervisor, *ids)
    with strict.officer.gate() as gate:
        marks = list(gate.db.scalars(select(OpenedPerson.mark)))
    assert len(set(marks)) == 2
    assert not any(ids[0].bytes in mark or str(ids[0]).encode() in mark for mark in marks)


def test_marks_are_gone_after_the_hour(strict: World) -> None:
    first, second = cases(strict, 2)
    look(strict.officer, first)
    strict.runtime.clock.move(minutes=61)  # type: ignore[attr-defined]  # the clock of the tests
    strict.officer.sign_in()
    look(strict.officer, second)
    assert counted(strict) == 1


def test_the_reason_is_for_auditors_alone(strict: World) -> None:
    explain(strict.officer)
    (entry,) = trail(strict, "limit:reason")
    assert entry.purpose == "supervision"
    assert entry.detail is not None
    assert b"trimestre" not in entry.detail
    with strict.officer.gate() as gate:
        assert "trimestre" not in str([vars(row) for row in gate.db.scalars(select(OpeningNotice))])


def test_every_role_that_can_identify_somebody_has_a_limit() -> None:
    known = policy()
    reading = {role for role in known.roles if {"identity", "inbox"} & set(known.readable(role))}
    assert set(limits.shipped()) == reading
    assert all(0 < limit.ask < limit.stop for limit in limits.shipped().values())


def test_a_role_without_a_limit_identifies_nobody(world: World) -> None:
    assert limits.limit_of(world.runtime.settings, "reader") == limits.NOBODY
