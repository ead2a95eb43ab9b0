"""Becoming a member: a registrar invites, two registrars certify where there are two, a colleague supplies the key."""

from functools import partial

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import ProgrammingError

from protect.access.errors import AlreadyConfirmed, Conflict, Denied, NotFound, NotYourself
from protect.access.models import Certificate, ConfirmationRow, Invitation, Member, RevocationRow, UpheldRow
from protect.audit.models import TrailEntry
from protect.auth import actions_keys
from protect.directory import actions_members
from protect.directory.actions_members import NewMember, UnitNeeded
from protect.directory.actions_names import MOST_TRIES, NamesTried, NameTaken
from protect.store.embedded import EmbeddedServer
from protect.vault.certificate import Certificate as Signed
from protect.vault.errors import CiphertextRejected
from tests.access import people
from tests.database import execute
from tests.world import PASSPHRASE, World


def test_the_whole_way_of_a_new_officer(world: World) -> None:
    person = people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    with person.gate() as gate:
        words = actions_keys.words_to_compare(gate)
        assert len(words.split()) == 6
        assert not gate.allows("case:list")
    with world.registrar.gate() as gate:
        shown = actions_members.show_member(gate, people.member_id(world, "nouvelle"))
    assert shown.pending.words == words
    assert shown.line.waits_for == "certification"
    assert people.supply(world, "nouvelle") == 0, "nobody supplies who was not certified"
    assert people.certify(world, "nouvelle")
    with world.officer.gate() as gate:
        waiting = {one.display_name: one for one in actions_keys.waiting_members(gate)}
    assert [one.display_name for one in waiting["Nouvelle"].authorisers] == ["Odile Registre"]
    assert not people.opens(person, "identity")
    assert people.supply(world, "nouvelle") == 1
    assert people.opens(person, "identity")


def test_certifying_ends_the_session_of_the_newcomer(world: World) -> None:
    person = people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    people.certify(world, "nouvelle")
    with person.gate() as gate:
        assert gate.actor is None


@pytest.mark.parametrize("name", ["officer", "supervisor", "auditor", "foreign_registrar"])
def test_only_registrars_of_the_agency_decide(world: World, name: str) -> None:
    people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    wanted = people.member_id(world, "nouvelle")
    acts = (actions_members.show_member, partial(actions_members.certify, subject=""), actions_members.withdraw)
    for act in acts:
        with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
            act(gate, wanted)


def test_two_registrars_where_there_are_two(world: World) -> None:
    people.second_registrar(world)
    people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    assert not people.certify(world, "nouvelle")
    with pytest.raises(AlreadyConfirmed):
        people.certify(world, "nouvelle")
    assert people.supply(world, "nouvelle") == 0
    assert people.certify(world, "nouvelle", by="second")
    assert people.supply(world, "nouvelle") == 1


def test_a_second_registrar_binds_what_waits_for_a_key(world: World) -> None:
    """Certified by one when there was one, and not supplied yet: the second is asked too."""
    people.join(world, "nouvelle", "officer", "Kinshasa")
    people.second_registrar(world)
    assert people.supply(world, "nouvelle") == 0
    with world.second.gate() as gate:
        assert actions_members.show_member(gate, people.member_id(world, "nouvelle")).line.waits_for == "again"
    assert people.certify(world, "nouvelle", by="second")
    assert people.supply(world, "nouvelle") == 1


def test_nobody_certifies_themself(world: World) -> None:
    people.second_registrar(world)
    with pytest.raises((NotYourself, Conflict)):
        people.certify(world, "second", by="second")


def test_a_code_works_once_and_a_new_one_ends_the_first(world: World) -> None:
    first = people.invite(world, "nouvelle", "officer", "Kinshasa")
    with world.registrar.gate() as gate:
        second = actions_members.new_code(gate, people.member_id(world, "nouvelle")).code
    with pytest.raises(NotFound):
        people.enrol(world, "nouvelle", first)
    people.enrol(world, "nouvelle", second)
    with pytest.raises(NotFound):
        people.enrol(world, "nouvelle", second)


