"""A copy of cases leaves when two people agreed, sealed with words drawn here, and holds what the role opens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from uuid import UUID

import pytest

from protect.access import export
from protect.access.errors import Conflict, Denied, NotFound, OpeningsStopped, SignInRequired, StepUpRequired
from protect.auth import actions_limits
from protect.cases import actions_export
from protect.cases.actions import show_case
from protect.cases.exporting.content import OWN, STANDARD
from protect.oversight.actions import journal
from protect.oversight.journal import Wanted
from protect.vault.errors import CiphertextRejected
from tests.access.people import decide, fresh, join, second_registrar
from tests.cases import emergencies, endings
from tests.cases.agreed import change, end, entries, give, row_of
from tests.cases.exports import agreed, ask, cooled, fetched, offer, person, table
from tests.world import World

HEALTH = b"fistula"


def move(world: World, **by: float) -> None:
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests


def two_supervisors(world: World) -> None:
    """One who asks, and another who may agree."""
    second_registrar(world)
    join(world, "second_supervisor", "supervisor", by=("registrar", "second"))


@pytest.fixture
def strict(world: World) -> World:
    """The small world where two people in an hour are the most."""
    limits = {"opening_limits": {"officer": (1, 2), "supervisor": (1, 2)}}
    return world.copied(replace(world.runtime, settings=world.runtime.settings.model_copy(update=limits)))


def test_one_case_as_two_tables(world: World) -> None:
    case_id = person(world)
    files = fetched(world, agreed(world, case_id))
    (standard,), (own,) = table(files, STANDARD), table(files, OWN)
    assert (standard["prs_SecondName"], standard["prs_MobilePhone"]) == ("Kasongo", "'+243812345678")
    assert (own["surname"], own["risk_level"], own["complaint_status"]) == ("Kasongo", "high", "not_wanted")
    with world.officer.gate() as gate:
        assert own["case_code"] == standard["case_code"] == show_case(gate, case_id).code
    assert "Agence pilote" in files["LISEZMOI.txt"].decode()


@pytest.mark.parametrize("by", ["officer", "supervisor"])
def test_what_the_role_does_not_open_and_what_never_leaves_is_not_there(world: World, by: str) -> None:
    two_supervisors(world)
    join(world, "soins", "clinician", by=("registrar", "second"))
    approval = ask(world, person(world, health_needs="fistula"), by)
    give(world, approval, "second_supervisor")
    files = fetched(world, approval, by)
    everything = b"".join(files.values())
    assert not [told for told in (HEALTH, b"Un long r", b"Une note de suivi") if told in everything]
    assert not {"health_needs", "case_note", "exploitation_narrative"} & table(files, OWN)[0].keys()


def test_what_never_leaves_is_not_even_opened(world: World) -> None:
    fetched(world, agreed(world, person(world)))
    with world.auditor.gate() as gate:
        told = journal(gate, Wanted(UTC, action="case:export")).lines
    assert told
    assert not {"case_note", "exploitation_narrative", "health_needs"} & {name for line in told for name in line.fields}


def test_all_cases_of_the_office_that_were_there_when_it_was_asked(world: World) -> None:
    for name in ("Anne", "Béa"):
        person(world, given_name=name)
    person(world, "officer_other_unit", given_name="Goma")
    approval = agreed(world, None)
    move(world, seconds=1)
    person(world, given_name="Tard")
    with pytest.raises(NotFound):
        offer(world, approval)
    move(world, hours=world.runtime.settings.cooling_off_hours, seconds=1)
    world.officer.sign_in()
    names = {row["given_name"] for row in table(fetched(world, approval), OWN)}
    assert names == {"Anne", "Béa"}
    assert row_of(world, approval, "officer").covers == 2


def test_a_supervisor_takes_every_office_and_no_other_agency(world: World) -> None:
    two_supervisors(world)
    for by, name in (("officer", "Kinshasa"), ("officer_other_unit", "Goma"), ("foreign_officer", "Bukavu")):
        person(world, by, given_name=name)
    approval = ask(world, None, "supervisor")
    give(world, approval, "second_supervisor")
    move(world, hours=world.runtime.settings.cooling_off_hours, seconds=1)
    world.supervisor.sign_in()
    assert {row["given_name"] for row in table(fetched(world, approval, "supervisor"), OWN)} == {"Kinshasa", "Goma"}


def test_what_was_erased_does_not_leave(world: World) -> None:
    case_id = person(world, given_name="Partie")
    approval = agreed(world, case_id)
    endings.close(world, case_id)
    endings.agree(world, endings.ask(world, case_id))
    with pytest.raises(NotFound):
        fetched(world, approval)
    with pytest.raises(NotFound):
        ask(world, case_id)
    with pytest.raises(actions_export.NothingToExport):
        ask(world, None)


def test_where_there_is_nothing_nothing_is_asked(world: World) -> None:
    with pytest.raises(actions_export.NothingToExport):
        ask(world, None)


def test_the_same_is_asked_once(world: World) -> None:
    case_id = person(world)
    assert ask(world, case_id) == ask(world, case_id)


@pytest.mark.parametrize(
    "by",
    ["officer_other_unit", "foreign_officer", "foreign_supervisor", "registrar", "auditor", "clinician", "analyst"],
)
def test_who_may_not_ask(world: World, by: str) -> None:
    case_id = person(world)
    with pytest.raises((Denied, NotFound)):
        ask(world, case_id, by)


def test_a_case_that_is_open_in_an_emergency_does_not_leave(world: World) -> None:
    case_id, opening = emergencies.opened(world)
    emergencies.read(world, opening)
    with pytest.raises((Denied, NotFound)):
        ask(world, case_id, emergencies.ASKER)


def not_agreed(world: World) -> UUID:
    return ask(world, person(world))


def stopped(world: World) -> UUID:
    approval = agreed(world, person(world))
    end(world, approval, "auditor")
    return approval


def too_late(world: World) -> UUID:
    approval = agreed(world, person(world))
    move(world, hours=24)
    world.officer.sign_in()
    return approval


def too_early(world: World) -> UUID:
    person(world)
    person(world)
    return agreed(world, None)


def without_the_second(world: World) -> UUID:
    two_supervisors(world)
    approval = ask(world, person(world))
    give(world, approval, "second_supervisor")
    decide(world, "second_supervisor", "suspend")
    return approval


@pytest.mark.parametrize("made", [not_agreed, stopped, too_late, too_early, without_the_second])
def test_what_is_not_agreed_to_now_is_not_fetched(world: World, made: Callable[[World], UUID]) -> None:
    """Neither are words shown, nor is a file made for words that a page would have shown."""
    approval = made(world)
    with pytest.raises(NotFound):
        offer(world, approval)
    with fresh(world, "officer") as gate:
        note = export.draw_words(gate, approval)[1]
        with pytest.raises(NotFound):
            actions_export.fetch(gate, approval, note)
    assert "export:fetch allowed" not in entries(world, "export:%")


@pytest.mark.parametrize("by", ["officer_same_unit", "officer_other_unit", "supervisor", "foreign_officer", "auditor"])
def test_nobody_else_fetches_it(world: World, by: str) -> None:
    approval = agreed(world, person(world))
    with pytest.raises((Denied, NotFound)):
        offer(world, approval, by)
    with fresh(world, by) as gate, pytest.raises((Denied, NotFound)):
        actions_export.fetch(gate, approval, export.draw_words(gate, approval)[1])


def test_it_is_fetched_again_and_each_time_is_in_the_trail(world: World) -> None:
    approval = agreed(world, person(world))
    _words, note = offer(world, approval)
    for _ in range(2):
        with world.officer.gate() as gate:
            actions_export.fetch(gate, approval, note)
    assert entries(world, "export:%") == ["export:words allowed", "export:fetch allowed", "export:fetch allowed"]
    assert entries(world, "case:export") == ["case:export allowed"] * 2
    assert row_of(world, approval).done_at is None


def test_the_entry_stands_before_anything_is_opened(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    approval = agreed(world, person(world))
    _words, note = offer(world, approval)

    def broken(*_: object) -> None:
        raise RuntimeError("the line broke")

    monkeypatch.setattr(export, "seal", broken)
    with pytest.raises(RuntimeError), world.officer.gate() as gate:
        actions_export.fetch(gate, approval, note)
    assert entries(world, "case:export") == ["case:export allowed"]


def test_a_second_factor_is_of_the_last_minutes(world: World) -> None:
    approval = agreed(world, person(world))
    _words, note = offer(world, approval)
    move(world, minutes=11)
    with world.officer.gate() as gate, pytest.raises(StepUpRequired):
        actions_export.offer(gate, approval)
    with world.officer.gate() as gate, pytest.raises(StepUpRequired):
        actions_export.fetch(gate, approval, note)
    assert entries(world, "case:export") == []


def test_a_revoked_session_fetches_nothing(world: World) -> None:
    approval = agreed(world, person(world))
    _words, note = offer(world, approval)
    before = world.officer.token
    world.officer.sign_in()
    world.officer.token = before
    with world.officer.gate() as gate, pytest.raises(SignInRequired):
        actions_export.fetch(gate, approval, note)


def test_an_approved_number_does_not_meet_the_limit_and_nothing_else_is_let_through(strict: World) -> None:
    ids = [person(strict) for _ in range(4)]
    approval = cooled(strict)
    assert len(table(fetched(strict, approval), OWN)) == 4
    with strict.officer.gate() as gate:
        show_case(gate, ids[0])  # the export counted nobody
    other = person(strict)
    with strict.officer.gate() as gate:
        actions_limits.give_reason(gate, "assistance", "Nuit chargée")
    with strict.officer.gate() as gate:
        show_case(gate, ids[1])
    with strict.officer.gate() as gate, pytest.raises(OpeningsStopped):
        show_case(gate, other)
    assert len(table(fetched(strict, approval), OWN)) == 4
    with strict.officer.gate() as gate, pytest.raises(OpeningsStopped):
        show_case(gate, ids[2])


def test_more_than_two_people_signed_for_is_refused(world: World) -> None:
    """Whoever writes to the database lets a case look older than the request."""
    person(world), person(world)
    approval = agreed(world, None)
    move(world, seconds=1)
    late = person(world, given_name="Tard")
    change(world, "update case_file set opened_at = opened_at - interval '1 hour' where id = :id", id=late)
    move(world, hours=world.runtime.settings.cooling_off_hours, seconds=1)
    world.officer.sign_in()
    with pytest.raises(Conflict):
        fetched(world, approval)
    assert entries(world, "case:export") == []


def test_a_row_that_somebody_wrote_lets_nothing_out(world: World) -> None:
    approval, other = agreed(world, person(world)), person(world, given_name="Autre")
    change(world, "update approval set case_id = :other where id = :id", id=approval, other=other)
    with pytest.raises(CiphertextRejected):
        offer(world, approval)
