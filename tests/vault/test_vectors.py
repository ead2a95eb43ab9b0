"""What version 1 sealed opens for ever: the frozen vectors of every own format."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from protect.access import rows
from protect.vault import (
    codes,
    dropbox,
    hpke,
    imports,
    log,
    manifest,
    package,
    passphrase,
    recovery,
    session,
    shards,
    shares,
)
from protect.vault.agency import AgencyVouch, directory_anchor, verify_agency
from protect.vault.approval import ApprovalGiven, ApprovalRequest
from protect.vault.attachments import context, open_stream
from protect.vault.box import open_box
from protect.vault.certificate import (
    Certificate,
    Chain,
    Invitation,
    Revocation,
    anchor_of,
    check_revocation,
    enrol_key,
    verify_chain,
)
from protect.vault.emergency import EmergencyApproval, EmergencyRequest
from protect.vault.grants import Grant, KeyState, Succession, match_key_state, open_grant, verify_key_state
from protect.vault.identity import Identity, master_of, open_identity, open_slot, passkey_key
from protect.vault.package import Package, PackageContext
from protect.vault.publication import ReleaseDecision
from protect.vault.register import (
    Confirmation,
    Replaced,
    Roll,
    Suspension,
    Upheld,
    Withdrawn,
    check_founding,
    check_successor,
    end_of,
)
from protect.vault.sealing import ContentKey, Place, field_version
from protect.vault.server import open_note
from protect.vault.shards import SearchEntry
from protect.vault.signing import SigningKey, verify_note
from protect.vault.tree import CompartmentKey, Wrapped

FOLDER = Path(__file__).parent.parent / "vectors"


class Vector(dict[str, Any]):
    def raw(self, name: str) -> bytes:
        return bytes.fromhex(self[name])


def frozen(name: str) -> Vector:
    return Vector(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


def key(name: str) -> bytes:
    return hashlib.sha256(f"vector {name}".encode()).digest()


COMPARTMENT = CompartmentKey(key("compartment"), "agency-a", "identity", 1)


def amina() -> Identity:
    return open_identity(key("master"), "amina", frozen("identity.v1").raw("blob"))


def chain() -> Chain:
    vector = frozen("chain.v1")
    return Chain(Invitation.from_bytes(vector.raw("invitation")), Certificate.from_bytes(vector.raw("certificate")))


def test_field() -> None:
    vector = frozen("field.v1")
    for blob in (vector.raw("blob"), vector.raw("short")):
        assert ContentKey(key("content")).open(Place(*vector["place"]), blob).decode() == vector["value"]
        assert field_version(blob) == vector["version"]


def test_manifest() -> None:
    vector = frozen("manifest.v1")
    manifest.verify(key("manifest"), vector["generation"], vector.raw("fields"), vector.raw("manifest"))
    assert rows.unpacked(vector.raw("fields")).keys() == {"surname", "given_name"}


def test_tree() -> None:
    vector = frozen("tree.v1")
    data = COMPARTMENT.unwrap(vector["case"], Wrapped(vector.raw("blob"), vector.raw("commitment")))
    assert data.key == key("data")
    assert (data.manifest, data.attachment) == (vector.raw("manifest"), vector.raw("attachment"))
    row = data.content.at(*frozen("field.v1")["place"][:5])
    assert row.open("family_name", "STRING", vector.raw("field")) == b"Ngoyi"


def test_box() -> None:
    vector = frozen("box.v1")
    assert open_box(key("box"), vector.raw("context"), vector.raw("blob")) == vector.raw("value")


@pytest.mark.parametrize("name", ["hpke-hybrid.v1", "hpke-curve.v1"])
def test_hpke(name: str) -> None:
    vector = frozen(name)
    pair = hpke.from_seed(key("hpke") * 3, vector["algorithm"])
    assert pair.public == vector.raw("public")
    assert hpke.open(pair.private, vector.raw("info"), vector.raw("blob")) == vector.raw("value")


def test_dropbox() -> None:
    vector = frozen("dropbox.v1")
    pair = dropbox.key_pair(COMPARTMENT)
    assert pair.public == vector.raw("public")
    opened = dropbox.open(pair.private, "agency-a", "identity", vector["context"], vector.raw("blob"))
    assert opened == vector.raw("value")


def test_identity_and_slot() -> None:
    vector, slot = frozen("identity.v1"), frozen("masterslot.v1")
    identity = amina()
    assert identity.hpke.public == vector.raw("hpke_public")
    assert identity.signing.public == vector.raw("sign_public")
    assert (identity.anchor, identity.directory) == (vector.raw("anchor"), vector.raw("directory"))
    assert identity.checkpoint == b"checkpoint"
    assert open_slot(key("slot"), "amina", slot["slot"], slot.raw("blob")) == key("master")
    assert master_of(identity, frozen("mastercopy.v1").raw("blob")) == key("master")


def test_chain() -> None:
    vector = frozen("chain.v1")
    root, directory = vector.raw("root_public"), vector.raw("directory_public")
    identity = amina()
    certificate = verify_chain(identity.anchor, root, *chain())
    assert certificate.hpke_public == identity.hpke.public
    assert enrol_key(vector["code"]).public == chain().invitation.enrol_public
    revocation = check_revocation(anchor_of(root), root, Revocation.from_bytes(vector.raw("revocation")))
    assert revocation.invitation == chain().invitation.digest()
    vouch = verify_agency(identity.directory, directory, AgencyVouch.from_bytes(vector.raw("vouch")))
    assert (vouch.root_public, directory_anchor(directory)) == (root, identity.directory)


def test_grant_and_key_state() -> None:
    vector = frozen("grant.v1")
    opened = open_grant(amina(), Grant.from_bytes(vector.raw("grant")), chain().certificate)
    assert opened.key == COMPARTMENT.key
    match_key_state(opened, verify_key_state(KeyState.from_bytes(vector.raw("state")), chain().certificate))


def test_register() -> None:
    vector, signer = frozen("register.v1"), amina().signing.public
    founding = check_founding(Roll.from_bytes(vector.raw("founding")), frozen("chain.v1").raw("root_public"))
    following = Roll.from_bytes(vector.raw("following"))
    assert check_successor(founding, following) == "beata"
    word = Confirmation.from_bytes(vector.raw("confirmation")).check(signer)
    assert (word.subject, word.certificate) == (following.digest(), chain().certificate.digest())
    suspension = Suspension.from_bytes(vector.raw("suspension")).check(signer)
    assert end_of(suspension) == vector.raw("end")
    assert Upheld.from_bytes(vector.raw("upheld")).check(signer).statements == (word.digest().hex(),)


def test_ends() -> None:
    vector, signer, digest = frozen("ends.v1"), amina().signing.public, chain().certificate.digest()
    replaced = Replaced.from_bytes(vector.raw("replaced")).check(signer)
    assert (replaced.user_id, replaced.certificate, replaced.since) == ("beata", digest, 1_800_000_000)
    withdrawn = Withdrawn.from_bytes(vector.raw("withdrawn")).check(signer)
    assert (withdrawn.user_id, withdrawn.subject) == ("beata", digest)


def test_emergency() -> None:
    vector, signer = frozen("emergency.v1"), amina().signing.public
    request = EmergencyRequest.from_bytes(vector.raw("request")).check(signer)
    approval = EmergencyApproval.from_bytes(vector.raw("approval")).check(signer)
    assert (request.case_id, request.member_id, request.reason) == ("case-1", "amina", "danger")
    assert (approval.request, approval.member_id, approval.until) == (request.digest(), "beata", 1_800_000_000)


def test_approval() -> None:
    vector, signer = frozen("approval.v1"), amina().signing.public
    asked = ApprovalRequest.from_bytes(vector.raw("request")).check(signer)
    given = ApprovalGiven.from_bytes(vector.raw("given")).check(signer)
    assert (asked.unit_id, asked.kind, asked.case_id, asked.covers) == ("unit-1", "export", "", 12)
    assert (asked.reason, asked.member_id, asked.asked_at) == ("court", "amina", 1_700_000_000_000_001)
    assert (given.request, given.member_id) == (asked.digest(), "beata")
    assert (given.not_before, given.until) == (1_800_000_000_000_000, 1_800_086_400_000_000)


def test_publication() -> None:
    vector, signer = frozen("publication.v1"), amina().signing.public
    said = ReleaseDecision.from_bytes(vector.raw("decision")).check(signer)
    assert (said.release_id, said.digest_of_tables, said.number) == ("release-1", key("tables"), 7)
    assert (said.agency_id, said.member_id, said.decided_at) == ("agency-a", "amina", 1_800_000_000_000_000)


def test_succession() -> None:
    vector = frozen("succession.v1")
    later = CompartmentKey(key("compartment 2"), "agency-a", "identity", 2)
    named = Succession.from_bytes(vector.raw("succession")).check(amina().signing.public)
    assert (named.version, named.floor) == (2, 1)
    tree = frozen("tree.v1")
    data = later.unwrap("case-1", Wrapped(vector.raw("taken_over"), tree.raw("commitment")))
    assert data.manifest == tree.raw("manifest")
    earlier = imports.carried(later, vector.raw("carried"))
    assert imports.name_row([*earlier, imports.row_key(later)], vector.raw("row")) == vector.raw("name")


@pytest.mark.parametrize("name", ["package.v1", "package-until.v1"])
def test_package(name: str) -> None:
    vector = frozen(name)
    inbox = hpke.from_seed(key("inbox") * 3, hpke.MLKEM768_X25519)
    sent = Package(vector.raw("blob"), vector.raw("wrapped_key"))
    fields = package.open(sent, inbox.private, key("shred"), PackageContext(*vector["context"]))
    assert fields == {"sex": "F", "family_name": "Ngoyi"}


def test_session() -> None:
    vector = frozen("session.v1")
    assert session.token_hash("token") == vector.raw("hash")
    assert session.unwrap("token", b"server", "session-1", "amina", vector.raw("blob")) == vector.raw("value")


def test_session_step() -> None:
    vector = frozen("session-step.v1")
    opened = session.unwrap_step("token", b"server", key("step"), vector["place"], vector.raw("blob"))
    assert opened == vector.raw("value")


def test_shard() -> None:
    vector = frozen("shard.v1")
    entries = shards.open_shard(shards.search_key(COMPARTMENT), "agency-a", "unit-1", 2, 5, vector.raw("blob"))
    case_id, code, names, phonetic, year = vector["entry"]
    assert entries == [SearchEntry(case_id, code, tuple(names), tuple(phonetic), year)]


def test_attachment() -> None:
    vector = frozen("attachment.v1")
    place = context("agency-a", "case-1", "attachment-1", 1)
    assert b"".join(open_stream(key("attachment"), place, [vector.raw("blob")])) == vector.raw("value")


def test_server_note() -> None:
    vector = frozen("note.v1")
    assert open_note(key("server"), "enrol-draft.v1", "amina", vector.raw("blob")) == vector.raw("value")


def test_account() -> None:
    vector = frozen("account.v1")
    root = passphrase.stretch("ecole coeur", key("salt")[:16])
    verifier, slot_key = passphrase.split(root, b"pepper", "amina")
    passphrase.check_verifier(verifier, vector.raw("stored"))
    assert (root, slot_key) == (vector.raw("root"), vector.raw("slot_key"))
    assert codes.recovery_key(vector["code"], "amina") == vector.raw("recovery")
    factors = frozen("factors.v1")
    assert codes.recovery_check(factors["code"], "amina") == factors.raw("check")
    assert passkey_key(key("prf"), "amina") == factors.raw("passkey")


def test_trail() -> None:
    vector = frozen("trail.v1")
    assert log.ratchet(key("trail")) == vector.raw("next")
    log.check_entry_mac(key("trail"), b"entry", vector.raw("mac"))
    assert log.Frontier.parse(vector.raw("frontier")).size == 6
    verify_note(frozen("chain.v1").raw("root_public"), vector.raw("note_signature"), vector["note"])


def test_recovery() -> None:
    vector = frozen("recovery.v1")
    agency_root = SigningKey(key("root"))
    seed = shares.join(vector["shares"].split(" / "))
    pair = recovery.key_pair(seed, "agency-a")
    sealed_to = recovery.RecoveryKey.from_bytes(vector.raw("key"))
    recovery.verify_key(anchor_of(agency_root.public), agency_root.public, sealed_to)
    assert recovery.open_root(pair, sealed_to).private == agency_root.private
    copy = recovery.RecoveryCopy.from_bytes(vector.raw("copy"))
    assert recovery.open_copy(pair, sealed_to, copy).key == COMPARTMENT.key
    amina = Identity(
        "amina", hpke.from_seed(key("amina") * 3), SigningKey(key("amina signing")), anchor_of(agency_root.public), b""
    )
    grant = Grant.from_bytes(vector.raw("grant"))
    assert recovery.open_root_grant(amina, agency_root.public, grant).key == COMPARTMENT.key
