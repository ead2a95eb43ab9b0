"""The tamper matrix: whatever is done to the tables, the check tells, and tells where."""

import pytest
from sqlalchemy import text

from protect.audit import verify as verification
from protect.audit.entry import CONTENT
from protect.audit.models import TrailEntry
from protect.vault.log import Frontier, ratchet
from tests.audit.forger import Forger, edit_with_leaf
from tests.audit.hands import AGENCY, OTHER_AGENCY, SECRET, Trail

COUNT = 9


@pytest.fixture
def sealed(trail: Trail) -> Trail:
    """Nine entries in three batches, under a key that auditors hold."""
    trail.epoch(AGENCY)
    for first in (0, 3, 6):
        trail.write(3, first=first)
        trail.seal()
    return trail


def test_an_untouched_trail_is_sound(sealed: Trail) -> None:
    for keys, secret in ((None, None), (sealed.keys(), None), (None, SECRET), (sealed.keys(), SECRET)):
        report = sealed.verify(keys, secret)
        assert report.sound
        assert (report.entries, report.pending, report.oldest_pending) == (COUNT, 0, None)
        assert report.epochs_checked == ((1,) if keys else ())
        assert report.epochs_unchecked == (() if keys else (1,))


def test_an_empty_trail_is_sound(trail: Trail) -> None:
    report = trail.verify({}, SECRET)
    assert (report.sound, report.entries, report.root) == (True, 0, Frontier().root())
    trail.epoch(AGENCY)
    assert trail.verify(trail.keys(), SECRET).sound


EDITS = {
    "at": "at + interval '1 microsecond'",
    "actor_id": "'00000000-0000-0000-0000-0000000000ff'",
    "agency_id": "null",
    "role": "role || 'x'",
    "session_hash": "''",
    "action": "'case:list'",
    "result": "'denied'",
    "purpose": "''",
    "consent_id": "null",
    "authorisation": "''",
    "case_generation": "case_generation + 1",
    "program": "'1.0.1'",
    "detail": "set_byte(detail, 60, get_byte(detail, 60) # 1)",
    "written": "set_byte(written, 20, get_byte(written, 20) # 1)",
    "leaf": "set_byte(leaf, 0, get_byte(leaf, 0) # 1)",
}
PLACES = {
    "id": "id + 100",  # with its identity taken away, below
    "written_xid": "(written_xid::text::bigint + 1)::text::xid8",
    "epoch": "epoch + 1",
    "mac": "set_byte(mac, 0, get_byte(mac, 0) # 1)",
}


def test_the_matrix_names_every_column() -> None:
    assert {*EDITS, *PLACES, "sequence"} == set(TrailEntry.__table__.columns.keys())
    assert set(CONTENT) == set(EDITS) - {"leaf"}


def _displace(trail: Trail, column: str) -> None:
    trail.tamper(
        "alter table trail_entry alter id drop identity",
        f"update trail_entry set {column} = {PLACES[column]} where sequence = 5",
    )


@pytest.mark.parametrize("column", EDITS)
def test_edited_content_is_found_without_any_key(sealed: Trail, column: str) -> None:
    sealed.tamper(f"update trail_entry set {column} = {EDITS[column]} where sequence = 5")
    assert (5, "edited") in sealed.kinds()


@pytest.mark.parametrize("column", PLACES)
def test_an_edited_place_is_found_without_any_key(sealed: Trail, column: str) -> None:
    _displace(sealed, column)
    assert (6, "root") in sealed.kinds()


@pytest.mark.parametrize("column", PLACES)
def test_an_edited_place_is_found_by_its_code(sealed: Trail, column: str) -> None:
    _displace(sealed, column)
    assert {sequence for sequence, kind in sealed.kinds(sealed.keys()) if kind == "mac"} == {5}


def test_content_edited_with_its_leaf_is_found(sealed: Trail) -> None:
    edit_with_leaf(sealed, 5)
    assert sealed.kinds() == {(6, "root")}
    assert sealed.kinds(sealed.keys()) == {(6, "root"), (5, "mac")}


@pytest.mark.parametrize("sequence", [1, 5, 6, 8])
def test_a_deleted_entry_is_found(sealed: Trail, sequence: int) -> None:
    sealed.tamper(f"delete from trail_entry where sequence = {sequence}")
    assert (sequence, "deleted") in sealed.kinds()
    assert not {kind for _, kind in sealed.kinds(sealed.keys())} & {"mac", "edited", "swapped"}


def test_a_deleted_entry_whose_successors_moved_up_is_found(sealed: Trail) -> None:
    sealed.tamper(
        "delete from trail_entry where sequence = 5",
        *(
            f"update trail_entry set sequence = {number - 1} where sequence = {number}"
            for number in range(6, COUNT + 1)
        ),
    )
    assert {(6, "root"), (COUNT, "truncated")} <= sealed.kinds()
    assert (5, "mac") in sealed.kinds(sealed.keys())


def test_two_entries_whose_numbers_were_swapped_are_found(sealed: Trail) -> None:
    sealed.tamper(
        "update trail_entry set sequence = -1 where sequence = 4",
        "update trail_entry set sequence = 4 where sequence = 5",
        "update trail_entry set sequence = 5 where sequence = -1",
    )
    assert {(5, "swapped"), (6, "root")} <= sealed.kinds()
    assert {(4, "mac"), (5, "mac")} <= sealed.kinds(sealed.keys())


