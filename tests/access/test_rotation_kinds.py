"""What a renewed key leaves readable, what it names again, and when it is due."""

from datetime import UTC

from protect.cases import actions
from protect.cases.actions_import import NamedRow, import_cases
from protect.cases.actions_intake import IntakeAnswers
from protect.directory.actions_rotation import held_keys
from protect.oversight.actions import journal, verify_trail
from protect.oversight.journal import Wanted
from protect.statistics.actions_feed import open_all
from tests.access import people, turning
from tests.access.turning import CASES
from tests.cases import emergencies
from tests.referrals import hands
from tests.world import World


def test_imported_rows_are_known_again(world: World) -> None:
    turning.fill(world)
    answers = [IntakeAnswers({**hands.ADULT, "surname": f"N{n}"}, status="active") for n in range(3)]
    rows = [NamedRow(intake, bytes([n]) * 32, 0) for n, intake in enumerate(answers)]
    with world.officer.gate() as gate:
        assert import_cases(gate, rows) == 3
    for _ in range(2):
        turning.rotate(world.officer, "identity")
        with world.officer.gate() as gate:
            assert import_cases(gate, rows) == 0


def test_old_details_of_the_trail_stay_readable(world: World) -> None:
    kept = turning.fill(world)
    with world.officer.gate() as gate:
        actions.show_case(gate, kept.case)
    turning.rotate(world.auditor, "audit")
    with world.officer.gate() as gate:
        actions.show_case(gate, kept.case)
    world.auditor.sign_in()
    with world.auditor.gate() as gate:
        lines = journal(gate, Wanted(object_id=str(kept.case), action="case:open", zone=UTC)).lines
        assert len(lines) == 2
        assert verify_trail(gate).sound


def test_the_coded_records_of_before_stay_readable(world: World) -> None:
    turning.fill(world)
    turning.rotate(world.analyst, "statistics")
    hands.new_case(world.officer)
    with world.analyst.gate() as gate:
        opened = open_all(gate)
    assert len(opened.counted) + len(opened.excluded) == 2


def test_a_key_is_due_after_a_departure_and_after_a_year(world: World) -> None:
    turning.fill(world)
    with world.officer.gate() as gate:
        assert not any(key.is_due for key in held_keys(gate))
    people.decide(world, "officer_same_unit", "leave")
    with world.officer.gate() as gate:
        due = {key.compartment: key.gone for key in held_keys(gate) if key.is_due}
    assert due == dict.fromkeys(CASES, ("Basile Agent",))
    turning.rotate(world.officer, "identity")
    with world.officer.gate() as gate:
        assert "identity" not in {key.compartment for key in held_keys(gate) if key.is_due}
    world.runtime.clock.move(days=366)
    world.auditor.sign_in()
    with world.auditor.gate() as gate:
        assert [key.year_old for key in held_keys(gate)] == [True]


def test_who_made_a_key_knows_it_without_a_grant(world: World) -> None:
    turning.fill(world)
    maker = world.people["officer_same_unit"]
    turning.rotate(maker, "identity")
    emergencies.change(
        world, "delete from key_grant where recipient_id = :id and version = 2", id=people.member_id(world, maker.name)
    )
    people.decide(world, maker.name, "leave")
    with world.officer.gate() as gate:
        due = {key.compartment: key.gone for key in held_keys(gate) if key.is_due}
    assert due["identity"] == ("Basile Agent",)
