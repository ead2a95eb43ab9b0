"""The auditor finds every opening, and nobody else finds any."""

import uuid
from zoneinfo import ZoneInfo

import pytest

from protect.access.errors import Denied
from protect.access.gate import Ref
from protect.audit import seal
from protect.cases.actions import show_case
from protect.oversight import actions
from protect.oversight.journal import Wanted
from tests.cases.stories import opened

ZONE = ZoneInfo("Africa/Kinshasa")


def read(world, **wanted):
    with world.auditor.gate() as gate:
        return actions.journal(gate, Wanted(ZONE, **wanted))


def see(person, case_id):
    with person.gate() as gate:
        show_case(gate, case_id)


def test_every_opening_of_a_case_is_found(world):
    case_id, other = opened(world.officer), opened(world.officer)
    see(world.officer, case_id)
    see(world.supervisor, case_id)
    see(world.officer, other)
    lines = read(world, object_id=str(case_id), action="case:open").lines
    assert [line.who for line in lines] == ["Denis Superviseur", "Aline Agent"]
    assert all("surname" in line.detail.fields for line in lines)
    assert [line.purpose for line in lines] == ["supervision", "assistance"]


def test_entries_hold_no_value(world):
    case_id = opened(world.officer)
    see(world.officer, case_id)
    for line in read(world).lines:
        assert "Mbuyi" not in repr(line)


def test_refused_attempts_are_found(world):
    with pytest.raises(Denied):
        see(world.shelter_intake, opened(world.officer))
    with pytest.raises(Denied), world.officer.gate() as gate:
        actions.journal(gate, Wanted(ZONE))
    found = [(line.action, line.who) for line in read(world, result="denied").lines]
    assert found == [("trail:read", "Aline Agent"), ("case:open", "Gilbert Accueil (Maison Une)")]


def test_the_lead_reads_for_agencies_without_auditors_and_for_no_other(world):
    with world.shelter_intake.gate() as gate:
        gate.opening("referral:read", [Ref("referral", "one")], fields=("sex",), purpose="referral")
    with world.foreign_officer.gate() as gate:
        gate.opening("case:open", [Ref("case", "two")], fields=("surname",), purpose="assistance")
    (line,) = [line for line in read(world).lines if line.action == "referral:read"]
    assert (line.who, line.objects, line.closed) == ("Gilbert Accueil (Maison Une)", ("one",), False)
    assert "two" not in {one for line in read(world).lines for one in line.objects}
    with world.foreign_auditor.gate() as gate:
        lines = actions.journal(gate, Wanted(ZONE)).lines
    assert [line.objects for line in lines if line.action == "case:open"] == [("two",)]
    assert all("Maison" not in line.who for line in lines)


def test_reading_is_an_entry_that_stands_before_the_page(world):
    (line,) = read(world, object_id="nothing").lines
    assert (line.action, line.who, line.objects) == ("trail:read", "Emma Auditrice", ("nothing",))


def test_filters_narrow(world):
    case_id = opened(world.officer)
    see(world.supervisor, case_id)
    with world.supervisor.gate() as gate:
        member_id = gate.member.member_id
    assert {line.who for line in read(world, actor_id=member_id).lines} == {"Denis Superviseur"}
    today = world.runtime.clock().date()
    assert read(world, first_day=today, last_day=today).lines
    assert not read(world, last_day=today.replace(year=2020)).lines


def test_an_auditor_reads_the_own_agency_only(world):
    opened(world.officer)
    with world.foreign_auditor.gate() as gate:
        lines = actions.journal(gate, Wanted(ZONE)).lines
        names = {name for _, name in actions.people(gate)}
    assert "Aline Agent" not in {line.who for line in lines} | names
    assert "Quentin Auditeur" in names


def test_pages_follow_each_other_without_loss(world, monkeypatch):
    monkeypatch.setattr(actions.read, "PAGE_SIZE", 3)
    case_id = opened(world.officer)
    for _ in range(4):
        see(world.officer, case_id)
    whole, before, pages = [], None, 0
    with world.auditor.gate() as gate:
        while True:
            page = actions.journal(gate, Wanted(ZONE, object_id=str(case_id), action="case:open"), before)
            whole += page.lines
            before, pages = page.older, pages + 1
            if before is None:
                break
    assert len(whole) == 4
    assert pages >= 2


@pytest.mark.parametrize("name", ["officer", "supervisor", "registrar", "shelter_intake", "analyst", "reader"])
def test_others_read_and_check_nothing(world, name):
    with world.people[name].gate() as gate:
        for refused in (
            lambda: actions.journal(gate, Wanted(ZONE)),
            lambda: actions.people(gate),
            lambda: actions.verify_trail(gate),
        ):
            with pytest.raises(Denied):
                refused()


def test_who_has_no_key_of_the_auditors_opens_no_detail(world):
    see(world.officer, opened(world.officer))
    with world.foreign_auditor.gate() as gate:
        reader = actions._Reader(gate)
        page = actions.read.page(gate.db, actions.Filter(action="case:open"))
        lines = [reader.line(line) for line in page.lines]
    assert lines
    assert all(line.closed and line.detail is None for line in lines)


def sealed(world):
    with world.runtime.unit_of_work() as db:
        seal.seal_pending(db, world.runtime.secrets.session)


def verified(world):
    with world.auditor.gate() as gate:
        return actions.verify_trail(gate)


def test_a_whole_trail_is_sound(world):
    opened(world.officer)
    sealed(world)
    report = verified(world)
    assert report.sound
    assert report.entries > 0


def test_an_edited_trail_is_not(world, server):
    opened(world.officer)
    sealed(world)
    from tests.database import execute

    database = world.runtime.engine.url.database
    execute(
        server,
        "alter table trail_entry disable trigger all",
        "update trail_entry set action = 'case:list' where action = 'case:create'",
        "alter table trail_entry enable trigger all",
        database=database,
    )
    report = verified(world)
    assert {fault.kind for fault in report.faults} == {"edited"}


def test_of_an_unknown_object_only_the_search_is_found(world):
    opened(world.officer)
    lines = read(world, object_id=str(uuid.uuid4())).lines
    assert [line.action for line in lines] == ["trail:read"]
