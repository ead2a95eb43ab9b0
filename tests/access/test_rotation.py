"""A key that is renewed: everything opens with the new one, nothing with the old, and it may be broken off anywhere."""

import os
import signal
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from protect.access import rotation, sessions
from protect.access.errors import CompartmentLocked, Conflict, Denied
from protect.access.gate import Gate
from protect.access.models import KeyGrant, KeyRotation
from protect.access.trail_rows import WrittenRows
from protect.cases import actions, actions_rotation, actions_search
from protect.cases.models import CaseCompartment, CaseFile
from protect.directory.actions_rotation import renew
from protect.referrals import actions_follow, actions_inbox, actions_package
from protect.store.engine import engine
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.tree import CompartmentKey, Wrapped
from tests.access import people, turning
from tests.access.turning import CASES
from tests.referrals import hands
from tests.world import Person, World


def _opens_with(old: CompartmentKey, row: CaseCompartment) -> bool:
    try:
        old.unwrap(str(row.case_id), Wrapped(row.wrapped_key.blob, row.commitment))
    except CiphertextRejected:
        return False
    return True


def _key(person: Person, compartment: str) -> CompartmentKey:
    with person.gate() as gate:
        return gate.keyring.key(compartment)


def test_everything_opens_after_every_key_was_renewed(world: World) -> None:
    kept = turning.fill(world)
    for name in CASES:
        assert turning.rotate(world.officer, name).finished
    for name in ("health",):
        assert turning.rotate(world.soignante, name).finished
    assert turning.rotate(world.shelter_intake, "inbox").finished
    assert turning.rotate(world.auditor, "audit").finished
    with world.supervisor.gate() as gate:  # whose session is older than every new key
        values = actions.show_case(gate, kept.case)
        assert "Kapinga" in str(values)
        assert any(consent.restrictions == "Ne pas appeler" for consent in values.consents)
    with world.officer.gate() as gate:
        assert [hit.id for hit in actions_search.search_cases(gate, "Kapinga")] == [kept.case]
        assert actions_follow.show_referral(gate, kept.referral).facts
    with world.shelter_worker.gate() as gate:
        assert actions_inbox.show_request(gate, kept.referral).facts
        assert actions_package.open_package(gate, kept.referral).values["surname"] == "Kapinga"
    with world.soignante.gate() as gate:
        opening = gate.opening("case:open", [], fields=[], purpose="assistance")
        row = turning.rows(world.soignante, kept.case, "health")[0]
        assert opening.fields(row)["pregnancy_status"] == "yes"
        assert row.wrap == "key"


def test_the_old_key_opens_nothing(world: World) -> None:
    kept = turning.fill(world)
    old = _key(world.officer, "identity")
    before = turning.rows(world.officer, kept.case, "identity")[0]
    data_key = old.unwrap(str(before.case_id), Wrapped(before.wrapped_key.blob, before.commitment))
    turning.rotate(world.officer, "identity")
    after = turning.rows(world.officer, kept.case, "identity")[0]
    assert (after.key_version, after.wrap, after.generation) == (2, "key", before.generation + 1)
    assert not _opens_with(old, after)
    assert after.commitment != data_key.commitment, "a copied data key opens nothing either"
    assert after.fields.blob != before.fields.blob


def test_a_leaver_reads_nothing_that_is_written_afterwards(world: World) -> None:
    """Who copied every key and has the whole database of later: even between the two passes."""
    kept = turning.fill(world)
    old = _key(world.officer_same_unit, "contact")
    row = turning.rows(world.officer, kept.case, "contact")[0]
    copied = old.unwrap(str(row.case_id), Wrapped(row.wrapped_key.blob, row.commitment))
    people.decide(world, "officer_same_unit", "leave")
    turning.a_piece(world.officer, "contact")
    turning.change(world.officer, kept.case, "contact", {"phone": "+243820000009"})
    later = turning.rows(world.officer, kept.case, "contact")[0]
    assert not _opens_with(old, later)
    assert later.commitment != copied.commitment
    turning.rotate(world.officer, "contact")
    with world.officer.gate() as gate:
        assert "+243820000009" in str(actions.show_case(gate, kept.case))


def test_the_old_version_is_refused_though_rows_are_put_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = turning.fill(world)
    with world.runtime.unit_of_work() as db:
        grants = [row.id for row in db.scalars(select(KeyGrant).where(KeyGrant.compartment == "identity"))]
    old = turning.rows(world.officer, kept.case, "identity")[0]
    turning.rotate(world.officer, "identity")
    with world.runtime.unit_of_work() as db:
        db.execute(update(KeyGrant).where(KeyGrant.id.in_(grants)).values(revoked_at=None))
    turning.put_back(world, old)
    world.supervisor.sign_in()
    with world.supervisor.gate() as gate:
        assert [key.version for key in gate.keyring.versions("identity")] == [2]
    with pytest.raises(CiphertextRejected) as refused, world.supervisor.gate() as gate:
        actions.show_case(gate, kept.case)
    assert refused.value.reason is Reason.ROLLBACK
    monkeypatch.setattr(WrittenRows, "put_back", lambda *_: [])  # were the trail not asked, the key would refuse
    with pytest.raises(CompartmentLocked), world.supervisor.gate() as gate:
        actions.show_case(gate, kept.case)


def test_a_revived_leaver_receives_no_new_key(world: World) -> None:
    turning.fill(world)
    people.decide(world, "officer_same_unit", "leave")
    turning.rotate(world.officer, "identity")
    with world.runtime.unit_of_work() as db:
        wanted = people.member_id(world, "officer_same_unit")
        newest = select(KeyGrant.id).where(KeyGrant.recipient_id == wanted, KeyGrant.version == 2)
        assert db.scalars(newest).all() == []