def test_a_withdrawn_invitation_is_nothing(world: World) -> None:
    code = people.invite(world, "nouvelle", "officer", "Kinshasa")
    with world.registrar.gate() as gate:
        actions_members.withdraw(gate, people.member_id(world, "nouvelle"))
    with world.runtime.unit_of_work() as db:  # a database writer makes it look open
        db.execute(update(Member).where(Member.sign_in_name == "nouvelle").values(status="invited"))
    with pytest.raises((NotFound, CiphertextRejected)):
        people.enrol(world, "nouvelle", code)


def test_names_are_unique_and_officers_need_an_office(world: World) -> None:
    with world.registrar.gate() as gate:
        with pytest.raises(NameTaken):
            actions_members.invite(gate, NewMember("Officer", "X", "auditor", None))
        with pytest.raises(UnitNeeded):
            actions_members.invite(gate, NewMember("x", "X", "officer", None))
        with pytest.raises(NotFound):
            actions_members.invite(gate, NewMember("x", "X", "officer", people.unit_id(world, "Bukavu")))


def test_names_of_other_agencies_are_not_to_be_tried_out(world: World) -> None:
    """Each that is met is counted and an entry, whatever the attempt comes to; then free names are told no more."""
    client = world.foreign_registrar.client

    def tried(name: str) -> str:
        client.get("/membres/invitation")
        page = client.post(
            "/membres/invitation", {"display_name": "X", "sign_in_name": name, "role": "auditor"}, status=200
        )
        assert page is not None
        return page.text

    assert "déjà pris" in tried("foreign_officer"), "of one's own agency the names stand in a list"
    for name in ("officer", "supervisor", "auditor", "clinician"):
        assert "déjà pris" in tried(name)
    assert "déjà pris" in tried("analyst")
    for name in ("reader", "nobody-has-this"):
        assert "Trop de noms" in tried(name)
    with pytest.raises(NamesTried), people.fresh(world, "foreign_registrar") as gate:
        actions_members.invite(gate, NewMember("free", "X", "auditor", None))
    with world.runtime.unit_of_work() as db:
        entries = select(func.count()).select_from(TrailEntry).where(TrailEntry.action == "member:name-taken")
        assert db.scalar(entries) == MOST_TRIES
    assert people.invite(world, "elsewhere", "auditor"), "another agency goes on"
    world.runtime.clock.move(days=1)
    world.foreign_registrar.sign_in()
    with world.foreign_registrar.gate() as gate:
        assert actions_members.invite(gate, NewMember("free", "X", "auditor", None)).code


def test_the_first_of_a_role_makes_its_key_once_certified(world: World) -> None:
    """The lead agency has no clinician: health has no key until the first one is certified."""
    person = people.enrol(world, "soignante", people.invite(world, "soignante", "clinician"))
    with world.officer.gate() as gate, pytest.raises(Exception, match="health"):
        gate.seals.key_version(gate.member.agency_id, "health")
    people.certify(world, "soignante")
    assert people.opens(person, "health")
    with world.officer.gate() as gate:
        assert gate.seals.key_version(gate.member.agency_id, "health") == 1


# What a database writer may try.


def _forge(world: World, name: str, **columns: object) -> None:
    with world.runtime.unit_of_work() as db:
        wanted = select(Member.id).where(Member.sign_in_name == name).scalar_subquery()
        db.execute(update(Certificate).where(Certificate.member_id == wanted).values(**columns))
        db.execute(update(Member).where(Member.sign_in_name == name).values(status="active"))


def test_a_flipped_status_certifies_nobody(world: World) -> None:
    person = people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    _forge(world, "nouvelle", in_force_at=world.runtime.clock())
    assert people.supply(world, "nouvelle") == 0
    with pytest.raises(CiphertextRejected):
        person.sign_in()


def test_a_registrars_own_code_is_no_certificate(world: World) -> None:
    """One registrar of two invites a second self: without the other's word it gets nothing, whatever the tables say."""
    people.second_registrar(world)
    person = people.enrol(world, "double", people.invite(world, "double", "officer", "Kinshasa"))
    people.certify(world, "double")
    _forge(world, "double", in_force_at=world.runtime.clock())
    assert people.supply(world, "double") == 0
    with pytest.raises(CiphertextRejected):
        person.sign_in()


