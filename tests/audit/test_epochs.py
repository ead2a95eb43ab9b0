"""Epochs: each auditor checks from the epoch their agency got its key in, and only from there."""

import pytest

from protect.audit.epochs import start_keys
from protect.vault.errors import CiphertextRejected
from tests.audit.hands import AGENCY, OTHER_AGENCY, SECRET, Trail, auditor_of


def test_auditors_check_from_their_epoch_on(trail: Trail) -> None:
    trail.write(2)
    trail.seal()
    assert trail.epoch(AGENCY) == 2
    trail.write(2, first=2)
    trail.seal()
    assert trail.epoch(AGENCY, OTHER_AGENCY) == 3
    trail.write(2, first=4)
    trail.seal()
    first, second = trail.verify(trail.keys(), SECRET), trail.verify(trail.keys(OTHER_AGENCY), SECRET)
    assert (first.sound, first.epochs_checked, first.epochs_unchecked) == (True, (2, 3), (1,))
    assert (second.sound, second.epochs_checked, second.epochs_unchecked) == (True, (3,), (1, 2))
    assert set(trail.keys()) == {2, 3}


def test_a_key_of_an_earlier_epoch_says_nothing_about_a_later_one(trail: Trail) -> None:
    trail.epoch(AGENCY)
    trail.write()
    trail.seal()
    trail.epoch(OTHER_AGENCY)
    trail.write(1, first=1)
    trail.seal()
    report = trail.verify(trail.keys(), SECRET)
    assert (report.sound, report.epochs_checked, report.epochs_unchecked) == (True, (1,), (2,))


def test_the_first_epoch_may_be_the_auditors(trail: Trail) -> None:
    assert trail.epoch(AGENCY) == 1
    trail.write(2)
    trail.seal()
    assert trail.verify(trail.keys(), SECRET).epochs_checked == (1,)


def test_entries_waiting_fall_into_the_new_epoch(trail: Trail) -> None:
    trail.epoch(AGENCY)
    trail.write(1)
    trail.epoch(AGENCY)
    trail.seal()
    assert trail.rows("select epoch from trail_entry") == [(2,)]
    assert trail.verify(trail.keys(), SECRET).sound


def test_every_epoch_has_a_key_of_its_own(trail: Trail) -> None:
    trail.epoch(AGENCY)
    trail.epoch(AGENCY)
    keys = trail.keys()
    assert keys[1] != keys[2]


def test_another_agencys_auditors_do_not_open_a_start_key(trail: Trail) -> None:
    trail.epoch(AGENCY)
    with pytest.raises(CiphertextRejected), trail.work() as session:
        start_keys(session, [auditor_of(OTHER_AGENCY)], AGENCY)


def test_a_start_key_moved_to_another_epoch_does_not_open(trail: Trail) -> None:
    trail.epoch(AGENCY)
    trail.tamper("update trail_epoch set epoch = 2")
    with pytest.raises(CiphertextRejected):
        trail.keys()


def test_a_start_key_that_was_removed_leaves_the_codes_false(trail: Trail) -> None:
    trail.epoch(AGENCY)
    trail.write()
    trail.seal()
    trail.epoch(AGENCY)
    trail.write(1, first=1)
    trail.seal()
    trail.tamper("delete from trail_epoch where epoch = 2")
    assert trail.kinds(trail.keys()) == {(2, "mac")}
