"""Keys, grants, certificates and sessions changed behind the program's back: nobody believes them."""

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from protect.vault import hpke
from protect.vault.certificate import Certificate
from protect.vault.encoding import lp
from protect.vault.grants import Grant, KeyState
from protect.vault.signing import SigningKey
from tests.pages import OWN_SITE, PageClient
from tests.security.tampering import entries_after, last_entry, member, posted, row, rows, tampered
from tests.security.telling import Copy, Told
from tests.security.test_tamper import flipped, refused
from tests.world import PASSPHRASE


def state_of(copy: Copy, compartment: str, agency: str) -> dict[str, Any]:
    where = "compartment = :name and agency_id = :agency"
    return row(copy, "key_state", where, name=compartment, agency=copy.world.agencies[agency])


def replaced_box(copy: Copy, compartment: str, agency: str, *, signed: bool) -> dict[uuid.UUID, dict[str, Any]]:
    """A drop-box of the forger's in the place of the real one: only in the column, or in a statement signed by them."""
    found, public = state_of(copy, compartment, agency), hpke.generate().public
    state = replace(KeyState.from_bytes(found["statement"]), dropbox_public=public).signed(SigningKey.generate())
    return {found["id"]: {"dropbox_public": public, **({"statement": state.to_bytes()} if signed else {})}}


def _refer(copy: Copy) -> Any:
    service = row(copy, "service", "name = 'Hébergement Une'")["id"]
    page = f"/dossiers/{copy.ids['case']}/referencements/nouveau/{service}"
    said = {
        "urgency": "urgent", "consent_data_categories": "identity", "consent_status": "given", "legal_basis": "consent",
        "consent_given_by": "person", "consent_mode": "oral", "primary_language": "lin", "information_given": "voluntary",
    }  # fmt: skip
    client = copy.world.house_officer.client
    read = client.get(page)
    fields = next(form.fields for form in read.forms if form.action == page)
    kept = {name: fields[name][0] for name in ("csrf_token", "once")}
    return client.raw.post(f"{page}/envoi", data={**kept, **said}, headers=OWN_SITE)


BOXES: dict[str, tuple[str, str, Callable[[Copy], Any], str]] = {
    "audit": (
        "audit", "Grande maison",
        lambda copy: copy.world.house_officer.client.raw.get(f"/dossiers/{copy.ids['case']}"), "cases.show",
    ),
    "health": (
        "health", "Grande maison",
        lambda copy: posted(
            copy, "house_officer", f"/dossiers/{copy.ids['case']}/compartiments/health",
            f"/dossiers/{copy.ids['case']}/compartiments/health", {"medical_history": "asthme"},
        ), "cases.save",
    ),
    "statistics": (
        "statistics", "Commission nationale",
        lambda copy: posted(
            copy, "house_officer", f"/dossiers/{copy.ids['case']}/compartiments/contact",
            f"/dossiers/{copy.ids['case']}/compartiments/contact", {"current_address": "ailleurs"},
        ), "cases.save",
    ),
    "inbox": ("inbox", "Maison Une", _refer, "referrals.send"),
}  # fmt: skip


@pytest.mark.parametrize("signed", [False, True], ids=["the column", "the statement too"])
@pytest.mark.parametrize("box", BOXES)
def test_nothing_is_sealed_to_a_drop_box_that_was_replaced(loose: Copy, told: Told, box: str, signed: bool) -> None:
    compartment, agency, act, said = BOXES[box]
    before_tables = {name: rows(loose, name) for name in ("referral", "case_compartment", "coded_record")}
    with tampered(loose, "key_state", "id", replaced_box(loose, compartment, agency, signed=signed)):
        before = last_entry(loose)
        refused(loose, told, act(loose), before, said)
    assert {name: rows(loose, name) for name in before_tables} == before_tables


def signing_in(copy: Copy, name: str) -> Any:
    client = PageClient(copy.world.app)
    client.get("/connexion")
    fields = client.page.forms[-1].fields if client.page else {}
    kept = {key: fields[key][0] for key in ("csrf_token", "once") if key in fields}
    data = {**kept, "name": name, "passphrase": PASSPHRASE, "code": copy.world.people[name].code()}
    return client.raw.post("/connexion", data=data, headers=OWN_SITE)


