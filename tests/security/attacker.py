"""Somebody with the whole database, every secret of the configuration and the shred store, and no cookie."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from protect.access.identities import PEPPER_ID_BYTES, PEPPERED
from protect.access.rows import unpacked
from protect.referrals.reach import as_text
from protect.vault import box, hpke, identity, package, passphrase, session, shards, tree
from protect.vault.certificate import Certificate
from protect.vault.derivation import derive
from protect.vault.encoding import lp, unlp
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import Grant, KeyState
from protect.vault.package import Package, PackageContext
from protect.vault.tree import CompartmentKey
from protect.vault.wrapping import Wrapped
from protect.vocab import load

LABELS = (
    "session.v1", "enrol-draft.v1", "identity.v1", "identitykey.v1", "masterslot.v1", "datakey.v1", "content.v1",
    "manifest.v1", "search.v1", "shred.v1", "package.v1", "dropbox.v1", "recovery.v1", "enrol.v1", "trail-state.v1",
    "import.v1", "letter.v1", "grant.v1", "commitment.v1", "",
)  # fmt: skip
SMALL, LARGE = 200, 8192
GUESSES = ("", "protect", "password", "motdepasse")
COMMITMENT, ROW_KEYS = lp("commitment.v1"), lp("rowkeys.v1")


@dataclass
class Loot:
    """What was stolen. `tokens` are cookies: the attacker has none, the control has one."""

    tables: dict[str, list[dict[str, Any]]]
    secrets: dict[str, bytes]
    shred_keys: dict[str, bytes]
    tokens: tuple[str, ...] = ()

    def blobs(self) -> Iterator[bytes]:
        """Every value of every table as bytes, and the bytes that a text may be the writing of."""
        for rows in self.tables.values():
            for row in rows:
                for value in row.values():
                    yield from _as_bytes(value)

    def texts(self) -> Iterator[str]:
        for rows in self.tables.values():
            yield from (value for row in rows for value in row.values() if isinstance(value, str))


def _as_bytes(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes | memoryview):
        yield bytes(value)
    elif value is not None:
        yield str(value).encode()
        if isinstance(value, str) and len(value) % 2 == 0 and all(sign in "0123456789abcdefABCDEF" for sign in value):
            yield bytes.fromhex(value)


def candidates(loot: Loot) -> list[bytes]:
    """Keys of 32 bytes that the secrets give: themselves, their hashes, what is derived from them or between them."""
    first = [*loot.secrets.values(), *loot.shred_keys.values(), bytes(32)]
    mixed = [hmac.digest(one, other, "sha256") for one, other in product(loot.secrets.values(), repeat=2)]
    hashed = [hashlib.sha256(secret).digest() for secret in first]
    return [*first, *mixed, *hashed, *(derive(key, label) for key in (*first, *hashed) for label in LABELS)]


def windows(blob: bytes) -> Iterator[bytes]:
    """Every 32 bytes of a small blob; of a large one those at the seams of its parts, and its ends."""
    if len(blob) <= SMALL:
        starts: Iterable[int] = range(max(0, len(blob) - 31))
    else:
        starts = sorted({0, 1, len(blob) - 32, *_seams(blob)})
    yield from (blob[start : start + 32] for start in starts if 0 <= start <= len(blob) - 32)


def _seams(blob: bytes) -> Iterator[int]:
    at = 0
    try:
        for part in unlp(blob):
            yield from (at + 4, at + 5, at + 4 + len(part) - 32)
            at += 4 + len(part)
    except CiphertextRejected:
        return


def find_symmetric_keys(loot: Loot) -> Iterator[str]:
    """Compartment keys and data keys anywhere in the loot: each stands committed to, so it is known when it is seen."""
    known = {bytes(row["commitment"]) for row in loot.tables["case_compartment"]}
    known |= {KeyState.from_bytes(bytes(row["statement"])).commitment for row in loot.tables["key_state"]}
    for blob in (*candidates(loot), *loot.blobs()):
        if len(blob) > LARGE:
            continue
        for start in range(len(blob) - 31):
            if not known.isdisjoint(commitments(blob[start : start + 32])):
                yield f"a key of {len(blob)} bytes at {start}"


def commitments(key: bytes) -> tuple[bytes, bytes]:
    """What would stand beside this key if it were one of a compartment, and if it were one of a case."""
    pseudo = hmac.digest(bytes(32), key, "sha256")
    block = b""
    for number in (1, 2, 3):
        block = hmac.digest(key, block + ROW_KEYS + bytes([number]), "sha256")
    return hmac.digest(pseudo, COMMITMENT + b"\x01", "sha256"), block


def find_private_keys(loot: Loot) -> Iterator[str]:
    """Private halves of any public key, in the loot or derived from it: the public half is known when it is made."""
    curves, signers = public_halves(loot)
    seen: set[bytes] = set()
    for blob in (*candidates(loot), *loot.blobs()):
        for window in windows(blob):
            if window in seen:
                continue
            seen.add(window)
            if X25519PrivateKey.from_private_bytes(window).public_key().public_bytes_raw() in curves:
                yield "a private key of somebody or of a drop-box"
            if Ed25519PrivateKey.from_private_bytes(window).public_key().public_bytes_raw() in signers:
                yield "a signing key"


def public_halves(loot: Loot) -> tuple[set[bytes], set[bytes]]:
    members = [Certificate.from_bytes(bytes(row["statement"])) for row in loot.tables["certificate"]]
    boxes = {bytes(row["dropbox_public"])[-32:] for row in loot.tables["key_state"]}
    roots = {bytes(row[name]) for row in loot.tables["agency_root"] for name in ("root_public", "directory_public")}
    enrolling = {bytes(row["enrol_public"]) for row in loot.tables["invitation"]}
    curves = boxes | {member.hpke_public[-32:] for member in members}
    return curves, roots | enrolling | {member.sign_public for member in members}


def open_sessions(loot: Loot) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Sessions by the cookies that were stolen, and by whatever could be taken for one."""
    server = loot.secrets["session"]
    for row in loot.tables["session"]:
        if row["keys"] is None:
            continue
        kept = bytes(row["token_hash"])
        guessed = ["", kept.hex(), server.hex(), kept.decode("latin-1"), str(row["id"]), str(row["member_id"])]
        for token in (*loot.tokens, *guessed):
            try:
                yield row, session.unwrap(token, server, str(row["id"]), str(row["member_id"]), bytes(row["keys"]))
            except CiphertextRejected:
                continue


