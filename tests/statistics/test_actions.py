"""From a saved case to a published number: who may do what, and what each of them can read."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from protect.access import keyring
from protect.access.errors import CompartmentLocked, Conflict, Denied, NotFound, NotReady
from protect.access.gate import Gate
from protect.access.seals import Seals
from protect.audit.models import TrailEntry
from protect.statistics import actions, actions_feed
from protect.statistics.models import CodedRecord, Release
from protect.statistics.tables import Cell
from tests.cases.stories import WOMAN, consent, opened
from tests.statistics.people import QUARTER, YEAR, facts, fill, send


def proposed(world, period=QUARTER):
    with world.analyst.gate() as gate:
        seen = actions.build(gate, period).seen
        return actions.propose(gate, period, seen, uuid.uuid4())


def decide(gate, release_id, *, approve):
    actions.decide(gate, release_id, actions.review(gate, release_id).release.digest, approve=approve)


def published(world, period=QUARTER):
    release_id = proposed(world, period)
    with world.publisher.gate() as gate:
        decide(gate, release_id, approve=True)
    return release_id


def records(world):
    with world.analyst.gate() as gate:
        return actions_feed.open_all(gate)


def entries(world, action):
    with world.runtime.unit_of_work() as db:
        return db.scalars(select(TrailEntry).where(TrailEntry.action == action)).all()


def test_a_saved_case_reaches_the_analyst_and_nobody_else(world):
    world.app  # noqa: B018 -- the composition root connects the slices
    values = {**WOMAN, "identification_status": "presumed", "exploitation_main": "sexual"}
    opened(world.officer, values, status="active", consents=(consent("research_statistics"),))
    opened(world.officer, values, status="active")
    found = records(world)
    assert [(record.sex, record.form) for record in found.counted] == [("F", "sexual")]
    assert [record.quarter for record in found.excluded] == ["2026-Q4"]


def test_saving_again_replaces_the_record_and_withdrawal_empties_it(world):
    first = facts(1)
    send(world.officer, [first])
    send(world.officer, [replace(first, values={**first.values, "sex": "X"})])
    assert [record.sex for record in records(world).counted] == ["X"]
    send(world.officer, [replace(first, values={}, agreed=False)])
    assert records(world).counted == ()
    assert len(records(world).excluded) == 1


def test_without_a_commission_saving_goes_on(world, monkeypatch):
    def nobody(_seals, _kind):
        raise NotReady("commission")

    monkeypatch.setattr(Seals, "agency_of_kind", nobody)
    send(world.officer, [facts(1)])
    monkeypatch.undo()
    assert records(world).counted == ()


def test_only_the_commission_sees_foreign_records(world):
    send(world.officer, [facts(1)])
    for person, seen in ((world.officer, 1), (world.foreign_officer, 0), (world.auditor, 1), (world.analyst, 1)):
        with person.gate() as gate:
            assert len(gate.db.scalars(select(CodedRecord)).all()) == seen


def test_who_has_no_key_opens_nothing(world):
    send(world.officer, [facts(1)])
    with world.officer.gate() as gate, pytest.raises(CompartmentLocked):
        actions_feed.open_all(gate)
    for person in (world.reader, world.publisher):
        with person.gate() as gate:
            assert not gate.holds("statistics")
            assert actions_feed.open_all(gate).counted == ()


def test_from_the_analyst_over_the_publisher_to_the_reader(world):
    fill(world)
    release_id = published(world)
    with world.reader.gate() as gate:
        (line,) = actions.list_releases(gate)
        release = actions.show_release(gate, release_id)
    assert (line.id, line.number, line.status) == (release_id, 1, "published")
    tables = {(table.indicator, table.dimensions): table for table in release.tables}
    assert tables["PROT-01", ("sex", "majority")].denominator == 90
    assert all(value is None or value == 0 or value >= 10 for table in release.tables for value in table.cells.values())


def test_building_is_one_entry_however_many_records(world):
    fill(world, 20)
    with world.analyst.gate() as gate:
        actions.build(gate, QUARTER)
    assert len(entries(world, "statistics:open")) == 1


def test_nothing_exact_is_stored(world):
    fill(world)
    with world.analyst.gate() as gate:
        preview = actions.build(gate, QUARTER)
    hidden = {cell for table in preview.draft.tables for cell, value in table.cells.items() if value is None}
    assert any(preview.draft.exact[cell] for cell in hidden)
    release_id = proposed(world)
    with world.publisher.gate() as gate:
        review = actions.review(gate, release_id)
    stored = {cell: value for table in review.release.tables for cell, value in table.cells.items()}
    assert all(stored[cell] is None for cell in hidden)
    assert review.report.safe


def test_the_same_person_in_two_agencies_is_one(world):
    shared = uuid.uuid4()
    send(world.officer, [facts(number) for number in range(14)] + [facts(1, person=shared)])
    send(world.foreign_officer, [facts(1, person=shared)])
    with world.analyst.gate() as gate:
        assert actions.build(gate, QUARTER).draft.exact[Cell("registered")] == 15


def test_who_did_not_agree_is_only_counted_as_excluded(world):
    send(world.officer, [facts(number) for number in range(12)])
    send(world.officer, [facts(number, agreed=False) for number in range(11)])
    with world.analyst.gate() as gate:
        draft = actions.build(gate, QUARTER).draft
    assert (draft.exact[Cell("registered")], draft.excluded) == (12, "11")


@pytest.mark.parametrize("name", ["officer", "reader", "publisher", "auditor", "supervisor"])
def test_others_build_and_propose_nothing(world, name):
    with world.people[name].gate() as gate:
        with pytest.raises(Denied):
            actions.build(gate, QUARTER)
        with pytest.raises(Denied):
            actions.propose(gate, QUARTER, "", uuid.uuid4())


@pytest.mark.parametrize("name", ["officer", "reader", "analyst", "supervisor"])
def test_others_review_and_decide_nothing(world, name):
    fill(world, 20)
    release_id = proposed(world)
    with world.people[name].gate() as gate:
        with pytest.raises(Denied):
            actions.review(gate, release_id)
        with pytest.raises(Denied):
            actions.decide(gate, release_id, "", approve=True)


def test_the_author_cannot_approve_even_with_the_role(world, monkeypatch):
    fill(world, 20)
    release_id = proposed(world)
    with world.analyst.gate() as analyst:
        author, token, begun = analyst.actor, world.analyst.token, keyring.duty(analyst.actor, 0)
    monkeypatch.setattr(
        keyring, "duty", lambda _who, _ended: begun
    )  # else the session is refused before the rule is asked
    with Gate(world.runtime, replace(author, role="publisher"), token=token) as gate:
        assert not actions.review(gate, release_id).may_decide
        with pytest.raises(Denied):
            actions.decide(gate, release_id, "", approve=True)
    assert [entry.result for entry in entries(world, "release:decide")] == ["denied"]


def test_readers_see_no_proposal(world):
    fill(world, 20)
    release_id = proposed(world)
    with world.reader.gate() as gate:
        assert actions.list_releases(gate) == actions.list_proposals(gate) == ()
        with pytest.raises(NotFound):
            actions.show_release(gate, release_id)
    with world.analyst.gate() as gate:
        assert [line.id for line in actions.list_proposals(gate)] == [release_id]
    with world.officer.gate() as gate, pytest.raises(Denied):
        actions.list_releases(gate)


def test_a_period_is_published_once(world):
    fill(world, 20)
    waiting = proposed(world, YEAR)
    published(world)
    with world.analyst.gate() as gate, pytest.raises(actions.PeriodTaken):
        actions.build(gate, YEAR)
    with pytest.raises(actions.PeriodTaken), world.publisher.gate() as gate:
        decide(gate, waiting, approve=True)


def test_a_period_that_is_not_over_waits(world):
    with world.analyst.gate() as gate, pytest.raises(actions.PeriodOpen):
        actions.build(gate, type(YEAR)(QUARTER.start, QUARTER.end.replace(month=12, day=31)))


def test_numbers_have_no_gap_whatever_is_refused(world):
    fill(world, 20)
    first, second = (
        proposed(world),
        proposed(world, type(YEAR)(YEAR.start, QUARTER.start.replace(year=2025, month=12, day=31))),
    )
    with world.publisher.gate() as gate:
        decide(gate, first, approve=False)
    with world.publisher.gate() as gate:
        decide(gate, second, approve=True)
    third = published(world)
    with world.reader.gate() as gate:
        assert [(line.number, line.id) for line in actions.list_releases(gate)] == [(2, third), (1, second)]
    with pytest.raises(Conflict), world.publisher.gate() as gate:
        actions.decide(gate, first, "", approve=True)


def test_records_that_change_after_the_preview_stop_the_proposal(world):
    fill(world, 30)
    with world.analyst.gate() as gate:
        seen = actions.build(gate, QUARTER).seen
    send(world.officer, [facts(number) for number in range(30)])
    with pytest.raises(actions.CountsChanged), world.analyst.gate() as gate:
        actions.propose(gate, QUARTER, seen, uuid.uuid4())


def test_the_same_proposal_twice_is_one(world):
    fill(world, 20)
    once = uuid.uuid4()
    found = set()
    for _ in range(2):
        with world.analyst.gate() as gate:
            found.add(actions.propose(gate, QUARTER, actions.build(gate, QUARTER).seen, once))
    assert len(found) == 1


def test_a_proposal_that_was_tampered_with_is_not_published(world, monkeypatch):
    fill(world, 20)
    release_id = proposed(world)
    monkeypatch.setattr(actions, "_digest", lambda _row: b"another")  # than what stands beside the tables
    with pytest.raises(actions.ReleaseUnsafe), world.publisher.gate() as gate:
        decide(gate, release_id, approve=True)


@pytest.mark.parametrize(
    "change",
    [
        update(Release).values(tables=[]),
        update(Release).values(number=7),
        update(Release).values(status="proposed"),
        text("delete from release"),
        text("truncate release cascade"),
    ],
)
def test_a_published_release_stands_in_the_database_too(world, change):
    fill(world, 20)
    published(world)
    with pytest.raises(DBAPIError), world.runtime.unit_of_work() as db:
        db.execute(
            change, execution_options={"raw": "the database itself must refuse this", "synchronize_session": False}
        )


def test_the_database_refuses_the_author_as_decider(world):
    fill(world, 20)
    proposed(world)
    change = update(Release).values(status="refused", decided_by=Release.proposed_by, decided_at=Release.proposed_at)
    with pytest.raises(DBAPIError), world.runtime.unit_of_work() as db:
        db.execute(change, execution_options={"synchronize_session": False})
