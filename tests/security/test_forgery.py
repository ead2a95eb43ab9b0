"""What somebody who writes into the database, and has no key at all, can make others believe or give away."""

import hashlib
import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from protect.access import rows
from protect.access.founding import redeem
from protect.access.gate import Gate, Ref
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.cases.models import CaseCompartment
from protect.referrals import facts
from protect.store.sealed import Sealed
from protect.vault import dropbox, hpke, manifest
from protect.vault.certificate import Certificate, Invitation, anchor_of
from protect.vault.encoding import lp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.signing import SigningKey
from protect.vault.tree import DataKey, new_data_key
from tests.pages import OWN_SITE, PageClient
from tests.security.tampering import entries_after, last_entry, member, removed, tampered
from tests.security.tampering import row as row_of
from tests.security.tampering import rows as rows_of
from tests.security.telling import Copy
from tests.world import PASSPHRASE, Person


def sealed_by(person: Person, case: uuid.UUID, name: str, values: dict[str, str]) -> CaseCompartment:
    """A row as the program seals it for this person."""
    with person.gate() as gate:
        row = CaseCompartment(unit_id=uuid.uuid4(), **gate.seals.compartment(case, name, values).columns())
        gate.written.add(row)
    return row


def read_by(person: Person, row: CaseCompartment) -> dict[str, str]:
    with person.gate() as gate:
        opening = gate.opening("case:open", [Ref("case", row.case_id)], fields=[], purpose="assistance")
        return opening.fields(row)


def refused_by_its_seal(person: Person, row: CaseCompartment) -> None:
    """Whatever the trail says of it."""
    with pytest.raises(CiphertextRejected) as refused:
        read_by(person, row)
    assert refused.value.reason is not Reason.ROLLBACK


def forge(copy: Copy, row: CaseCompartment, key: DataKey, values: dict[str, str], dropped: bytes) -> None:
    """Fill a row under a key of one's own, dropped in as anybody can who reads the public table of key states."""
    question = text("select dropbox_public from key_state where agency_id = :agency and compartment = :name")
    with copy.as_dba() as connection:
        public = connection.execute(question, {"agency": row.agency_id, "name": row.name}).scalar_one()
    sealer = rows.sealer(key, row)
    sealed = {name: sealer.seal(name, rows.shape_of(name).kind, value, 1) for name, value in values.items()}
    context = lp("dropped-key.v1", str(row.case_id), str(row.part))
    row.wrap, row.commitment, row.generation = rows.DROPPED, key.commitment, 2
    row.wrapped_key = Sealed(dropbox.seal(public, str(row.agency_id), row.name, context, dropped))
    packed = rows.packed(sealed)
    row.fields, row.manifest = Sealed(packed), manifest.compute(key.manifest, row.generation, packed)
    with copy.world.house_officer.gate() as gate:  # as if the trail had been brought to say that it is the newest
        gate.written.add(row)


def test_what_a_colleague_drops_in_is_read_and_then_gets_a_key_of_its_own(copy: Copy) -> None:
    row = sealed_by(copy.world.house_officer, uuid.uuid4(), "health", {"medical_history": "asthme"})
    assert (row.wrap, row.part) == (rows.DROPPED, 1)
    assert read_by(copy.world.house_clinician, row) == {"medical_history": "asthme"}
    before = row.commitment
    with copy.world.house_clinician.gate() as gate:
        for name, value in gate.seals.change(row, {"pregnancy_status": "no"}).items():
            setattr(row, name, value)
        gate.written.add(row)
    assert row.wrap == rows.WRAPPED
    assert row.commitment != before, "who dropped it in knows the key it had"
    assert read_by(copy.world.house_clinician, row) == {"medical_history": "asthme", "pregnancy_status": "no"}


@pytest.mark.parametrize("part", [0, 1])
def test_a_key_that_nobody_signed_opens_nothing(copy: Copy, part: int) -> None:
    """Else the forger would read whatever is saved into the row afterwards, or choose the number that is called."""
    row = sealed_by(copy.world.house_officer, uuid.uuid4(), "contact", {"phone": "+243812345678"})
    row.part, key = part, new_data_key()
    forge(copy, row, key, {"phone": "+243899999999"}, key.key)
    refused_by_its_seal(copy.world.house_officer, row)


@pytest.mark.parametrize("sender", ["house_officer", "house_intake", "foreign_officer"])
def test_a_key_that_somebody_else_signed_opens_nothing(copy: Copy, sender: str) -> None:
    row = sealed_by(copy.world.house_officer, uuid.uuid4(), "health", {"medical_history": "asthme"})
    key, context = new_data_key(), lp("dropped-key.v1", str(row.case_id), str(row.part))
    forge(copy, row, key, {"medical_history": "rien"}, signed_by_nobody(copy, sender, row, context, key.key))
    refused_by_its_seal(copy.world.house_clinician, row)


