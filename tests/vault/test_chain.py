"""No public key is believed that no chain of signatures ties to the pinned anchor."""

from dataclasses import replace

import pytest

from protect.vault.agency import AgencyVouch, verify_agency
from protect.vault.certificate import (
    Certificate,
    Chain,
    Invitation,
    Revocation,
    anchor_of,
    certify,
    check_current,
    check_revocation,
    enrol_key,
    fingerprint,
    new_code,
    verify_chain,
)
from protect.vault.errors import Reason
from protect.vault.identity import new_identity
from protect.vault.signing import SigningKey, verify, verify_note

from .cast import AMINA, ANCHOR, BEATA, DIRECTORY, DIRECTORY_ANCHOR, FAR, ROOT, Member, enrol, invite, key, refused

STRANGER = SigningKey(key("stranger"))


def accepted(member: Member, **more: object) -> Certificate:
    return verify_chain(ANCHOR, ROOT.public, member.invitation, member.certificate, **more)


def revoke(member: Member, signer: SigningKey = ROOT) -> Revocation:
    user = member.certificate.user_id
    return Revocation(user, "agency-a", member.invitation.digest(), 1_700_000_000).signed(signer)


def test_a_member_invited_by_the_root_is_accepted() -> None:
    assert accepted(BEATA) == BEATA.certificate


def test_another_root_is_refused_even_when_it_signed_everything() -> None:
    forged = enrol("beata", signer=STRANGER)
    with refused(Reason.ANCHOR):
        verify_chain(ANCHOR, STRANGER.public, *forged.chain)
    with refused(Reason.SIGNATURE):
        accepted(forged)
    verify_chain(anchor_of(STRANGER.public), STRANGER.public, *forged.chain)


def test_a_member_invited_by_a_registrar_is_accepted() -> None:
    member = enrol("chantal", signer=AMINA.identity.signing)
    assert accepted(member, issuer_chain=AMINA.chain) == member.certificate
    with refused(Reason.SIGNATURE):
        accepted(member)


def test_a_member_who_is_no_registrar_invites_nobody() -> None:
    member = enrol("chantal", signer=BEATA.identity.signing)
    with refused(Reason.ISSUER):
        accepted(member, issuer_chain=BEATA.chain)


def test_a_registrar_made_by_a_registrar_invites_nobody() -> None:
    second = enrol("second", ("registrar",), AMINA.identity.signing)
    third = enrol("third", signer=second.identity.signing)
    with refused(Reason.SIGNATURE):
        accepted(third, issuer_chain=second.chain)


def test_a_registrar_of_another_agency_invites_nobody() -> None:
    member = enrol("chantal", signer=AMINA.identity.signing)
    elsewhere = replace(member.invitation, agency_id="agency-b").signed(AMINA.identity.signing)
    with refused(Reason.ISSUER):
        verify_chain(ANCHOR, ROOT.public, elsewhere, member.certificate, (), AMINA.chain)


def test_a_revoked_registrar_takes_the_invitations_along_until_signed_again() -> None:
    member = enrol("chantal", signer=AMINA.identity.signing)
    revocations = [revoke(AMINA)]
    with refused(Reason.REVOKED):
        accepted(member, issuer_chain=AMINA.chain, revocations=revocations)
    again = member._replace(invitation=member.invitation.signed(ROOT))
    assert accepted(again, revocations=revocations) == member.certificate


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "amina"},
        {"agency_id": "agency-b"},
        {"role": "registrar"},
        {"unit_id": "unit-2"},
        {"kinds": ("registrar",)},
        {"enrol_public": STRANGER.public},
        {"expires": FAR + 1},
    ],
)
def test_a_changed_invitation_is_refused(change: dict[str, object]) -> None:
    with refused(Reason.SIGNATURE):
        accepted(BEATA._replace(invitation=replace(BEATA.invitation, **change)))


@pytest.mark.parametrize(
    "change", [{"user_id": "amina"}, {"agency_id": "agency-b"}, {"role": "registrar"}, {"unit_id": "unit-2"}]
)
def test_a_certificate_promises_what_the_invitation_did(change: dict[str, object]) -> None:
    code = new_code()
    invitation = invite("beata", code)
    good = certify(enrol_key(code), invitation, new_identity("beata", ANCHOR, DIRECTORY_ANCHOR), 1)
    forged = replace(good, **change).signed(enrol_key(code))
    with refused(Reason.CONTEXT):
        verify_chain(ANCHOR, ROOT.public, invitation, forged)


@pytest.mark.parametrize(
    "change", [{"hpke_public": AMINA.identity.hpke.public}, {"sign_public": STRANGER.public}, {"epoch": 2}]
)
def test_a_replaced_public_key_is_refused(change: dict[str, object]) -> None:
    with refused(Reason.SIGNATURE):
        accepted(BEATA._replace(certificate=replace(BEATA.certificate, **change)))
    with refused(Reason.SIGNATURE):
        accepted(BEATA._replace(certificate=replace(BEATA.certificate, **change).signed(BEATA.identity.signing)))