def grant_of(copy: Copy, name: str, compartment: str = "identity") -> dict[str, Any]:
    where = "recipient_id = :id and compartment = :name"
    return row(copy, "key_grant", where, id=member(copy, name), name=compartment)


def a_grant_resigned(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    found = grant_of(copy, "house_supervisor")
    forged = Grant.from_bytes(found["statement"]).signed(SigningKey.generate())
    return [("key_grant", "id", {found["id"]: {"statement": forged.to_bytes()}})]


def a_grant_for_somebody_else(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    taken = grant_of(copy, "house_officer")
    return [("key_grant", "id", {grant_of(copy, "house_supervisor")["id"]: {"statement": taken["statement"]}})]


def a_grant_of_another_row(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    taken = grant_of(copy, "house_clinician", "health")
    return [("key_grant", "id", {taken["id"]: {"recipient_id": member(copy, "house_supervisor")}})]


def a_grant_of_another_version(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    return [("key_grant", "id", {grant_of(copy, "house_supervisor")["id"]: {"version": 2}})]


def another_supplier(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    supplier = {"supplier_id": member(copy, "house_intake")}
    return [("key_grant", "id", {grant_of(copy, "house_supervisor")["id"]: supplier})]


def the_suppliers_certificate(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    """A key of the forger's in the supplier's certificate, under the enrolment key of nobody."""
    found = row(copy, "certificate", "member_id = :id", id=member(copy, "house_officer"))
    signer = SigningKey.generate()
    forged = replace(Certificate.from_bytes(found["statement"]), sign_public=signer.public).signed(signer)
    return [("certificate", "id", {found["id"]: {"statement": forged.to_bytes()}})]


def a_certificate_of_somebody_else(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    first = row(copy, "certificate", "member_id = :id", id=member(copy, "house_officer"))
    second = row(copy, "certificate", "member_id = :id", id=member(copy, "house_lawyer"))
    exchanged = {first["id"]: {"statement": second["statement"]}, second["id"]: {"statement": first["statement"]}}
    return [("certificate", "id", exchanged)]


def another_root(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    other = row(copy, "agency_root", "agency_id = :id", id=copy.world.agencies["Maison Une"])
    own = copy.world.agencies["Grande maison"]
    return [("agency_root", "agency_id", {own: {"root_public": other["root_public"]}})]


def the_identity(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    taken = row(copy, "credential", "member_id = :id", id=member(copy, "house_officer"))
    return [("credential", "member_id", {member(copy, "house_supervisor"): {"identity": taken["identity"]}})]


def the_slot(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    found = row(copy, "credential", "member_id = :id", id=member(copy, "house_supervisor"))
    return [("credential", "member_id", {found["member_id"]: {"slot": flipped(found["slot"])}})]


def the_role(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    return [("member", "id", {member(copy, "house_supervisor"): {"role": "auditor"}})]


def the_unit(copy: Copy) -> list[tuple[str, str, dict[Any, dict[str, Any]]]]:
    unit = row(copy, "unit", "name = 'Annexe'")["id"]
    return [("member", "id", {member(copy, "house_supervisor"): {"unit_id": unit}})]


AT_SIGN_IN = (
    a_grant_resigned, a_grant_for_somebody_else, a_grant_of_another_row, a_grant_of_another_version, another_supplier,
    the_suppliers_certificate, a_certificate_of_somebody_else, another_root, the_identity, the_slot,
    the_role, the_unit,
)  # fmt: skip


@pytest.mark.parametrize("change", AT_SIGN_IN, ids=lambda change: change.__name__.replace("_", " "))
def test_no_session_begins_over_forged_keys(loose: Copy, told: Told, change: Callable[[Copy], Any]) -> None:
    with ExitStack() as stack:
        for table, key, changes in change(loose):
            stack.enter_context(tampered(loose, table, key, changes))
        before = last_entry(loose)
        answered = signing_in(loose, "house_supervisor")
        refused(loose, told, answered, before, "auth.begin")
        assert not [line for line in answered.headers.getlist("Set-Cookie") if line.startswith("__Host-protect")]


def test_a_passphrase_opens_its_own_account_only(loose: Copy) -> None:
    """Whole credentials exchanged between two accounts: both passphrases are wrong then."""
    columns = ("salt", "verifier_hash", "slot", "identity")
    first, second = (
        row(loose, "credential", "member_id = :id", id=member(loose, name))
        for name in ("house_supervisor", "house_lawyer")
    )
    exchanged = {
        first["member_id"]: {name: second[name] for name in columns},
        second["member_id"]: {name: first[name] for name in columns},
    }
    with tampered(loose, "credential", "member_id", exchanged):
        answered = signing_in(loose, "house_supervisor")
    assert answered.status_code == 200
    assert not [line for line in answered.headers.getlist("Set-Cookie") if line.startswith("__Host-protect")]


def session_of(copy: Copy, name: str) -> dict[str, Any]:
    return row(copy, "session", "member_id = :id and ended_at is null", id=member(copy, name))


def test_a_form_that_is_sent_again_is_taken_even_if_it_cannot_be_forgotten(
    loose: Copy, caplog: pytest.LogCaptureFixture
) -> None:
    """After the answer is made nobody turns an exception into a page, and Flask would write its words into the log."""
    client, keys = loose.world.house_officer.client, session_of(loose, "house_officer")["keys"]
    page = client.get("/")
    data = {
        "csrf_token": page.forms[0].fields["csrf_token"][0],
        "language": "fr",
        "here": "/",
        "sent_again": str(uuid.uuid4()),
    }
    before = last_entry(loose)
    with tampered(loose, "session", "id", {session_of(loose, "house_officer")["id"]: {"keys": flipped(keys)}}):
        answered = client.raw.post("/langue", data=data, headers=OWN_SITE)
    assert answered.status_code == 303
    assert entries_after(loose, before, "rejected") == ["web.language"]
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("column", ["role", "unit_id"])
def test_a_role_or_unit_given_in_the_table_opens_nothing(loose: Copy, told: Told, column: str) -> None:
    """An officer who is made a supervisor, or moved to the other office, by somebody who writes into the database."""
    other = {"role": "supervisor", "unit_id": row(loose, "unit", "name = 'Annexe'")["id"]}
    client = loose.world.house_officer.client.raw
    with tampered(loose, "member", "id", {member(loose, "house_officer"): {column: other[column]}}):
        before = last_entry(loose)
        refused(loose, told, client.get("/dossiers?noms=1"), before, "cases.list_cases")


SESSIONS: dict[str, Callable[[Copy], dict[Any, dict[str, Any]]]] = {
    "moved to somebody else": lambda copy: {
        session_of(copy, "house_worker")["id"]: {"member_id": member(copy, "house_officer")}
    },
    "with the keys of another session": lambda copy: {
        session_of(copy, "house_worker")["id"]: {"keys": session_of(copy, "house_officer")["keys"]}
    },
    "with a byte changed": lambda copy: {
        session_of(copy, "house_worker")["id"]: {"keys": flipped(session_of(copy, "house_worker")["keys"])}
    },
    "in another agency": lambda copy: {
        session_of(copy, "house_worker")["id"]: {
            "keys": lp(session_of(copy, "house_worker")["keys"]),
            "agency_id": copy.world.agencies["Maison Une"],
        }
    },
}


@pytest.mark.parametrize("change", SESSIONS)
def test_a_session_that_was_changed_opens_nothing(loose: Copy, told: Told, change: str) -> None:
    client = PageClient(loose.world.app).raw
    client.set_cookie("__Host-protect", loose.world.house_worker.token)
    with tampered(loose, "session", "id", SESSIONS[change](loose)):
        for address, said in (("/", "auth.home"), (f"/dossiers/{loose.ids['case']}", "cases.show")):
            before = last_entry(loose)
            answered = client.get(address)
            if answered.status_code == 404:  # the role has no such page
                continue
            refused(loose, told, answered, before, said)
        read = client.get("/connexion")
        assert read.status_code == 303, "still somebody's session, which can be ended"
    assert loose.world.house_worker.client.get("/").title
