"""Identities at rest: made at enrolment, opened by a passphrase, never by the server alone."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from protect.vault import identity as identities
from protect.vault import passphrase
from protect.vault.derivation import digest
from protect.vault.errors import CiphertextRejected
from protect.vault.identity import Identity

__all__ = [
    "Identity",
    "LockedIdentity",
    "Relocked",
    "SlotKeys",
    "Stretched",
    "lock",
    "matches",
    "new_passphrase",
    "new_salt",
    "pepper_id",
    "relock",
    "renewed",
    "stretch",
    "unlock",
    "unlock_master",
]

PASSPHRASE_SLOT: Final = "passphrase"  # noqa: S105 -- the name of the slot
SALT_BYTES: Final = 16
PEPPERED: Final = b"\x02"  # a slot that says which pepper it needs; the vault's own slots begin with 1
PEPPER_ID_BYTES: Final = 4
# 64 MiB each: a burst of attempts must not take the machine's memory.
_TURNS: Final = threading.BoundedSemaphore(4)


class SlotKeys(NamedTuple):
    """What one passphrase becomes for one user under one pepper, which `mark` names."""

    mark: bytes
    verifier: bytes
    slot_key: bytes


class Stretched(NamedTuple):
    """What one passphrase becomes for one user: under each pepper that is still here, the one in use first."""

    keys: tuple[SlotKeys, ...]

    @property
    def current(self) -> SlotKeys:
        """Under the pepper in use."""
        return self.keys[0]


class Renewed(NamedTuple):
    """What is stored in place of what a former pepper made."""

    verifier_hash: bytes
    slot: bytes


@dataclass(frozen=True)
class Relocked:
    """What is stored of a passphrase: the user master key opens with it and the server's pepper together."""

    salt: bytes
    verifier_hash: bytes
    slot: bytes


@dataclass(frozen=True)
class LockedIdentity:
    """What is stored of an identity: sealed under a master key, which a passphrase or any other slot opens."""

    passphrase: Relocked
    identity: bytes
    master: bytes


def new_passphrase(language: str) -> str:
    """Six random words."""
    return passphrase.generate(language)


def new_salt() -> bytes:
    """A fresh salt."""
    return secrets.token_bytes(SALT_BYTES)


def pepper_id(pepper: bytes) -> bytes:
    """What a slot says of the pepper it needs. It tells nothing else of it."""
    return PEPPERED + digest("pepper-id.v1", pepper)[:PEPPER_ID_BYTES]


def stretch(typed: str, salt: bytes, peppers: Sequence[bytes], user_id: str) -> Stretched:
    """Exactly one Argon2id of the typed passphrase, split into verifier and slot key once for each pepper."""
    with _TURNS:
        root = passphrase.stretch(typed, salt)
    return Stretched(tuple(SlotKeys(pepper_id(one), *passphrase.split(root, one, user_id)) for one in peppers))


def matches(stretched: Stretched, verifier_hash: bytes) -> bool:
    """Whether this is the passphrase whose verifier was stored, under any pepper; takes the same time either way."""
    return sum(_matches(keys, verifier_hash) for keys in stretched.keys) > 0  # a sum: every one is tried


def lock(identity: Identity, typed: str, pepper: bytes) -> tuple[LockedIdentity, bytes]:
    """The identity as it is stored, under a fresh master key in the passphrase's slot; and that key, for more slots."""
    master = identities.new_master()
    sealed, copy = identities.seal_identity(master, identity), identities.keep_master(identity, master)
    return LockedIdentity(relock(master, identity.user_id, typed, pepper), sealed, copy), master


def relock(master: bytes, user_id: str, typed: str, pepper: bytes) -> Relocked:
    """The slot of a new passphrase."""
    salt = new_salt()
    return Relocked(salt, *_slot(stretch(typed, salt, (pepper,), user_id), user_id, master))


def unlock_master(slot: bytes, stretched: Stretched, user_id: str) -> bytes:
    """The master key, under the pepper that the slot names and no other; CiphertextRejected else.

    A slot of before peppers had names opens under whichever it is.
    """
    for mark, _verifier, slot_key in stretched.keys:
        if slot.startswith(mark):
            return identities.open_slot(slot_key, user_id, PASSPHRASE_SLOT, slot[len(mark) :])
    *former, last = stretched.keys
    for keys in former:
        try:
            return identities.open_slot(keys.slot_key, user_id, PASSPHRASE_SLOT, slot)
        except CiphertextRejected:
            continue
    return identities.open_slot(last.slot_key, user_id, PASSPHRASE_SLOT, slot)


def unlock(master: bytes, sealed: bytes, user_id: str) -> Identity:
    """The identity of this user; CiphertextRejected if it was touched."""
    return identities.open_identity(master, user_id, sealed)


def renewed(slot: bytes, stretched: Stretched, user_id: str) -> Renewed | None:
    """What to store once a passphrase was right and its slot hangs on a former pepper; None where it does not.

    The salt and the sealed identity stay as they are.
    """
    if slot.startswith(stretched.current.mark):
        return None
    return _slot(stretched, user_id, unlock_master(slot, stretched, user_id))


def _slot(stretched: Stretched, user_id: str, master: bytes) -> Renewed:
    mark, verifier, slot_key = stretched.current
    wrapped = identities.wrap_slot(slot_key, user_id, PASSPHRASE_SLOT, master)
    return Renewed(passphrase.verifier_hash(verifier), mark + wrapped)


def _matches(keys: SlotKeys, verifier_hash: bytes) -> bool:
    try:
        passphrase.check_verifier(keys.verifier, verifier_hash)
    except CiphertextRejected:
        return False
    return True
