"""Freeze one vector of each own format, once: `python -m tests.vectors.freeze`, which never rewrites a file that exists.

Nonces and encapsulations are random and stand inside the blobs, so a vector is opened by the tests and never remade.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from protect.access import rows
from protect.vault import codes, dropbox, hpke, imports, log, manifest, package, passphrase, recovery, session, shards
from protect.vault.agency import AgencyVouch
from protect.vault.approval import ApprovalGiven, ApprovalRequest
from protect.vault.attachments import context, seal_stream
from protect.vault.box import seal_box
from protect.vault.certificate import Revocation
from protect.vault.emergency import EmergencyApproval, EmergencyRequest
from protect.vault.grants import Succession, make_grant, make_key_state
from protect.vault.identity import keep_master, passkey_key, seal_identity, wrap_slot
from protect.vault.publication import ReleaseDecision
from protect.vault.register import FIRST, Confirmation, Replaced, Roll, Suspension, Upheld, Withdrawn, end_of
from protect.vault.sealing import ContentKey
from protect.vault.server import seal_note
from protect.vault.shares import Quorum, split
from protect.vault.tree import CompartmentKey
from tests.vectors.parts import (
    AMINA,
    CERTIFICATE,
    CODE,
    COMPARTMENT,
    DATA,
    DIRECTORY,
    ENTRY,
    INVITATION,
    PARCEL,
    PLACE,
    ROOT,
    Vector,
    key,
)

HERE = Path(__file__).parent


def field() -> Vector:
    blob, short = (ContentKey(key("content")).seal(PLACE, "Ngoyi é", 7, bucket) for bucket in (64, 16))
    return {"place": list(PLACE), "value": "Ngoyi é", "version": 7, "blob": blob, "short": short}


def manifest_of_a_row() -> Vector:
    sealer = ContentKey(key("content")).at(*PLACE[:5])
    packed = rows.packed({name: sealer.seal(name, "string", name, 1) for name in ("surname", "given_name")})
    return {"generation": 3, "fields": packed, "manifest": manifest.compute(key("manifest"), 3, packed)}


def tree() -> Vector:
    wrapped = COMPARTMENT.wrap("case-1", DATA)
    sealed = DATA.content.at(*PLACE[:5]).seal("family_name", "STRING", "Ngoyi", 1)
    derived = {"manifest": DATA.manifest, "attachment": DATA.attachment, "commitment": DATA.commitment}
    return {"case": "case-1", "blob": wrapped.blob, **derived, "field": sealed}


def box() -> Vector:
    return {"context": b"place", "value": b"value", "blob": seal_box(key("box"), b"place", b"value")}


def hpke_of(algorithm: int) -> Callable[[], Vector]:
    def vector() -> Vector:
        pair = hpke.from_seed(key("hpke") * 3, algorithm)
        blob = hpke.seal(pair.public, b"info", b"value")
        return {"algorithm": algorithm, "public": pair.public, "info": b"info", "value": b"value", "blob": blob}

    return vector


def drop_box() -> Vector:
    pair = dropbox.key_pair(COMPARTMENT, hpke.MLKEM768_X25519)
    blob = dropbox.seal(pair.public, "agency-a", "identity", "case-1", b"value")
    return {"public": pair.public, "context": "case-1", "value": b"value", "blob": blob}


def identity() -> Vector:
    return {
        "blob": seal_identity(key("master"), AMINA),
        "hpke_public": AMINA.hpke.public,
        "sign_public": AMINA.signing.public,
        "anchor": AMINA.anchor,
        "directory": AMINA.directory,
    }


def slot() -> Vector:
    return {"slot": "passphrase", "blob": wrap_slot(key("slot"), "amina", "passphrase", key("master"))}


def master_copy() -> Vector:
    return {"blob": keep_master(AMINA, key("master"))}


def chain() -> Vector:
    revocation = Revocation("amina", "agency-a", INVITATION.digest(), 1_900_000_000).signed(ROOT)
    vouch = AgencyVouch("agency-a", "police", ROOT.public).signed(DIRECTORY)
    return {
        "code": CODE,
        "root_public": ROOT.public,
        "directory_public": DIRECTORY.public,
        "invitation": INVITATION.to_bytes(),
        "certificate": CERTIFICATE.to_bytes(),
        "revocation": revocation.to_bytes(),
        "vouch": vouch.to_bytes(),
    }


def grant() -> Vector:
    made = make_grant(AMINA, CERTIFICATE, COMPARTMENT, CERTIFICATE.digest())
    return {"grant": made.to_bytes(), "state": make_key_state(AMINA, COMPARTMENT).to_bytes()}


def register() -> Vector:
    founding = Roll("agency-a", 0, FIRST, ("amina",), key("mark")[:16]).signed(ROOT)
    following = Roll("agency-a", 1, founding.digest(), ("amina", "beata"), key("mark 1")[:16])
    word = Confirmation("agency-a", following.digest(), 0, "amina", CERTIFICATE.digest(), 1_800_000_000)
    suspension = Suspension("agency-a", "beata", "amina", 1_800_000_000, key("mark 2")[:16])
    upheld = Upheld("agency-a", "beata", "amina", (word.digest().hex(),))
    return {
        "founding": founding.to_bytes(),
        "following": following.to_bytes(),
        "confirmation": word.signed(AMINA.signing).to_bytes(),
        "suspension": suspension.signed(AMINA.signing).to_bytes(),
        "end": end_of(suspension),
        "upheld": upheld.signed(AMINA.signing).to_bytes(),
    }


def ends() -> Vector:
    who = ("agency-a", "beata", "amina", CERTIFICATE.digest())
    replaced, withdrawn = Replaced(*who, 1_800_000_000).signed(AMINA.signing), Withdrawn(*who).signed(AMINA.signing)
    return {"replaced": replaced.to_bytes(), "withdrawn": withdrawn.to_bytes()}


def emergency() -> Vector:
    request = EmergencyRequest("request-1", "agency-a", "case-1", "amina", "danger", key("why")).signed(AMINA.signing)
    approval = EmergencyApproval(request.digest(), "beata", 1_800_000_000).signed(AMINA.signing)
    return {"request": request.to_bytes(), "approval": approval.to_bytes()}


def approval() -> Vector:
    ask = ApprovalRequest("request-1", "agency-a", "unit-1", "export", "", 12, "court", "amina", 1_700_000_000_000_001)
    given = ApprovalGiven(ask.digest(), "beata", 1_800_000_000_000_000, 1_800_086_400_000_000)
    return {"request": ask.signed(AMINA.signing).to_bytes(), "given": given.signed(AMINA.signing).to_bytes()}


def publication() -> Vector:
    about = ("release-1", key("tables"), 7, "agency-a", "amina", 1_800_000_000_000_000)
    return {"decision": ReleaseDecision(*about).signed(AMINA.signing).to_bytes()}


def succession() -> Vector:
    later = CompartmentKey(key("compartment 2"), "agency-a", "identity", 2)
    named = Succession("agency-a", "identity", 2, 1, "amina").signed(AMINA.signing)
    earlier = [imports.row_key(COMPARTMENT)]
    return {
        "succession": named.to_bytes(),
        "taken_over": later.take_over("case-1", COMPARTMENT.wrap("case-1", DATA), COMPARTMENT).blob,
        "carried": imports.carry(later, earlier),
        "row": b"row",
        "name": imports.name_row([*earlier, imports.row_key(later)], b"row"),
    }


def package_of_a_referral() -> Vector:
    inbox = hpke.from_seed(key("inbox") * 3, hpke.MLKEM768_X25519)
    built = package.build({"sex": "F", "family_name": "Ngoyi"}, inbox.public, key("shred"), PARCEL)
    return {"context": list(PARCEL), **built._asdict()}


def package_until() -> Vector:
    inbox = hpke.from_seed(key("inbox") * 3, hpke.MLKEM768_X25519)
    context = PARCEL._replace(valid_until="2027-12-31T00:00:00.000000+00:00")
    built = package.build({"sex": "F", "family_name": "Ngoyi"}, inbox.public, key("shred"), context)
    return {"context": list(context), **built._asdict()}


def session_of_a_cookie() -> Vector:
    blob = session.wrap("token", b"server", "session-1", "amina", b"keys")
    return {"blob": blob, "hash": session.token_hash("token"), "value": b"keys"}


def step_of_a_session() -> Vector:
    place = ("session-1", "amina", "open", "2026-03-27T08:10:00+00:00")
    blob = session.wrap_step("token", b"server", key("step"), place, b"keys")
    return {"place": list(place), "blob": blob, "value": b"keys"}


def shard() -> Vector:
    blob = shards.seal_shard(shards.search_key(COMPARTMENT), "agency-a", "unit-1", 2, 5, [ENTRY])
    return {"blob": blob, "entry": list(ENTRY)}


def attachment() -> Vector:
    place = context("agency-a", "case-1", "attachment-1", 1)
    return {"value": b"scan", "blob": b"".join(seal_stream(key("attachment"), place, [b"scan"]))}


def note() -> Vector:
    return {"value": b"draft", "blob": seal_note(key("server"), "enrol-draft.v1", "amina", b"draft")}


def account() -> Vector:
    root = passphrase.stretch("École  cœur", key("salt")[:16])
    verifier, slot_key = passphrase.split(root, b"pepper", "amina")
    stored = passphrase.verifier_hash(verifier)
    recovery = codes.recovery_key(CODE, "amina")
    return {"root": root, "stored": stored, "slot_key": slot_key, "code": CODE, "recovery": recovery}


def further_factors() -> Vector:
    check, prf = codes.recovery_check(CODE, "amina"), passkey_key(key("prf"), "amina")
    return {"code": CODE, "check": check, "passkey": prf}


def trail() -> Vector:
    frontier = log.Frontier()
    for leaf in range(6):
        frontier = frontier.push(log.leaf_hash(bytes([leaf])))
    mac = log.entry_mac(key("trail"), b"entry")
    written = "protect.example/trail\n3\nAAAA\n"
    signed = {"note": written, "note_signature": ROOT.sign_note(written)}
    return {"next": log.ratchet(key("trail")), "mac": mac, "frontier": frontier.serialise(), **signed}


def recovered() -> Vector:
    seed = key("recovery seed")
    sealed_to = recovery.found_key(seed, "agency-a", 1, ROOT)
    return {
        "key": sealed_to.to_bytes(),
        "copy": recovery.make_copy(AMINA, COMPARTMENT, sealed_to).to_bytes(),
        "grant": recovery.root_grant(ROOT, CERTIFICATE, COMPARTMENT, b"words").to_bytes(),
        "shares": " / ".join(" / ".join(group) for group in split(seed, (Quorum(3, 5), Quorum(2, 3)))),
    }


VECTORS: Mapping[str, Callable[[], Vector]] = {
    "field.v1": field,
    "manifest.v1": manifest_of_a_row,
    "tree.v1": tree,
    "box.v1": box,
    "hpke-hybrid.v1": hpke_of(hpke.MLKEM768_X25519),
    "hpke-curve.v1": hpke_of(hpke.X25519),
    "dropbox.v1": drop_box,
    "identity.v1": identity,
    "masterslot.v1": slot,
    "mastercopy.v1": master_copy,
    "chain.v1": chain,
    "grant.v1": grant,
    "register.v1": register,
    "emergency.v1": emergency,
    "approval.v1": approval,
    "publication.v1": publication,
    "ends.v1": ends,
    "succession.v1": succession,
    "package.v1": package_of_a_referral,
    "package-until.v1": package_until,
    "session.v1": session_of_a_cookie,
    "session-step.v1": step_of_a_session,
    "shard.v1": shard,
    "attachment.v1": attachment,
    "note.v1": note,
    "account.v1": account,
    "factors.v1": further_factors,
    "trail.v1": trail,
    "recovery.v1": recovered,
}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value


def main() -> None:
    for name, make in VECTORS.items():
        path = HERE / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(_plain(make()), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
