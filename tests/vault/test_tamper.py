"""Every bit of every header, every byte of every body, every truncation of every kind of blob: refused."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from protect.vault import dropbox, hpke, package, session, shards
from protect.vault.attachments import context, open_stream, seal_stream
from protect.vault.box import open_box, seal_box
from protect.vault.certificate import Certificate, Invitation, Revocation, check_revocation, verify_chain
from protect.vault.errors import CiphertextRejected
from protect.vault.grants import Grant, KeyState, make_grant, make_key_state, open_grant, verify_key_state
from protect.vault.identity import (
    keep_master,
    master_of,
    new_identity,
    open_identity,
    open_slot,
    seal_identity,
    wrap_slot,
)
from protect.vault.package import Package, PackageContext
from protect.vault.sealing import ContentKey
from protect.vault.shards import SearchEntry
from protect.vault.tree import DataKey, Wrapped

from .cast import AMINA, ANCHOR, BEATA, COMPARTMENT_KEY, DIRECTORY_ANCHOR, ROOT, key, refused

HEADER = 18
ROW = ContentKey(key("content")).at("agency-a", "case-1", "identity", "case_compartment", "row-1")
PLACE = context("agency-a", "case-1", "attachment-1", 1)
DATA = DataKey(key("data"))
WRAPPED = COMPARTMENT_KEY.wrap("case-1", DATA)
BOX = dropbox.key_pair(COMPARTMENT_KEY)
INBOX = hpke.from_seed(key("inbox") * 3)
CURVE = hpke.from_seed(key("curve") * 3, hpke.X25519)
SENT_AS = PackageContext("referral-1", "agency-a", "agency-b", "service-1", "consent-1")
SENT = package.build({"sex": "F"}, INBOX.public, key("shred"), SENT_AS)
ENTRY = SearchEntry("case-1", "K-4821", ("ngoyi",), ("NK",), None)
REVOKED = Revocation("beata", "agency-a", BEATA.invitation.digest(), 1).signed(ROOT)
GRANT = make_grant(AMINA.identity, BEATA.certificate, COMPARTMENT_KEY, b"authorisation")
SEARCH = shards.search_key(COMPARTMENT_KEY)
STEP = ("s", "amina", "open", "2026-03-27T08:10:00+00:00")


class Kind(NamedTuple):
    blob: bytes
    open: Callable[[bytes], object]


def _chain(invitation: Invitation, certificate: Certificate) -> Certificate:
    return verify_chain(ANCHOR, ROOT.public, invitation, certificate)


KINDS = {
    "field": Kind(ROW.seal("sex", "CODE", "F", 1), lambda blob: ROW.open("sex", "CODE", blob)),
    "data key": Kind(WRAPPED.blob, lambda blob: COMPARTMENT_KEY.unwrap("case-1", Wrapped(blob, WRAPPED.commitment))),
    "commitment": Kind(WRAPPED.commitment, lambda blob: COMPARTMENT_KEY.unwrap("case-1", Wrapped(WRAPPED.blob, blob))),
    "box": Kind(seal_box(key("box"), b"", b"x"), lambda blob: open_box(key("box"), b"", blob)),
    "hpke": Kind(hpke.seal(INBOX.public, b"i", b"x"), lambda blob: hpke.open(INBOX.private, b"i", blob)),
    "hpke of curve only": Kind(hpke.seal(CURVE.public, b"i", b"x"), lambda blob: hpke.open(CURVE.private, b"i", blob)),
    "drop-box": Kind(
        dropbox.seal(BOX.public, "agency-a", "identity", "case-1", DATA.key),
        lambda blob: dropbox.open(BOX.private, "agency-a", "identity", "case-1", blob),
    ),
    "identity": Kind(
        seal_identity(key("master"), new_identity("amina", ANCHOR, DIRECTORY_ANCHOR)),
        lambda blob: open_identity(key("master"), "amina", blob),
    ),
    "master copy": Kind(
        keep_master(AMINA.identity, key("master")),
        lambda blob: master_of(AMINA.identity, blob),
    ),
    "slot": Kind(
        wrap_slot(key("slot"), "amina", "passphrase", key("master")),
        lambda blob: open_slot(key("slot"), "amina", "passphrase", blob),
    ),
    "session": Kind(
        session.wrap("token", b"server", "s", "amina", b"keys"),
        lambda blob: session.unwrap("token", b"server", "s", "amina", blob),
    ),
    "session step": Kind(
        session.wrap_step("token", b"server", key("step"), STEP, b"keys"),
        lambda blob: session.unwrap_step("token", b"server", key("step"), STEP, blob),
    ),
    "package": Kind(
        SENT.blob, lambda blob: package.open(Package(blob, SENT.wrapped_key), INBOX.private, key("shred"), SENT_AS)
    ),
    "package key": Kind(
        SENT.wrapped_key, lambda blob: package.open(Package(SENT.blob, blob), INBOX.private, key("shred"), SENT_AS)
    ),
    "shard": Kind(
        shards.seal_shard(SEARCH, "agency-a", "", 0, 1, [ENTRY]),
        lambda blob: shards.open_shard(SEARCH, "agency-a", "", 0, 1, blob),
    ),
    "attachment": Kind(
        b"".join(seal_stream(key("file"), PLACE, [b"scan"])), lambda blob: list(open_stream(key("file"), PLACE, [blob]))
    ),
    "invitation": Kind(
        BEATA.invitation.to_bytes(), lambda blob: _chain(Invitation.from_bytes(blob), BEATA.certificate)
    ),
    "certificate": Kind(
        BEATA.certificate.to_bytes(), lambda blob: _chain(BEATA.invitation, Certificate.from_bytes(blob))
    ),
    "revocation": Kind(
        REVOKED.to_bytes(), lambda blob: check_revocation(ANCHOR, ROOT.public, Revocation.from_bytes(blob))
    ),
    "grant": Kind(GRANT.to_bytes(), lambda blob: open_grant(BEATA.identity, Grant.from_bytes(blob), AMINA.certificate)),
    "key state": Kind(
        make_key_state(AMINA.identity, COMPARTMENT_KEY).to_bytes(),
        lambda blob: verify_key_state(KeyState.from_bytes(blob), AMINA.certificate),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def _flips(blob: bytes) -> Iterator[bytes]:
    for at in range(len(blob)):
        bits = range(8) if at < HEADER else (at % 8,)
        for bit in bits:
            yield blob[:at] + bytes([blob[at] ^ 1 << bit]) + blob[at + 1 :]


def _passed(kind: Kind, blobs: Iterator[bytes]) -> int:
    count = 0
    for blob in blobs:
        try:
            kind.open(blob)
        except CiphertextRejected:
            continue
        count += 1
    return count


def test_the_blob_itself_opens(kind: Kind) -> None:
    kind.open(kind.blob)


def test_every_flipped_bit_is_refused(kind: Kind) -> None:
    assert _passed(kind, _flips(kind.blob)) == 0


def test_every_truncation_is_refused(kind: Kind) -> None:
    assert _passed(kind, (kind.blob[:end] for end in range(len(kind.blob)))) == 0


def test_every_extension_is_refused(kind: Kind) -> None:
    assert _passed(kind, (kind.blob + more for more in (b"\0", b"\xff", bytes(64), kind.blob))) == 0


def test_every_other_kind_is_refused(kind: Kind) -> None:
    others = (other.blob for other in KINDS.values() if other.blob != kind.blob)
    assert _passed(kind, others) == 0


def test_an_exchanged_algorithm_byte_is_refused() -> None:
    blob = KINDS["field"].blob
    for algorithm in set(range(256)) - {1}:
        with refused():
            KINDS["field"].open(blob[:1] + bytes([algorithm]) + blob[2:])