def signed_by_nobody(copy: Copy, sender: str, row: Any, context: bytes, plaintext: bytes) -> bytes:
    """A drop in the name of somebody, by a key that nobody certified."""
    statement = (str(row.agency_id), row.name, context, hashlib.sha256(plaintext).digest())
    return lp(plaintext, str(member(copy, sender)), SigningKey.generate().sign("dropped-by.v1", *statement))


DROPPED = {
    "the restrictions of a consent": ("consent", "restrictions", "protection", "house_officer"),
    "a request": ("referral", "request", "inbox", "shelter_intake"),
    "the sender's copy": ("referral", "sender_copy", "coded", "house_officer"),
    "a coded record": ("coded_record", "record", "statistics", "analyst"),
}


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed by nobody"])
@pytest.mark.parametrize("what", DROPPED)
def test_nothing_is_read_that_somebody_put_in_who_is_nobody(copy: Copy, what: str, signed: bool) -> None:
    """Anybody can seal to a drop-box, so every reader asks who did."""
    table, column, compartment, reader = DROPPED[what]
    where = {"consent": "restrictions is not null", "referral": "id = :id"}.get(table, "true")
    found = rows_of(copy, table, where, **({"id": copy.ids["agreed"]} if table == "referral" else {}))[0]
    context = {
        "restrictions": b"consent.v1" + found["id"].bytes,
        "request": facts.context(found["id"], "inbox"),
        "sender_copy": facts.context(found["id"], "sender"),
        "record": b"coded-record.v1:" + found["id"].bytes,
    }[column]
    with copy.world.people[reader].gate() as gate:
        agency, opening = gate.member.agency_id, gate.opening("case:open", [], fields=[], purpose="assistance")
        box = gate.keyring.dropbox(compartment).public
        plain = opening.dropped(compartment, context, found[column])
        place = SimpleNamespace(agency_id=agency, name=compartment)
        content = signed_by_nobody(copy, "house_officer", place, context, plain) if signed else plain
        forged = dropbox.seal(box, str(agency), compartment, context, content)
        with pytest.raises(CiphertextRejected):
            opening.dropped(compartment, context, forged)


def test_who_may_not_write_a_compartment_drops_nothing_in(copy: Copy) -> None:
    """A member of the agency with a true signature, whose role does not write health."""
    row = sealed_by(copy.world.house_intake, uuid.uuid4(), "health", {"medical_history": "rien"})
    refused_by_its_seal(copy.world.house_clinician, row)


def test_what_a_leaver_dropped_in_stays_readable(copy: Copy) -> None:
    row = sealed_by(copy.world.house_officer_beside, uuid.uuid4(), "health", {"medical_history": "asthme"})
    revoked = text(
        "update certificate set revoked_at = :at where member_id = "
        "(select id from member where sign_in_name = 'house_officer_beside')"
    )
    with copy.as_dba() as connection:
        connection.execute(revoked, {"at": copy.world.runtime.clock()})
    try:
        assert read_by(copy.world.house_clinician, row) == {"medical_history": "asthme"}
    finally:
        with copy.as_dba() as connection:
            connection.execute(revoked, {"at": None})


def test_a_row_in_the_clear_is_no_row(copy: Copy) -> None:
    """A wrap that the program does not know is no way round either."""
    row = sealed_by(copy.world.house_officer, uuid.uuid4(), "contact", {"phone": "+243812345678"})
    row.wrap = "none"
    with pytest.raises(CiphertextRejected):
        read_by(copy.world.house_officer, row)


def test_an_officer_without_a_unit_reaches_no_case(copy: Copy) -> None:
    """Whatever took the unit away from a member of a unit's role, it must not widen what the member sees."""
    from protect.access import sessions
    from protect.cases.actions import list_cases

    found = sessions.find(copy.world.runtime, copy.world.house_officer.token).actor
    assert found is not None
    with Gate(copy.world.runtime, found, token=copy.world.house_officer.token) as gate:
        assert list_cases(gate).total > 0
    actor = replace(found, unit_id=None)
    with Gate(copy.world.runtime, actor, token=copy.world.house_officer.token) as gate:
        assert list_cases(gate).total == 0


def replaced_key(copy: Copy, name: str) -> tuple[KeyPair, dict[str, bytes]]:
    """A chain for this person under a root of the forger's own, with a key that the forger holds."""
    known = row_of(copy, "certificate", "member_id = :id", id=member(copy, name))
    invited = row_of(copy, "invitation", "id = :id", id=known["invitation_id"])
    root, enrol, pair = SigningKey.generate(), SigningKey.generate(), hpke.generate()
    invitation = replace(Invitation.from_bytes(invited["statement"]), enrol_public=enrol.public).signed(root)
    certificate = replace(Certificate.from_bytes(known["statement"]), hpke_public=pair.public).signed(enrol)
    return pair, {"root": root.public, "invitation": invitation.to_bytes(), "certificate": certificate.to_bytes()}