def open_steps(loot: Loot) -> Iterator[tuple[dict[str, Any], str, bytes]]:
    """What a second factor opens of a session, by the cookie and whatever could be its own key of the shred store."""
    server = loot.secrets["session"]
    for row in loot.tables["session"]:
        names, guessed = (str(row["id"]), str(row["member_id"])), [*loot.secrets.values(), bytes(32)]
        until = row["open_until"].isoformat() if row["open_until"] else ""
        blobs = {"open": (row["open_keys"], until), "asleep": (row["asleep"], "")}
        tries = product(blobs.items(), loot.tokens, (*loot.shred_keys.values(), *guessed))
        for (part, (blob, end)), token, key in tries:
            if blob is not None and opens(session.unwrap_step, token, server, key, (*names, part, end), bytes(blob)):
                yield row, part, session.unwrap_step(token, server, key, (*names, part, end), bytes(blob))


def tokens_in_the_clear(loot: Loot) -> Iterator[str]:
    """A cookie that somebody wrote down somewhere."""
    kept = {bytes(row["token_hash"]) for row in loot.tables["session"]}
    for text in set(loot.texts()):
        proof = session.token_hash(text)
        if proof in kept or hashlib.sha256(proof).digest() in kept:
            yield "a cookie"


def unmarked(slot: Any) -> bytes:
    """A slot without the name of the pepper before it, which hinders nobody."""
    return bytes(slot)[1 + PEPPER_ID_BYTES :] if bytes(slot).startswith(PEPPERED) else bytes(slot)


def open_boxes(loot: Loot) -> Iterator[str]:
    """Everything that is sealed under one key: identities, shards, packages; with every key that could be guessed."""
    keys = candidates(loot)
    for row in loot.tables["credential"]:
        for key in keys:
            if opens(identity.open_identity, key, str(row["member_id"]), bytes(row["identity"])):
                yield "an identity"
            if opens(identity.open_slot, key, str(row["member_id"]), "passphrase", unmarked(row["slot"])):
                yield "a slot"
    for row in loot.tables["search_shard"]:
        place = (str(row["agency_id"]), str(row["unit_id"]), row["number"], row["generation"])
        if any(opens(shards.open_shard, key, *place, bytes(row["block"])) for key in keys):
            yield "a search shard"


