"""The database's own guard: what the web role may do to the trail, and what it may not."""

import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from protect.audit import ddl
from protect.audit.append import append
from tests.audit.hands import Trail, entry

REFUSED = {
    "edit": "update trail_entry set action = 'x' where sequence is not null",
    "edit before sealing": "update trail_entry set action = 'x' where sequence is null",
    "number again": "update trail_entry set sequence = 99 where sequence = 1",
    "unseal": "update trail_entry set sequence = null, epoch = null, mac = null where sequence = 1",
    "new code": "update trail_entry set mac = leaf where sequence = 1",
    "delete": "delete from trail_entry",
    "truncate": "truncate trail_entry",
    "insert numbered": """insert into trail_entry (at, role, action, result, authorisation, program, leaf, sequence, epoch, mac)
        values (now(), '', 'a', 'allowed', '', '', '', 99, 1, '')""",
    "insert of another transaction": """insert into trail_entry (at, role, action, result, authorisation, program, leaf, written_xid)
        values (now(), '', 'a', 'allowed', '', '', '', '3')""",
    "edit head": "update trail_head set root = ''",
    "delete head": "delete from trail_head",
    "truncate head": "truncate trail_head",
    "edit epoch": "update trail_epoch set sealed_start_key = ''",
    "delete epoch": "delete from trail_epoch",
    "truncate epoch": "truncate trail_epoch",
    "set back state": "update trail_state set sequence = sequence - 1",
    "set back epoch": "update trail_state set epoch = epoch - 1",
    "delete state": "delete from trail_state",
    "truncate state": "truncate trail_state",
}


@pytest.mark.parametrize("hand", ["web", "owner"])
@pytest.mark.parametrize("attempt", REFUSED)
def test_the_trail_is_only_ever_appended_to(lasting: Trail, hand: str, attempt: str) -> None:
    engine = lasting.web if hand == "web" else lasting.owner
    with pytest.raises(ProgrammingError, match=r"permission denied|only ever appended"), engine.begin() as connection:
        connection.execute(text(REFUSED[attempt]))
    report = lasting.verify()
    assert (report.sound, report.entries, report.pending) == (True, 2, 1)


def test_the_web_role_numbers_what_has_no_number(trail: Trail) -> None:
    trail.write()
    assert trail.seal() == 1
    assert trail.verify().sound


@pytest.mark.parametrize("filled", ["sequence = 9", "sequence = 9, mac = leaf", "epoch = 1"])
def test_an_entry_is_sealed_whole_or_not(lasting: Trail, filled: str) -> None:
    with pytest.raises(IntegrityError), lasting.web.begin() as connection:
        connection.execute(text(f"update trail_entry set {filled} where sequence is null"))


def test_a_result_nobody_knows_is_refused(trail: Trail) -> None:
    with pytest.raises(IntegrityError), trail.work() as session:
        append(session, entry(result="maybe"))


def test_the_text_for_the_migration_is_printed() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "protect.audit.ddl", "some_role"], check=True, capture_output=True, text=True
    ).stdout
    assert shown == ddl.GUARD + ddl.grants("some_role")


@pytest.mark.parametrize("role", ["", "a b", "x; drop table trail_entry", "Web"])
def test_a_role_that_is_no_plain_name_is_refused(role: str) -> None:
    with pytest.raises(ValueError, match="role"):
        ddl.grants(role)