def test_an_interrupted_form_is_not_sealed_to_a_key_that_was_put_in_the_owners_place(copy: Copy) -> None:
    """Who writes into the database can end any session: what is sent next must not go to the forger."""
    person, owner = copy.world.house_officer_beside, member(copy, "house_officer_beside")
    known = row_of(copy, "certificate", "member_id = :id", id=owner)
    session = row_of(copy, "session", "member_id = :id and ended_at is null", id=owner)
    _pair, forged = replaced_key(copy, "house_officer_beside")
    person.client.get("/dossiers/recherche")
    before = last_entry(copy)
    with (
        tampered(copy, "certificate", "id", {known["id"]: {"statement": forged["certificate"]}}),
        tampered(copy, "invitation", "id", {known["invitation_id"]: {"statement": forged["invitation"]}}),
        tampered(copy, "agency_root", "agency_id", {session["agency_id"]: {"root_public": forged["root"]}}),
        tampered(copy, "session", "id", {session["id"]: {"ended_at": session["seen_at"], "keys": session["keys"]}}),
    ):
        person.client.post("/dossiers/recherche", {"typed": "Kabongo"})
        assert person.client.location == "/connexion"
        assert rows_of(copy, "lost_form", "member_id = :id", id=owner) == []
    assert entries_after(copy, before, "rejected") == ["lost-form:keep"]
    with tampered(copy, "session", "id", {session["id"]: {"ended_at": session["seen_at"], "keys": session["keys"]}}):
        person.client.raw.post("/dossiers/recherche", data={"typed": "Kabongo"}, headers=OWN_SITE)
        (kept,) = rows_of(copy, "lost_form", "member_id = :id", id=owner)
        assert b"Kabongo" not in kept["typed"]


def test_a_missing_statement_of_a_key_is_refused_at_sign_in(copy: Copy) -> None:
    before = last_entry(copy)
    agency = copy.world.agencies["Grande maison"]
    with removed(copy, "key_state", "agency_id = :agency and compartment = 'identity'", agency=agency):
        client = PageClient(copy.world.app)
        client.get("/connexion")
        code = copy.world.house_supervisor.code()
        client.post("/connexion", {"name": "house_supervisor", "passphrase": PASSPHRASE, "code": code}, status=409)
    assert entries_after(copy, before, "rejected") == ["auth.begin"]


def test_an_invitation_lasts_as_long_as_it_was_signed_to(copy: Copy) -> None:
    plan = AgencyPlan("Tardive", "other", [], [], [NewMember("late", "Lea Tardive", "registrar")])
    code = add_agency(copy.world.runtime, copy.world.directory, plan).codes[0].code
    invited = row_of(copy, "invitation", "member_id = :id", id=member(copy, "late"))
    now = copy.world.runtime.clock()
    longer = {"expires_at": now + timedelta(days=999)}
    with tampered(copy, "invitation", "id", {invited["id"]: longer}), copy.world.runtime.unit_of_work() as db:
        with pytest.raises(CiphertextRejected):
            redeem(db, code, now + timedelta(days=15))
        assert redeem(db, code, now + timedelta(days=13)).member.display_name == "Lea Tardive"


@pytest.mark.parametrize("column", ["root_public", "directory_public"])
def test_who_enrols_pins_the_roots_of_the_code_and_no_others(copy: Copy, column: str) -> None:
    """Else a forger would be believed for ever by everybody who enrols from now on."""
    name = f"pinned_{column}"
    plan = AgencyPlan(f"Épinglée {column}", "other", [], [], [NewMember(name, "Rose Neuve", "registrar")])
    done = add_agency(copy.world.runtime, copy.world.directory, plan)
    forger, now = SigningKey.generate(), copy.world.runtime.clock()
    invited = row_of(copy, "invitation", "member_id = :id", id=member(copy, name))
    signed = Invitation.from_bytes(invited["statement"]).signed(forger)
    statement = signed.to_bytes() if column == "root_public" else invited["statement"]
    with (
        tampered(copy, "agency_root", "agency_id", {done.agency_id: {column: forger.public}}),
        tampered(copy, "invitation", "id", {invited["id"]: {"statement": statement}}),
        copy.world.runtime.unit_of_work() as db,
        pytest.raises(CiphertextRejected),
    ):
        redeem(db, done.codes[0].code, now)
    with copy.world.runtime.unit_of_work() as db:
        assert redeem(db, done.codes[0].code, now).identity.anchor == anchor_of(done.root.public)
