"""A member who lost passphrase and recovery codes begins anew, under new keys; who lost nothing stops it by signing in."""

import re

import pytest
from sqlalchemy import select, update

from protect.access.errors import Conflict, Denied, LastHolder, NotFound, NotYourself, RegistrarSeated, StepUpRequired
from protect.access.models import Certificate, KeyGrant, KeyStateRow, Member
from protect.access.models_recovery import MemberReset
from protect.auth import actions_keys, actions_notices, actions_reset
from protect.auth.actions import SignInRefused
from protect.cases import actions
from protect.vault.errors import CiphertextRejected
from tests.access import ceremony, people
from tests.cases.stories import opened
from tests.world import World

NAME = "officer_same_unit"


def do(world: World, step: str, name: str = NAME, by: str = "registrar") -> object:
    with people.fresh(world, by) as gate:
        return getattr(actions_reset, step)(gate, people.member_id(world, name))


def wait(world: World) -> None:
    world.runtime.clock.move(hours=25)  # type: ignore[attr-defined]  # the clock of tests
    world.registrar.sign_in()


def begin_anew(world: World, name: str = NAME) -> None:
    """All steps up to the new enrolment."""
    do(world, "ask", name)
    wait(world)
    shown = do(world, "complete", name)
    people.enrol(world, name, shown.code)  # type: ignore[attr-defined]  # what `complete` gives


def test_the_whole_way(world: World) -> None:
    case_id = opened(world.officer_same_unit)
    begin_anew(world)
    again = world.people[NAME]
    with again.gate() as gate:
        words = actions_keys.words_to_compare(gate)
        assert len(words.split()) == 6
        assert not gate.allows("case:list")
    assert people.certify(world, NAME)
    assert not people.opens(again, "identity")
    world.officer.sign_in()
    assert people.supply(world, NAME) == 1
    assert people.opens(again, "identity")
    with again.gate() as gate:
        assert actions.show_case(gate, case_id)


def test_the_old_ways_are_shut_at_once(world: World) -> None:
    do(world, "ask")
    wait(world)
    old = world.people[NAME].code()
    do(world, "complete")
    with world.people[NAME].gate() as gate:
        assert gate.actor is None
    with pytest.raises(SignInRefused):
        world.people[NAME].attempt("correct horse battery staple six words", old)


def test_what_the_old_keys_signed_stays_good_and_they_sign_no_more(world: World) -> None:
    """The first officer made every key and supplied it: after a new beginning all of it still opens for the others."""
    with world.officer.gate() as gate:
        old = gate.keyring.identity
        key = gate.keyring.key("identity")
        certificate = gate.keyring.trust.certificate(people.member_id(world, "officer"))
    begin_anew(world, "officer")
    people.certify(world, "officer")
    assert people.opens(world.officer_same_unit, "identity")
    assert people.supply(world, "officer", by=NAME) == 1
    assert people.opens(world.officer, "identity")
    # A writer of the database enters what the old key signs today.
    from protect.access.grants import grant_row
    from protect.access.trust import Authorised

    forged = grant_row(old, Authorised(certificate, ()), key)
    with world.runtime.unit_of_work() as db:
        mine = KeyGrant.recipient_id == people.member_id(world, NAME)
        db.execute(update(KeyGrant).where(mine).values(revoked_at=world.runtime.clock()))
        forged.recipient_id = people.member_id(world, NAME)
        db.add(forged)
    with pytest.raises(CiphertextRejected):
        world.people[NAME].sign_in()


def test_the_new_holder_states_and_renews_keys(world: World) -> None:
    from protect.directory.actions_rotation import work

    begin_anew(world, "officer")
    people.certify(world, "officer")
    world.officer_same_unit.sign_in()
    people.supply(world, "officer", by=NAME)
    world.officer.sign_in()
    with people.fresh(world, "officer") as gate:
        done = work(gate.again, "identity")
    assert done.finished
    assert people.opens(world.officer_same_unit, "identity")
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(KeyStateRow.version).where(KeyStateRow.compartment == "identity")).all()


