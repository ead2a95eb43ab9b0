"""What the frozen vectors are made of: fixed keys, one member, one key of each kind."""

import hashlib
from collections.abc import Mapping

from protect.vault import codes, hpke
from protect.vault.agency import directory_anchor
from protect.vault.certificate import Certificate, Invitation, anchor_of, enrol_key
from protect.vault.identity import Identity
from protect.vault.package import PackageContext
from protect.vault.sealing import Place
from protect.vault.shards import SearchEntry
from protect.vault.signing import SigningKey
from protect.vault.tree import CompartmentKey, DataKey

Vector = Mapping[str, object]


def key(name: str) -> bytes:
    """Return the fixed key of a name: SHA-256 of `vector ` and the name."""
    return hashlib.sha256(f"vector {name}".encode()).digest()


CODE = codes.write_code(key("code")[:16])
ROOT = SigningKey(key("root"))
DIRECTORY = SigningKey(key("directory"))
AMINA = Identity(
    "amina",
    hpke.from_seed(key("amina") * 3, hpke.MLKEM768_X25519),
    SigningKey(key("amina signing")),
    anchor_of(ROOT.public),
    directory_anchor(DIRECTORY.public),
    b"checkpoint",
)
COMPARTMENT = CompartmentKey(key("compartment"), "agency-a", "identity", 1)
DATA = DataKey(key("data"))
PLACE = Place("agency-a", "case-1", "identity", "case_compartment", "row-1", "family_name", "STRING")
INVITATION = Invitation(
    "amina", "agency-a", "officer", "unit-1", ("registrar",), enrol_key(CODE).public, 2_000_000_000
).signed(ROOT)
CERTIFICATE = Certificate("amina", "agency-a", "officer", "unit-1", AMINA.hpke.public, AMINA.signing.public, 1).signed(
    enrol_key(CODE)
)
PARCEL = PackageContext("referral-1", "agency-a", "agency-b", "service-1", "consent-1")
ENTRY = SearchEntry("case-1", "K-4821", ("ngoyi", "béatrice"), ("NK", "PTRS"), 1998)
