"""A renewal over rows that were touched or put back: it makes none of them good, and none of them stops it."""

from dataclasses import replace
from datetime import UTC
from uuid import UUID

import pytest
from sqlalchemy import func, update

from protect.access.errors import CompartmentLocked
from protect.access.models import KeyGrant
from protect.cases import actions
from protect.cases.actions_consent import record_consent
from protect.cases.models import Consent
from protect.oversight.actions import journal, verify_trail
from protect.oversight.journal import Wanted
from protect.store.sealed import Sealed
from protect.vault.errors import CiphertextRejected
from tests.access import people, turning
from tests.cases.stories import consent
from tests.referrals import hands
from tests.world import World


def test_a_row_that_was_put_back_is_not_made_good(world: World) -> None:
    kept = turning.fill(world)
    other = hands.new_case(world.officer)
    old = turning.rows(world.officer, kept.case, "contact")[0]
    turning.change(world.officer, kept.case, "contact", {"phone": "+243820000009"})
    turning.put_back(world, old)
    progress = turning.rotate(world.officer, "contact")
    assert (progress.finished, progress.left) == (True, 1)
    with pytest.raises(CiphertextRejected), world.officer.gate() as gate:
        actions.show_case(gate, kept.case)
    with world.officer.gate() as gate:
        assert actions.show_case(gate, other).code
    assert _rejected(world, kept.case) == ["rollback"]


def test_a_row_that_was_touched_does_not_stop_the_rest(world: World) -> None:
    kept = turning.fill(world)
    other = hands.new_case(world.officer)
    old = turning.rows(world.officer, kept.case, "contact")[0]
    old.wrapped_key = Sealed(bytes(40))
    turning.put_back(world, old)
    progress = turning.rotate(world.officer, "contact")
    assert (progress.finished, progress.left) == (True, 1)
    with world.officer.gate() as gate:
        assert actions.show_case(gate, other).code
    assert _rejected(world, kept.case)
    progress = turning.rotate(world.officer, "contact")
    assert (progress.finished, progress.left, progress.version) == (True, 1, 3), "nor the next renewal"


def test_what_was_dropped_in_and_touched_does_not_stop_the_rest(world: World) -> None:
    """What the person asked not to happen lies in a drop-box; one of two is no longer what was put there."""
    touched, whole = turning.fill(world).case, hands.new_case(world.officer)
    with world.officer.gate() as gate:
        record_consent(gate, whole, replace(consent(), restrictions="Ne pas écrire"))
    of_touched = (Consent.case_id == touched) & Consent.restrictions.is_not(None)
    with world.officer.gate() as gate:
        gate.db.execute(update(Consent).where(of_touched).values(restrictions=Sealed(bytes(200))))
    progress = turning.rotate(world.officer, "protection")
    assert (progress.finished, progress.left) == (True, 1)
    assert _rejected(world, touched)
    with world.officer.gate() as gate:
        assert actions.show_case(gate, whole).code


def test_who_lacks_the_version_before_seals_nothing_anew(world: World) -> None:
    turning.fill(world)
    turning.a_piece(world.officer, "contact")
    with world.runtime.unit_of_work() as db:
        of_supervisor = KeyGrant.recipient_id == people.member_id(world, "supervisor")
        older = of_supervisor & (KeyGrant.compartment == "contact") & (KeyGrant.version == 1)
        db.execute(update(KeyGrant).where(older).values(revoked_at=func.now()))
    with pytest.raises(CompartmentLocked):
        turning.rotate(world.supervisor, "contact")
    assert turning.rotate(world.officer, "contact").left == 0


def _rejected(world: World, case: UUID) -> list[str]:
    """Why the auditors read that a case was left as it is."""
    with world.auditor.gate() as gate:
        lines = journal(gate, Wanted(object_id=str(case), action="key:re-encrypt", zone=UTC)).lines
    return [line.detail.why for line in lines if line.result == "rejected" and line.detail]


def test_what_was_sealed_anew_is_recorded(world: World) -> None:
    turning.fill(world)
    turning.rotate(world.officer, "identity")
    with world.auditor.gate() as gate:
        assert verify_trail(gate).sound