def test_the_old_identity_does_not_come_back_with_the_tables(world: World) -> None:
    """A writer of the database puts certificate, status and grants back as they were before."""
    with world.runtime.unit_of_work() as db:
        wanted = people.member_id(world, NAME)
        kept = db.execute(
            select(actions_reset.Credential).where(actions_reset.Credential.member_id == wanted)
        ).scalar_one()
        columns = {c.key: getattr(kept, c.key) for c in actions_reset.Credential.__table__.columns}
        factors = db.scalars(select(actions_reset.Factor).where(actions_reset.Factor.member_id == wanted)).all()
        held = [{c.key: getattr(one, c.key) for c in actions_reset.Factor.__table__.columns} for one in factors]
    seed = world.people[NAME].seed
    do(world, "ask")
    wait(world)
    shown = do(world, "complete")
    people.enrol(world, NAME, shown.code)  # type: ignore[attr-defined]  # what `complete` gives
    world.people[NAME].seed = seed
    with world.runtime.unit_of_work() as db:
        for model, rows in ((actions_reset.Credential, [columns]), (actions_reset.Factor, held)):
            for row in db.scalars(select(model).where(model.member_id == wanted)):
                db.delete(row)
            db.flush()
            db.add_all(model(**values) for values in rows)
        db.execute(update(Member).where(Member.id == wanted).values(status="active"))
        db.execute(
            update(Certificate).where(Certificate.member_id == wanted, Certificate.epoch == 1).values(revoked_at=None)
        )
        db.execute(update(KeyGrant).where(KeyGrant.recipient_id == wanted).values(revoked_at=None))
    with pytest.raises(CiphertextRejected):
        world.people[NAME].sign_in()


def test_it_waits(world: World) -> None:
    do(world, "ask")
    with pytest.raises(Conflict):
        do(world, "complete")
    with pytest.raises(Conflict):
        do(world, "ask")


@pytest.mark.parametrize("way", ["sign_in", "confirm"])
def test_who_lost_nothing_stops_it(world: World, way: str) -> None:
    do(world, "ask")
    getattr(world.people[NAME], way)()
    wait(world)
    with pytest.raises(Conflict):
        do(world, "complete")
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(MemberReset.outcome)).all() == ["signed-in"]
    world.people[NAME].sign_in()
    with world.people[NAME].gate() as gate:
        assert {one.what for one in actions_notices.notices(gate)} == {"member:reset-stop", "member:reset-ask"}


def test_it_can_be_withdrawn(world: World) -> None:
    do(world, "ask")
    do(world, "withdraw")
    wait(world)
    for step in ("complete", "withdraw"):
        with pytest.raises(Conflict):
            do(world, step)


@pytest.mark.parametrize("step", ["show", "ask", "withdraw", "complete"])
@pytest.mark.parametrize("name", ["officer", "supervisor", "auditor", "foreign_registrar"])
def test_only_registrars_of_the_agency(world: World, step: str, name: str) -> None:
    with pytest.raises((Denied, NotFound)):
        do(world, step, by=name)


@pytest.mark.parametrize("step", ["ask", "withdraw", "complete"])
def test_it_takes_a_fresh_second_factor(world: World, step: str) -> None:
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of tests
    with pytest.raises(StepUpRequired), world.registrar.gate() as gate:
        getattr(actions_reset, step)(gate, people.member_id(world, NAME))


def test_registrars_do_not_begin_anew(world: World) -> None:
    people.second_registrar(world)
    with pytest.raises(NotYourself):
        do(world, "ask", "registrar")
    with pytest.raises(RegistrarSeated):
        do(world, "ask", "second")


def test_two_registrars_certify_again_where_there_are_two(world: World) -> None:
    people.second_registrar(world)
    begin_anew(world)
    assert not people.certify(world, NAME)
    world.people["second"].sign_in()
    assert people.certify(world, NAME, "second")


def test_the_last_holder_only_where_custodians_have_copies(world: World) -> None:
    with pytest.raises(LastHolder):
        do(world, "ask", "auditor")
    seed = ceremony.hold(world)
    begin_anew(world, "auditor")
    people.certify(world, "auditor")
    assert not people.opens(world.auditor, "audit")
    ceremony.recover(world, seed, "auditor")
    assert people.opens(world.auditor, "audit")


def test_the_pages(world: World) -> None:
    client = world.registrar.client
    member = f"/membres/{people.member_id(world, NAME)}"
    assert f"{member}/recommencer" in client.get(member).html
    page = client.get(f"{member}/recommencer")
    assert "tous les codes de secours" in page.text
    client.post(f"{member}/recommencer", {})
    assert "C’est demandé" in client.follow().text
    assert "doit recommencer" in client.get("/membres").text
    assert "Membres qui doivent recommencer" in client.get("/").text
    client.post(f"{member}/recommencer/code", {})
    assert "Une autre décision" in client.follow().text
    client.post(f"{member}/recommencer/retrait", {})
    assert "C’est retiré" in client.follow().text
    client.post(f"{member}/recommencer", {})
    wait(world)
    client = world.registrar.client
    assert "prend fin définitivement" in client.get(f"{member}/recommencer").text
    page = client.post(f"{member}/recommencer/code", {}, status=200)
    assert page is not None
    assert re.search(r"\b(?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}\b", page.text)


def test_the_page_says_why_not(world: World) -> None:
    client = world.registrar.client
    for name, why in (("registrar", "d’autres décident"), ("auditor", "aucun dépositaire")):
        assert why in client.get(f"/membres/{people.member_id(world, name)}/recommencer").text
    world.officer.client.get(f"/membres/{people.member_id(world, NAME)}/recommencer", status=404)