def test_a_word_counted_twice_is_one_word(world: World) -> None:
    people.second_registrar(world)
    people.enrol(world, "double", people.invite(world, "double", "officer", "Kinshasa"))
    people.certify(world, "double")
    with world.runtime.unit_of_work() as db:
        word = db.scalars(select(ConfirmationRow).order_by(ConfirmationRow.created_at.desc()).limit(1)).one()
        second = people.member_id(world, "second")
        copies = [(word.registrar_id, 7), (second, word.roll), (second, 9)]
        for registrar_id, roll in copies:
            db.add(
                ConfirmationRow(
                    agency_id=word.agency_id, registrar_id=registrar_id, subject=word.subject, roll=roll,
                    statement=word.statement,
                )
            )  # fmt: skip
    _forge(world, "double", in_force_at=world.runtime.clock())
    assert people.supply(world, "double") == 0


def test_a_word_for_one_is_no_word_for_another(world: World) -> None:
    people.join(world, "une", "officer", "Kinshasa")
    people.enrol(world, "autre", people.invite(world, "autre", "officer", "Kinshasa"))
    with world.runtime.unit_of_work() as db:
        word = db.scalars(select(ConfirmationRow).order_by(ConfirmationRow.created_at.desc()).limit(1)).one()
        other = db.scalars(select(Certificate).where(Certificate.member_id == people.member_id(world, "autre"))).one()
        digest = Signed.from_bytes(other.statement).digest()
        db.add(
            ConfirmationRow(
                agency_id=word.agency_id, registrar_id=word.registrar_id, subject=digest, roll=word.roll,
                statement=word.statement,
            )
        )  # fmt: skip
    _forge(world, "autre", in_force_at=world.runtime.clock())
    assert people.supply(world, "autre") == 0


def test_a_key_falls_with_the_words_that_authorised_it(world: World, server: EmbeddedServer) -> None:
    """The grant names them: without them the recipient opens nothing, however good the supplier's signature."""
    person = people.join(world, "nouvelle", "officer", "Kinshasa")
    people.supply(world, "nouvelle")
    assert people.opens(person, "identity")
    execute(server, "delete from confirmation", database=str(world.runtime.engine.url.database))
    with pytest.raises(CiphertextRejected):
        person.sign_in()


def test_the_program_takes_no_word_back(world: World) -> None:
    people.join(world, "nouvelle", "officer", "Kinshasa")
    for table in (ConfirmationRow, RevocationRow, UpheldRow):
        with pytest.raises(ProgrammingError, match="permission denied"), world.runtime.unit_of_work() as db:
            db.execute(delete(table))


def test_an_invitation_of_nobody_in_office_is_refused(world: World) -> None:
    code = people.invite(world, "nouvelle", "officer", "Kinshasa")
    with world.runtime.unit_of_work() as db:
        wrong = people.member_id(world, "officer")
        db.execute(update(Invitation).where(Invitation.used_at.is_(None)).values(issued_by=wrong))
    with pytest.raises(CiphertextRejected):
        people.enrol(world, "nouvelle", code)


def test_an_invitation_that_claims_the_root_is_refused(world: World) -> None:
    code = people.invite(world, "nouvelle", "officer", "Kinshasa")
    with world.runtime.unit_of_work() as db:
        db.execute(update(Invitation).where(Invitation.used_at.is_(None)).values(issued_by=None))
    with pytest.raises(CiphertextRejected):
        people.enrol(world, "nouvelle", code)


def test_a_waiting_member_signs_in_and_does_nothing(world: World) -> None:
    person = people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "supervisor"))
    page = person.client.get("/")
    assert "Votre accès doit encore être certifié" in page.html
    for address in ("/dossiers", "/membres", "/journal"):
        assert person.client.raw.get(address).status_code == 404
    person.token = person.attempt(PASSPHRASE, person.code())
    person.confirm()
