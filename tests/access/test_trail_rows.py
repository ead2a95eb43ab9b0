"""A sealed row is in the state that was recorded last, or it is not opened, and the check of all rows names it."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, NullPool, create_engine, select, text

from protect.access.gate import Gate
from protect.access.trail_rows import WrittenRows
from protect.audit import written
from protect.audit.models import TrailEntry, TrailRow
from protect.audit.verify_rows import RowReport, verify_rows
from protect.cases.actions import show_case
from protect.cases.actions_edit import edit_compartment
from protect.cases.models import CaseCompartment
from protect.store.engine import reading
from protect.vault.errors import CiphertextRejected, Reason
from tests.cases.stories import opened
from tests.world import World

COLUMNS = "generation, manifest, fields, wrapped_key, commitment, wrap"
GUARDED = ("trail_entry", "trail_row")


@contextmanager
def owner(world: World) -> Iterator[Connection]:
    """The hand of a thief who can write: nothing guards against the owner of the tables."""
    url = world.runtime.engine.url.set(username="protect_owner")
    made = create_engine(url, poolclass=NullPool)
    with made.begin() as connection:
        connection.execute(text("alter table case_compartment no force row level security"))
        for table in GUARDED:
            connection.execute(text(f"alter table {table} disable trigger user"))
        yield connection
        for table in GUARDED:
            connection.execute(text(f"alter table {table} enable trigger user"))
        connection.execute(text("alter table case_compartment force row level security"))


def kept(world: World, case_id: uuid.UUID, name: str = "contact") -> dict[str, object]:
    with owner(world) as connection:
        query = text(f"select {COLUMNS} from case_compartment where case_id = :id and name = :name and part = 0")
        return dict(connection.execute(query, {"id": case_id, "name": name}).one()._mapping)


def put_back(world: World, case_id: uuid.UUID, row: dict[str, object], name: str = "contact") -> None:
    columns = ", ".join(f"{column} = :{column}" for column in row)
    with owner(world) as connection:
        found = text(f"update case_compartment set {columns} where case_id = :id and name = :name and part = 0")
        assert connection.execute(found, {**row, "id": case_id, "name": name}).rowcount == 1


def change(world: World, case_id: uuid.UUID, value: str, version: int | None = None) -> int:
    with world.officer.gate() as gate:
        if version is None:
            row = gate.db.scalars(
                select(CaseCompartment).where(
                    CaseCompartment.case_id == case_id, CaseCompartment.name == "contact", CaseCompartment.part == 0
                )
            ).first()
            version = row.generation if row else 0
        return edit_compartment(gate, case_id, "contact", {"current_address": value}, version)


def see(world: World, case_id: uuid.UUID) -> None:
    with world.officer.gate() as gate:
        show_case(gate, case_id)


def report(world: World) -> RowReport:
    with reading(world.runtime.engine.url.set(username="protect_backup")) as connection:
        return verify_rows(connection, [world.runtime.secrets.log])


def kinds(world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for fault in report(world).faults:
        found[fault.kind] = found.get(fault.kind, 0) + fault.rows
    return found


@pytest.fixture
def case_id(world: World) -> uuid.UUID:
    """A case whose address was changed once."""
    made = opened(world.officer)
    change(world, made, "Avenue Une")
    return made


def test_what_was_written_honestly_is_the_newest_state(world: World, case_id: uuid.UUID) -> None:
    see(world, case_id)
    change(world, case_id, "Avenue Deux")
    see(world, case_id)
    found = report(world)
    assert found.sound
    every = " union all ".join(f"select 1 from {kind.table}" for kind in written.KINDS.values())
    with reading(world.runtime.engine.url.set(username="protect_backup")) as connection:
        assert found.rows == len(connection.execute(text(every)).all()) > 3
    with world.runtime.unit_of_work() as db:
        assert db.query(TrailRow).count() > found.rows, "an earlier state of the address stays recorded"


def test_each_entry_of_a_write_tells_mark_generation_and_digest(world: World, case_id: uuid.UUID) -> None:
    change(world, case_id, "Avenue Deux")
    row = kept(world, case_id)
    key = written.marking_key(world.runtime.secrets.log)
    mark = written.mark(key, written.COMPARTMENT, (case_id, "contact", 0))
    with world.runtime.unit_of_work() as db:
        packed = db.scalars(
            select(TrailEntry.written).where(TrailEntry.action == "case:save").order_by(TrailEntry.id.desc())
        ).first()
    assert packed is not None
    states = {state.mark: state for state in written.unpack(packed)}
    assert states[mark] == written.state(key, mark, int(row["generation"]), bytes(row["manifest"]))
    assert case_id.bytes not in packed
    assert str(case_id).encode() not in packed


def test_a_row_put_back_whole_is_not_opened_and_is_named(world: World, case_id: uuid.UUID) -> None:
    old = kept(world, case_id)
    change(world, case_id, "Avenue Deux")
    put_back(world, case_id, old)
    with pytest.raises(CiphertextRejected) as rejected:
        see(world, case_id)
    assert rejected.value.reason is Reason.ROLLBACK
    assert kinds(world) == {"rolled-back": 1}
    assert report(world).faults[0].place == f"case_compartment {case_id} contact 0"


def test_nobody_saves_over_a_row_that_was_put_back(world: World, case_id: uuid.UUID) -> None:
    """Else the old state would be recorded as the newest by an honest hand."""
    old = kept(world, case_id)
    change(world, case_id, "Avenue Deux")
    put_back(world, case_id, old)
    with pytest.raises(CiphertextRejected):
        change(world, case_id, "Avenue Trois")
    put_back(world, case_id, {**old, "generation": 1})
    with pytest.raises(CiphertextRejected):
        see(world, case_id)


def test_the_newest_row_put_in_place_again_is_sound(world: World, case_id: uuid.UUID) -> None:
    change(world, case_id, "Avenue Deux")
    newest = kept(world, case_id)
    put_back(world, case_id, newest)
    see(world, case_id)
    assert report(world).sound


def test_a_step_back_stays_visible_after_it_was_saved_over(
    world: World, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = kept(world, case_id)
    change(world, case_id, "Avenue Deux")
    put_back(world, case_id, old)
    with monkeypatch.context() as patch:
        patch.setattr(WrittenRows, "put_back", lambda *_: [])
        change(world, case_id, "Avenue Trois")
    assert kinds(world) == {"replayed": 1, "rolled-back": 1}, "the first state of a generation stays the one"


def test_a_row_that_nobody_recorded_is_named(world: World, case_id: uuid.UUID) -> None:
    with owner(world) as connection:
        connection.execute(
            text("update case_compartment set part = 7 where case_id = :id and name = 'contact'"), {"id": case_id}
        )
    assert kinds(world) == {"unrecorded": 1, "gone": 1}


def test_a_row_that_is_gone_is_counted(world: World, case_id: uuid.UUID) -> None:
    with owner(world) as connection:
        connection.execute(
            text("delete from case_compartment where case_id = :id and name = 'contact'"), {"id": case_id}
        )
    assert kinds(world) == {"gone": 1}


@pytest.mark.parametrize(
    "statement",
    [
        "delete from trail_row where entry_id = (select max(entry_id) from trail_row)",
        "update trail_row set generation = generation + 1",
        "update trail_row set digest = sha256('')",
        "insert into trail_row select mark, entry_id + 1000000, generation, digest from trail_row",
    ],
)
def test_a_look_up_that_differs_from_the_entries_is_found(world: World, case_id: uuid.UUID, statement: str) -> None:
    with owner(world) as connection:
        connection.execute(text(statement))
    assert kinds(world)["index"] > 0


@pytest.mark.parametrize("hand", ["web", "owner"])
@pytest.mark.parametrize(
    "attempt",
    [
        "insert into trail_row values ('\\x00', 1, 1, '\\x00')",
        "update trail_row set digest = ''",
        "delete from trail_row",
        "truncate trail_row",
    ],
)
def test_only_an_entry_writes_the_look_up(world: World, case_id: uuid.UUID, hand: str, attempt: str) -> None:
    made = create_engine(world.runtime.engine.url.set(username=f"protect_{hand}"), poolclass=NullPool)
    with pytest.raises(Exception, match=r"permission denied|only ever appended"), made.begin() as connection:
        connection.execute(text(attempt))


def test_a_torn_state_is_refused_by_the_database(world: World, case_id: uuid.UUID) -> None:
    made = create_engine(world.runtime.engine.url, poolclass=NullPool)
    insert = """insert into trail_entry (at, role, action, result, authorisation, program, leaf, written)
        values (now(), '', 'a', 'allowed', '', '', '', :written)"""
    for torn in (b"", bytes(51), bytes(53)):
        with pytest.raises(Exception, match="52 bytes"), made.begin() as connection:
            connection.execute(text(insert), {"written": torn})


def test_a_write_without_an_entry_of_its_own_is_recorded_at_the_end(world: World, case_id: uuid.UUID) -> None:
    with world.officer.gate() as gate:
        gate.permit("case:edit")
        opening = gate.opening("case:edit", [], fields=(), purpose="assistance")
        row = gate.db.scalars(
            select(CaseCompartment).where(CaseCompartment.case_id == case_id, CaseCompartment.name == "contact")
        ).one()
        for column, value in gate.seals.change(row, {"current_address": "Avenue Quatre"}).items():
            setattr(row, column, value)
        gate.db.flush()
        opening.require_newest(written.COMPARTMENT, [row])
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(TrailEntry.action).order_by(TrailEntry.id.desc())).first() == "row:write"
    assert report(world).sound


def test_what_a_gate_did_not_write_is_not_recorded(world: World, case_id: uuid.UUID) -> None:
    with world.officer.gate() as gate:
        row = gate.db.scalars(
            select(CaseCompartment).where(CaseCompartment.case_id == case_id, CaseCompartment.name == "contact")
        ).one()
        gate.seals.change(row, {"current_address": "sealed, and thrown away"})
    see(world, case_id)
    assert report(world).sound


def test_a_reader_beside_a_writer_is_never_told_of_a_rollback(world: World, case_id: uuid.UUID) -> None:
    stop, problems = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                see(world, case_id)
            except CiphertextRejected as error:
                problems.append(error.reason)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(15):
        change(world, case_id, f"Avenue {number}")
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []


def test_who_knows_the_cases_and_not_the_secret_links_no_mark(world: World, case_id: uuid.UUID) -> None:
    with world.runtime.unit_of_work() as db:
        marks = set(db.scalars(select(TrailRow.mark)))
    for guess in (bytes(32), world.runtime.secrets.session, world.runtime.secrets.pepper, world.runtime.secrets.flask):
        key = written.marking_key(guess)
        assert written.mark(key, written.COMPARTMENT, (case_id, "contact", 0)) not in marks


def test_a_row_that_was_removed_on_purpose_is_not_missing(world: World, case_id: uuid.UUID) -> None:
    with world.officer.gate() as gate:
        row = gate.db.scalars(
            select(CaseCompartment).where(CaseCompartment.case_id == case_id, CaseCompartment.name == "contact")
        ).one()
        gate.db.delete(row)
    assert report(world).sound


def test_another_secret_recognises_no_row(world: World, case_id: uuid.UUID) -> None:
    runtime = replace(world.runtime, secrets=replace(world.runtime.secrets, log=bytes(32)))
    with reading(runtime.engine.url.set(username="protect_backup")) as connection:
        found = verify_rows(connection, [runtime.secrets.log])
    assert {fault.kind for fault in found.faults} == {"unrecorded", "gone"}


def test_a_gate_of_nobody_writes_nothing_down(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        before = db.query(TrailEntry).count()
    with Gate(world.runtime, None):
        pass
    with world.runtime.unit_of_work() as db:
        assert db.query(TrailEntry).count() == before