def test_a_session_of_before_goes_on(world: World) -> None:
    kept = turning.fill(world)
    with world.supervisor.gate() as gate:
        assert gate.holds("identity")
    turning.a_piece(world.officer, "identity")
    for _ in range(20):
        with world.supervisor.gate() as gate:
            assert "Kapinga" in str(actions.show_case(gate, kept.case))
        if turning.a_piece(world.officer, "identity").finished:
            break
    new = hands.new_case(world.officer_same_unit)
    assert turning.rows(world.officer, new, "identity")[0].key_version == 2
    with world.officer.gate() as gate:
        assert len(actions_search.search_cases(gate, "Kapinga")) == 2


def test_a_newcomer_in_the_middle_receives_both_versions(world: World) -> None:
    kept = turning.fill(world)
    turning.a_piece(world.officer, "identity")
    person = people.join(world, "nouvelle", "supervisor")
    people.supply(world, "nouvelle")
    person.sign_in()
    with person.gate() as gate:
        assert len(gate.keyring.versions("identity")) == 2
        assert "Kapinga" in str(actions.show_case(gate, kept.case))
    turning.rotate(world.officer, "identity")
    with person.gate() as gate:
        assert "Kapinga" in str(actions.show_case(gate, kept.case))


def test_only_one_renewal_at_a_time_and_only_by_holders(world: World) -> None:
    turning.fill(world)
    turning.a_piece(world.officer, "identity")
    with pytest.raises(Conflict), world.supervisor.gate() as gate:
        rotation.begin(gate, "identity")
    for person, error in ((world.registrar, Denied), (world.auditor, CompartmentLocked), (world.reader, Denied)):
        with pytest.raises(error), person.gate() as gate:
            rotation.begin(gate, "coded")
    assert turning.rotate(world.supervisor, "identity").finished, "another holder goes on with it"


def test_a_piece_that_breaks_leaves_the_one_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = turning.fill(world)
    monkeypatch.setattr(actions_rotation, "KEYS_AT_ONCE", 1)
    hands.new_case(world.officer)
    turning.a_piece(world.officer, "identity")
    while not turning.a_piece(world.officer, "identity").done:
        pass
    real = actions_rotation._write_keys

    def broken(*arguments: object) -> int:
        real(*arguments)
        raise RuntimeError

    monkeypatch.setattr(actions_rotation, "_write_keys", broken)
    with pytest.raises(RuntimeError):
        turning.a_piece(world.officer, "identity")
    monkeypatch.setattr(actions_rotation, "_write_keys", real)
    assert turning.rotate(world.supervisor, "identity").finished
    with world.officer.gate() as gate:
        assert "Kapinga" in str(actions.show_case(gate, kept.case))


def _renew_in_another_process(world: World, token: str, url: str) -> int:
    """Fork a process that renews the key in the smallest pieces; its id."""
    pid = os.fork()
    if pid:
        return pid
    actions_rotation.KEYS_AT_ONCE = actions_rotation.ROWS_AT_ONCE = 1
    runtime = replace(world.runtime, engine=engine(url))
    actor = sessions.find(runtime, token).actor
    while True:
        with Gate(runtime, actor, token=token) as gate:
            finished = renew(gate, "narrative").finished
        if finished:
            os._exit(0)
        time.sleep(0.005)


def test_a_killed_process_is_gone_on_with(world: World) -> None:
    kept = turning.fill(world)
    cases = [kept.case, *(hands.new_case(world.officer) for _ in range(30))]
    url = world.runtime.engine.url.render_as_string(hide_password=False)
    world.runtime.engine.dispose()  # a forked process must not share a connection
    pid = _renew_in_another_process(world, world.officer.token, url)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with world.runtime.unit_of_work() as db:
            done = db.scalar(select(func.max(KeyRotation.done))) or 0
        if done >= 5:
            break
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with world.runtime.unit_of_work() as db:
        row = db.scalars(select(KeyRotation)).one()
        assert row.finished_at is None
        assert 0 < row.done < len(cases) * 2
    assert turning.rotate(world.supervisor, "narrative").finished
    for case in cases:
        with world.officer.gate() as gate:
            assert "Récit" in str(actions.show_case(gate, case))
        assert turning.rows(world.officer, case, "narrative")[0].wrap == "key"


def test_a_case_that_somebody_changes_is_waited_for(world: World) -> None:
    kept = turning.fill(world)
    turning.a_piece(world.officer, "contact")
    writer = world.officer_same_unit.gate()
    with writer as gate:
        gate.find(CaseFile, kept.case, "case:edit", lock=True)
        progress = [turning.a_piece(world.officer, "contact") for _ in range(4)]
        assert any(one.wait for one in progress)
        assert not any(one.replaced for one in progress)
    assert turning.rotate(world.officer, "contact").finished


def test_a_second_renewal_follows_the_first(world: World) -> None:
    kept = turning.fill(world)
    for version in (2, 3):
        assert turning.rotate(world.officer, "identity").version == version
    world.supervisor.sign_in()
    with world.supervisor.gate() as gate:
        assert "Kapinga" in str(actions.show_case(gate, kept.case))


def test_a_renewal_takes_nothing_from_another_agency(world: World) -> None:
    """Each of two renews another key than the other, so that it does not matter whose number is the greater."""
    for renews, keeps, key in (("officer", "foreign_officer", "legal"), ("foreign_officer", "officer", "contact")):
        assert turning.rotate(world.people[renews], key).finished
        assert people.opens(world.people[keeps], key)
        with world.people[keeps].gate() as gate:
            assert gate.keyring.key(key).version == 1