def test_two_entries_whose_contents_were_swapped_are_found(sealed: Trail) -> None:
    columns = ", ".join([*CONTENT, "leaf"])
    others = ", ".join(f"o.{name}" for name in [*CONTENT, "leaf"])
    sealed.tamper(
        f"""update trail_entry t set ({columns}) = (select {others} from trail_entry o where o.sequence = 9 - t.sequence)
        where sequence in (4, 5)"""
    )
    assert sealed.kinds() == {(6, "root")}
    assert sealed.kinds(sealed.keys()) == {(6, "root"), (4, "mac"), (5, "mac")}


@pytest.mark.parametrize("left", [0, 1, 6, 8])
def test_a_cut_off_tail_is_found(sealed: Trail, left: int) -> None:
    sealed.tamper(f"delete from trail_entry where sequence > {left}")
    assert (left + 1, "truncated") in sealed.kinds()


@pytest.mark.parametrize("table", ["trail_head", "trail_state"])
def test_a_cut_off_tail_is_found_by_each_witness_alone(sealed: Trail, table: str) -> None:
    other = "trail_state" if table == "trail_head" else "trail_head"
    sealed.tamper("delete from trail_entry where sequence > 6", f"delete from {other}")
    assert (7, "truncated") in sealed.kinds()


@pytest.mark.parametrize("last", [3, 6, 9])
def test_a_missing_head_is_found(sealed: Trail, last: int) -> None:
    sealed.tamper(f"delete from trail_head where last_sequence = {last}")
    assert {kind for _, kind in sealed.kinds()} == {"root"}


def test_a_changed_head_is_found(sealed: Trail) -> None:
    sealed.tamper("update trail_head set root = set_byte(root, 0, get_byte(root, 0) # 1) where last_sequence = 3")
    assert sealed.kinds() == {(3, "root")}


def test_a_state_set_back_is_found(sealed: Trail) -> None:
    with sealed.owner.connect() as connection:
        old = connection.execute(text("select * from trail_state")).one()._asdict()
    sealed.write(3, first=9)
    sealed.seal()
    columns = ", ".join(f"{name} = :{name}" for name in old)
    sealed.tamper(f"update trail_state set {columns}", **old)
    assert (12, "root") in sealed.kinds()
    assert (13, "truncated") in sealed.kinds(sealed.keys(), SECRET)


def test_an_entry_numbered_by_hand_is_found(sealed: Trail) -> None:
    sealed.write(1, first=9)
    sealed.tamper("update trail_entry set sequence = 10, epoch = 1, mac = leaf where sequence is null")
    assert (10, "root") in sealed.kinds()
    assert (10, "mac") in sealed.kinds(sealed.keys())


def test_a_number_far_ahead_does_not_keep_the_check_busy(sealed: Trail) -> None:
    sealed.tamper(f"update trail_entry set sequence = {2**60} where sequence = {COUNT}")
    assert (COUNT, "deleted") in sealed.kinds(sealed.keys())


def test_an_entry_the_sealer_should_have_taken_is_found(sealed: Trail) -> None:
    sealed.tamper("update trail_entry set sequence = null, epoch = null, mac = null where sequence = 9")
    assert {(None, "unsealed-old"), (9, "truncated")} <= sealed.kinds()


def test_entries_not_yet_sealed_are_counted_and_no_fault(sealed: Trail) -> None:
    sealed.write(2, first=9)
    report = sealed.verify(sealed.keys(), SECRET)
    assert (report.sound, report.entries, report.pending) == (True, COUNT, 2)
    assert report.oldest_pending is not None


def test_faults_beyond_those_shown_are_counted(sealed: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "SHOWN", 2)
    sealed.tamper("update trail_entry set action = 'case:list'")
    report = sealed.verify()
    assert (len(report.faults), report.fault_count) == (2, COUNT)


def test_a_stolen_key_does_not_forge_the_past(sealed: Trail) -> None:
    forger = Forger(sealed)
    edit_with_leaf(sealed, 5)
    forger.rewrite(first=5, key=forger.state.key)
    assert sealed.verify().sound, "the tree alone cannot tell: a witness or an auditor's key can"
    assert (5, "mac") in sealed.kinds(sealed.keys())


def test_the_first_key_would_have_forged_the_past(sealed: Trail) -> None:
    """The control: the forger of the test above is a good one."""
    key = sealed.keys()[1]
    for _ in range(4):
        key = ratchet(key)
    forger = Forger(sealed)
    edit_with_leaf(sealed, 5)
    forger.rewrite(first=5, key=key)
    assert sealed.verify(sealed.keys(), SECRET).sound


def test_a_tail_cut_off_with_a_stolen_key_is_found(sealed: Trail) -> None:
    forger = Forger(sealed)
    sealed.tamper("delete from trail_entry where sequence > 6")
    forger.rewrite(first=7, key=forger.state.key)
    assert sealed.verify(sealed.keys()).sound, "without the key of the moment nothing is missing"
    assert sealed.kinds(sealed.keys(), SECRET) == {(7, "truncated")}


def test_the_key_of_another_agency_or_epoch_finds_everything_false(sealed: Trail) -> None:
    wrong = {1: ratchet(sealed.keys()[1])}
    assert sealed.kinds(wrong) == {(number, "mac") for number in range(1, COUNT + 1)}
    assert sealed.keys(OTHER_AGENCY) == {}


@pytest.mark.parametrize("gone", [(1,), (3, 4), (4,), (4, 5), (1, 2, 3, 4)])
def test_codes_go_on_after_a_gap_at_the_edge_of_an_epoch(trail: Trail, gone: tuple[int, ...]) -> None:
    for first in (0, 3):
        trail.epoch(AGENCY)
        trail.write(3, first=first)
        trail.seal()
    trail.tamper(f"delete from trail_entry where sequence in ({', '.join(map(str, gone))})")
    assert {fault for fault in trail.kinds(trail.keys()) if fault[1] != "root"} == {(gone[0], "deleted")}
