"""What goes on around a case that was erased: renewals, imports, hand-overs, figures, and who kept a copy of a key."""

import sqlite3
from contextlib import closing

import pytest

from protect.access.opening import Opening
from protect.cases.actions import list_cases, show_case
from protect.cases.actions_import import NamedRow, import_cases
from protect.cases.actions_intake import IntakeAnswers
from protect.directory import actions_handover
from protect.oversight.actions import verify_trail
from protect.referrals import actions_inbox
from protect.referrals.actions_rows import package_context
from protect.referrals.models import DisclosurePackage, Referral
from protect.statistics.actions_feed import open_all
from protect.store.shred import ShredStore
from protect.vault.errors import CiphertextRejected
from tests.access import turning
from tests.access.people import decide, fresh, member_id
from tests.cases import endings
from tests.referrals import hands
from tests.world import World


def test_keys_are_renewed_beside_it(world: World) -> None:
    lived, other = endings.erased(world), hands.new_case(world.officer)
    for name in ("identity", "coded", "protection"):
        assert turning.rotate(world.officer, name).left == 0
    assert turning.rotate(world.shelter_intake, "inbox").left == 0
    world.shelter_intake.sign_in()
    with world.shelter_intake.gate() as gate:
        assert actions_inbox.show_request(gate, lived.referral).facts is None
    world.officer.sign_in()
    with world.officer.gate() as gate:
        assert show_case(gate, other).name.startswith(hands.NAME)


def test_the_same_file_opens_the_person_anew(world: World) -> None:
    """What named the row is gone with the case: nothing is left to compare with, as the guide says."""
    row = NamedRow(IntakeAnswers({"surname": "Lukusa"}, status="closed"), b"row" * 16, 0)
    with world.officer.gate() as gate:
        assert import_cases(gate, [row]) == 1
        (case,) = list_cases(gate).cases
    with world.officer.gate() as gate:
        assert import_cases(gate, [row]) == 0
    endings.connect_slices()
    endings.agree(world, endings.ask(world, case.id, reason="mistake"))
    with world.officer.gate() as gate:
        assert import_cases(gate, [row]) == 1
        assert [one.id for one in list_cases(gate).cases] != [case.id]


def test_whoever_leaves_hands_over_what_is_left(world: World) -> None:
    endings.erased(world)
    hands.new_case(world.officer)
    with fresh(world, "registrar") as gate:
        (part,) = actions_handover.hand_over(gate, member_id(world, "officer")).parts
    assert dict(part.counts) == {"cases": 1, "referrals": 0}
    with fresh(world, "registrar") as gate:
        colleague = member_id(world, "officer_same_unit")
        actions_handover.give(gate, member_id(world, "officer"), part.unit_id, colleague)
    decide(world, "officer", "leave")


def test_the_auditors_find_the_trail_sound(world: World) -> None:
    endings.erased(world)
    with world.auditor.gate() as gate:
        assert verify_trail(gate).sound


def test_the_figures_keep_their_record_and_nothing_leads_to_it(world: World) -> None:
    endings.erased(world)
    with world.analyst.gate() as gate:
        opened = open_all(gate)
    assert (len(opened.counted) + len(opened.excluded), opened.unreadable) == (1, 0)


def test_a_copy_of_the_destroyed_key_opens_nothing(world: World) -> None:
    """The receiver, who holds the inbox key, and somebody who kept the shred key of before."""
    lived = endings.served(world)
    kept = world.runtime.shred.get("package", str(lived.referral))
    endings.agree(world, endings.ask(world, lived.case_id))
    path = world.runtime.settings.data / "revived.sqlite"
    ShredStore(path)
    with closing(sqlite3.connect(path)) as store, store:
        key = (str(lived.referral), kept)
        store.execute("insert into shred_key values ('package', ?, ?, null, '', x'')", key)
    with world.shelter_intake.gate() as gate:
        row = gate.db.get(Referral, lived.referral)
        package = gate.db.query(DisclosurePackage).filter_by(referral_id=lived.referral).one()
        assert row is not None
        opening = Opening(gate.keyring, ShredStore(path), gate.written)
        with pytest.raises(CiphertextRejected):
            opening.package(package.wrapped_key, package.content, package_context(row, None), gate.now())