def test_an_unsigned_statement_is_refused() -> None:
    with refused(Reason.SIGNATURE):
        accepted(BEATA._replace(certificate=replace(BEATA.certificate, signature=b"")))
    with refused(Reason.SIGNATURE):
        accepted(BEATA._replace(invitation=replace(BEATA.invitation, signature=b"")))


def test_a_certificate_without_a_usable_key_is_refused() -> None:
    code = new_code()
    invitation = invite("beata", code)
    good = certify(enrol_key(code), invitation, new_identity("beata", ANCHOR, DIRECTORY_ANCHOR), 1)
    for public in (b"", b"\x01short", b"\x09" + good.hpke_public[1:], b"\x01" + b"\xff" * 1216):
        with refused():
            verify_chain(ANCHOR, ROOT.public, invitation, replace(good, hpke_public=public).signed(enrol_key(code)))


def test_a_revoked_member_is_refused() -> None:
    assert accepted(BEATA, revocations=[revoke(AMINA)])
    with refused(Reason.REVOKED):
        accepted(BEATA, revocations=[revoke(AMINA), revoke(BEATA)])


def test_a_revocation_is_signed_by_root_or_registrar() -> None:
    check_revocation(ANCHOR, ROOT.public, revoke(BEATA))
    check_revocation(ANCHOR, ROOT.public, revoke(BEATA, AMINA.identity.signing), AMINA.chain)
    with refused(Reason.SIGNATURE):
        check_revocation(ANCHOR, ROOT.public, revoke(BEATA, STRANGER))
    with refused(Reason.ISSUER):
        check_revocation(ANCHOR, ROOT.public, revoke(AMINA, BEATA.identity.signing), BEATA.chain)
    with refused(Reason.ANCHOR):
        check_revocation(ANCHOR, STRANGER.public, revoke(BEATA, STRANGER))


def test_only_the_invited_code_certifies() -> None:
    with refused(Reason.CONTEXT):
        certify(enrol_key(new_code()), BEATA.invitation, BEATA.identity, 1)


def test_nobody_enrols_after_the_end() -> None:
    check_current(BEATA.invitation, FAR - 1)
    with refused(Reason.EXPIRED):
        check_current(BEATA.invitation, FAR)


def test_statements_come_back_from_storage() -> None:
    for statement in (AMINA.invitation, BEATA.certificate, revoke(BEATA)):
        assert type(statement).from_bytes(statement.to_bytes()) == statement
    with refused(Reason.FORMAT):
        Invitation.from_bytes(BEATA.certificate.to_bytes())
    with refused(Reason.FORMAT):
        Invitation.from_bytes(b"")
    assert Chain(*BEATA.chain).certificate.digest() != AMINA.certificate.digest()


def test_the_directory_root_vouches_for_an_agency() -> None:
    vouch = AgencyVouch("agency-b", "police", STRANGER.public).signed(DIRECTORY)
    assert verify_agency(DIRECTORY_ANCHOR, DIRECTORY.public, vouch) == vouch
    with refused(Reason.ANCHOR):
        verify_agency(DIRECTORY_ANCHOR, STRANGER.public, vouch.signed(STRANGER))
    with refused(Reason.ANCHOR):
        verify_agency(ANCHOR, DIRECTORY.public, vouch)
    for forged in (
        vouch.signed(ROOT),
        replace(vouch, agency_id="agency-a"),
        replace(vouch, kind="ngo"),
        replace(vouch, root_public=ROOT.public),
    ):
        with refused(Reason.SIGNATURE):
            verify_agency(DIRECTORY_ANCHOR, DIRECTORY.public, forged)


def test_two_people_compare_six_words() -> None:
    words = fingerprint(BEATA.certificate)
    assert len(words.split()) == 6
    assert words == fingerprint(BEATA.certificate)
    assert words != fingerprint(replace(BEATA.certificate, sign_public=STRANGER.public))
    assert words != fingerprint(BEATA.certificate, "en")


def test_a_signature_serves_one_label_and_one_statement() -> None:
    signature = ROOT.sign("one.v1", "a", "b")
    verify(ROOT.public, signature, "one.v1", "a", "b")
    for statement in (("two.v1", "a", "b"), ("one.v1", "ab", ""), ("one.v1", "a")):
        with refused(Reason.SIGNATURE):
            verify(ROOT.public, signature, *statement)
    for public in (STRANGER.public, b"", bytes(32), ROOT.public[:-1]):
        with refused(Reason.SIGNATURE):
            verify(public, signature, "one.v1", "a", "b")


def test_a_note_is_signed_apart_from_statements() -> None:
    note = "protect.example/trail\n3\nAAAA\n"
    verify_note(ROOT.public, ROOT.sign_note(note), note)
    with refused(Reason.SIGNATURE):
        verify_note(ROOT.public, ROOT.sign_note(note), note + "x")
    with refused(Reason.SIGNATURE):
        verify_note(ROOT.public, ROOT.sign(note), note)
    for bad in ("", "\0note", "\nnote"):
        with refused(Reason.INPUT):
            ROOT.sign_note(bad)
