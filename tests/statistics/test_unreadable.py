"""Records that cannot be read: left out, counted, named to the auditors, and never passed over in silence."""

import uuid
from datetime import UTC

import pytest
from sqlalchemy import select

from protect.audit.models import TrailEntry
from protect.oversight.actions import journal
from protect.oversight.journal import Wanted
from protect.statistics import actions, actions_feed
from protect.statistics import feed as feed_module
from protect.statistics.models import CodedRecord
from protect.statistics.tables import Cell
from protect.store.sealed import Sealed
from tests.statistics.people import QUARTER, facts, fill, send, spoil


def opened(world):
    with world.analyst.gate() as gate:
        return actions_feed.open_all(gate)


def results(world):
    with world.runtime.unit_of_work() as db:
        wanted = select(TrailEntry.result).where(TrailEntry.action == "statistics:open").order_by(TrailEntry.id)
        return db.scalars(wanted).all()


def test_a_record_in_the_place_of_another_is_not_counted(world):
    send(world.officer, [facts(1), facts(2), facts(3)])
    with world.officer.gate() as gate:
        one, two, _three = gate.db.scalars(select(CodedRecord)).all()
        one.record, two.record = two.record, one.record
    found = opened(world)
    assert (len(found.counted), found.unreadable) == (1, 2)


def test_an_unreadable_record_is_left_out_counted_and_named(world):
    fill(world, 20)
    with world.analyst.gate() as gate:
        before = actions.build(gate, QUARTER)
    spoiled = spoil(world, 2)
    with world.analyst.gate() as gate:
        after = actions.build(gate, QUARTER)
    assert (before.unreadable, after.unreadable) == (0, 2)
    assert after.draft.exact[Cell("registered")] == before.draft.exact[Cell("registered")] - 2
    assert results(world) == ["allowed", "allowed", "rejected"]
    with world.auditor.gate() as gate:
        (line,) = journal(gate, Wanted(UTC, action="statistics:open", result="rejected")).lines
    assert set(line.objects) == spoiled
    assert line.detail.why == "tag"


def test_what_cannot_be_read_is_part_of_what_is_proposed(world):
    fill(world, 20)
    with world.analyst.gate() as gate:
        seen = actions.build(gate, QUARTER).seen
    with world.officer.gate() as gate:
        gate.db.add(
            CodedRecord(
                id=uuid.uuid4(), agency_id=gate.member.agency_id, key_version=1, generation=1, record=Sealed(b"x")
            )
        )
    with pytest.raises(actions.CountsChanged), world.analyst.gate() as gate:
        actions.propose(gate, QUARTER, seen, uuid.uuid4())


def test_a_record_of_a_later_program_is_left_out_too(world, monkeypatch):
    send(world.officer, [facts(1)])
    monkeypatch.setattr(feed_module, "VERSION", 2)
    assert (opened(world).counted, opened(world).unreadable) == ((), 1)
