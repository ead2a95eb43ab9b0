"""The people of the tests: an agency root, members who enrolled, and an assertion for what must be refused."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from protect.vault.agency import directory_anchor
from protect.vault.certificate import Certificate, Chain, Invitation, anchor_of, certify, enrol_key, new_code
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.identity import Identity, new_identity
from protect.vault.signing import SigningKey
from protect.vault.tree import CompartmentKey

FAR = 4_000_000_000


def key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


ROOT = SigningKey(key("root"))
ANCHOR = anchor_of(ROOT.public)
DIRECTORY = SigningKey(key("directory"))
DIRECTORY_ANCHOR = directory_anchor(DIRECTORY.public)
COMPARTMENT_KEY = CompartmentKey(key("compartment"), "agency-a", "identity", 1)


class Member(NamedTuple):
    identity: Identity
    invitation: Invitation
    certificate: Certificate

    @property
    def chain(self) -> Chain:
        return Chain(self.invitation, self.certificate)


def invite(user_id: str, code: str, kinds: tuple[str, ...] = (), signer: SigningKey = ROOT) -> Invitation:
    public = enrol_key(code).public
    return Invitation(user_id, "agency-a", "officer", "unit-1", kinds, public, FAR).signed(signer)


def enrol(user_id: str, kinds: tuple[str, ...] = (), signer: SigningKey = ROOT) -> Member:
    code = new_code()
    invitation = invite(user_id, code, kinds, signer)
    identity = new_identity(user_id, ANCHOR, DIRECTORY_ANCHOR)
    return Member(identity, invitation, certify(enrol_key(code), invitation, identity, 1))


AMINA = enrol("amina", ("registrar",))
BEATA = enrol("beata")


@contextmanager
def refused(reason: Reason | None = None) -> Iterator[None]:
    with pytest.raises(CiphertextRejected) as caught:
        yield
    assert str(caught.value) == "rejected"
    assert reason in (None, caught.value.reason)
