"""Identities at rest: made at enrolment, opened by a passphrase, never by the server alone."""

import secrets
import threading
from dataclasses import dataclass
from typing import Final, NamedTuple

from protect.vault import identity as identities
from protect.vault import passphrase
from protect.vault.errors import CiphertextRejected
from protect.vault.identity import Identity

__all__ = [
    "Identity",
    "LockedIdentity",
    "Stretched",
    "lock",
    "matches",
    "new_passphrase",
    "new_salt",
    "stretch",
    "unlock",
    "unlock_master",
]

PASSPHRASE_SLOT: Final = "passphrase"  # noqa: S105 -- the name of the slot
SALT_BYTES: Final = 16
# 64 MiB each: a burst of attempts must not take the machine's memory.
_TURNS: Final = threading.BoundedSemaphore(4)


class Stretched(NamedTuple):
    """What one passphrase becomes for one user."""

    verifier: bytes
    slot_key: bytes


@dataclass(frozen=True)
class LockedIdentity:
    """What is stored of an identity: it opens with the passphrase and the server's pepper together."""

    salt: bytes
    verifier_hash: bytes
    slot: bytes
    identity: bytes


def new_passphrase(language: str) -> str:
    """Six random words."""
    return passphrase.generate(language)


def new_salt() -> bytes:
    """A fresh salt."""
    return secrets.token_bytes(SALT_BYTES)


def stretch(typed: str, salt: bytes, pepper: bytes, user_id: str) -> Stretched:
    """Exactly one Argon2id of the typed passphrase, split into verifier and slot key."""
    with _TURNS:
        root = passphrase.stretch(typed, salt)
    return Stretched(*passphrase.split(root, pepper, user_id))


def matches(stretched: Stretched, verifier_hash: bytes) -> bool:
    """Whether this is the passphrase whose verifier was stored; takes the same time either way."""
    try:
        passphrase.check_verifier(stretched.verifier, verifier_hash)
    except CiphertextRejected:
        return False
    return True


def lock(identity: Identity, typed: str, pepper: bytes) -> LockedIdentity:
    """The identity as it is stored, under a fresh master key in the passphrase's slot."""
    salt, master = new_salt(), identities.new_master()
    stretched = stretch(typed, salt, pepper, identity.user_id)
    return LockedIdentity(
        salt,
        passphrase.verifier_hash(stretched.verifier),
        identities.wrap_slot(stretched.slot_key, identity.user_id, PASSPHRASE_SLOT, master),
        identities.seal_identity(master, identity),
    )


def unlock_master(slot: bytes, stretched: Stretched, user_id: str) -> bytes:
    """The user master key; CiphertextRejected if the slot was touched."""
    return identities.open_slot(stretched.slot_key, user_id, PASSPHRASE_SLOT, slot)


def unlock(slot: bytes, sealed: bytes, stretched: Stretched, user_id: str) -> Identity:
    """The identity of this user; CiphertextRejected if slot or identity were touched."""
    return identities.open_identity(unlock_master(slot, stretched, user_id), user_id, sealed)