def guess_passphrases(loot: Loot, names: Iterable[str]) -> Iterator[str]:
    """The passphrases that people would choose, with the pepper in hand."""
    credentials = {row["member_id"]: row for row in loot.tables["credential"]}
    for member in loot.tables["member"]:
        if member["sign_in_name"] in names:
            row = credentials[member["id"]]
            for guess in (*GUESSES, member["sign_in_name"], member["display_name"]):
                root = passphrase.stretch(guess, bytes(row["salt"]))
                _verifier, slot_key = passphrase.split(root, loot.secrets["pepper"], str(member["id"]))
                if opens(identity.open_slot, slot_key, str(member["id"]), "passphrase", unmarked(row["slot"])):
                    yield f"the passphrase of {member['sign_in_name']}"


def open_packages(loot: Loot, privates: Iterable[bytes]) -> Iterator[str]:
    """Packages by their shred keys, which are in the loot; the receiver's half has to be guessed."""
    referrals = {row["id"]: row for row in loot.tables["referral"]}
    for row in loot.tables["disclosure_package"]:
        sent = referrals[row["referral_id"]]
        shred = loot.shred_keys.get(str(sent["id"]))
        names = (sent["id"], sent["agency_id"], sent["to_agency_id"], sent["service_id"], sent["consent_id"])
        context = PackageContext(*(str(name) for name in names), as_text(row["valid_until"]))
        sealed = Package(bytes(row["content"]), bytes(row["wrapped_key"]))
        if shred and any(opens(package.open, sealed, private, shred, context) for private in privates):
            yield f"package {sent['id']}"
        if any(
            opens(box.open_box, key, lp("package.v1", *context.parts), sealed.blob, 1024) for key in candidates(loot)
        ):
            yield f"package {sent['id']} without its receiver"


def opens(function: Any, *arguments: Any) -> bool:
    try:
        function(*arguments)
    except CiphertextRejected:
        return False
    return True


def compartment_keys(row: dict[str, Any], secrets: bytes) -> list[CompartmentKey]:
    """The compartment keys in an opened session."""
    packed = unlp(secrets)[-1]
    parts = [unlp(each) for each in unlp(packed)]
    return [CompartmentKey(key, str(row["agency_id"]), name.decode(), int(version)) for key, name, version in parts]


def open_cases(loot: Loot) -> dict[str, set[str]]:
    """What the opened sessions open of the cases: fields by compartment."""
    found: dict[str, set[str]] = {}
    opened = [*open_sessions(loot), *((row, secrets) for row, part, secrets in open_steps(loot) if part == "open")]
    for session_row, secrets in opened:
        for key in compartment_keys(session_row, secrets):
            for row in loot.tables["case_compartment"]:
                if row["name"] == key.name and row["wrap"] == "key":
                    wrapped = Wrapped(bytes(row["wrapped_key"]), bytes(row["commitment"]))
                    if opens(key.unwrap, str(row["case_id"]), wrapped):
                        data = key.unwrap(str(row["case_id"]), wrapped)
                        found.setdefault(key.name, set()).update(_fields(row, data))
    return found


def _fields(row: dict[str, Any], data: tree.DataKey) -> set[str]:
    place = (str(row["agency_id"]), str(row["case_id"]), row["name"], "case_compartment", str(row["part"]))
    sealer, kinds = data.content.at(*place), load().fields
    named = unpacked(bytes(row["fields"])).items()
    return {f"{name}={sealer.open(name, kinds[name].type.value, blob).decode()}" for name, blob in named}


def open_grants(loot: Loot) -> Iterator[str]:
    """Grants by anything that could be taken for a private key, in both lengths."""
    keys = candidates(loot)[:40]
    privates = [bytes([hpke.MLKEM768_X25519]) + key * 3 for key in keys] + [bytes([hpke.X25519]) + key for key in keys]
    for row in loot.tables["key_grant"][::8]:
        grant = Grant.from_bytes(bytes(row["statement"]))
        for private in privates:
            if opens(hpke.open, private, grant.info(), grant.blob):
                yield "a grant"


def attack(loot: Loot, names: Iterable[str] = ()) -> list[str]:
    """Everything that was found, by any way."""
    guessed = [bytes([hpke.X25519]) + key for key in candidates(loot)[:20]]
    sessions = [f"the session of {row['member_id']}" for row, _secrets in open_sessions(loot)]
    return [
        *sessions,
        *tokens_in_the_clear(loot),
        *find_symmetric_keys(loot),
        *find_private_keys(loot),
        *open_boxes(loot),
        *open_grants(loot),
        *open_packages(loot, guessed),
        *guess_passphrases(loot, names),
    ]
