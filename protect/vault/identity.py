"""What a person is to the vault: two private keys and a pinned anchor, sealed under a master key with several slots."""

from dataclasses import dataclass, field, replace

from protect.vault import hpke
from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive, new_key, require_key
from protect.vault.encoding import lp, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.signing import SigningKey
from protect.vault.wrapping import WRAPPED_BYTES, Wrapped, unwrap_key, wrap_key

_LABEL = "identity.v1"
_SLOT_LABEL = "masterslot.v1"
_COPY_LABEL = "mastercopy.v1"
_SLOT_FORMAT = b"\x01"
_PARTS = 5


@dataclass(frozen=True, eq=False)
class Identity:
    """A person's private keys, the two anchors that trust starts from, and the last checkpoint of the trail they saw.

    `anchor` pins the root of the person's own agency, `directory` the root that vouches for the other agencies.
    """

    user_id: str
    hpke: KeyPair = field(repr=False)
    signing: SigningKey = field(repr=False)
    anchor: bytes
    directory: bytes
    checkpoint: bytes = b""

    def with_checkpoint(self, checkpoint: bytes) -> "Identity":
        """Return the same person, who has now seen this checkpoint."""
        return replace(self, checkpoint=checkpoint)


def new_identity(user_id: str, anchor: bytes, directory: bytes) -> Identity:
    """Return fresh keys for a person who enrols under these anchors."""
    return Identity(user_id, hpke.generate(), SigningKey.generate(), require_key(anchor), require_key(directory))


def seal_identity(master_key: bytes, identity: Identity) -> bytes:
    """Return the identity sealed under the master key of its owner."""
    parts = (identity.hpke.private, identity.signing.private, identity.anchor, identity.directory, identity.checkpoint)
    return seal_box(_identity_key(master_key), lp(_LABEL, identity.user_id), lp(*parts))


def open_identity(master_key: bytes, user_id: str, blob: bytes) -> Identity:
    """Return the identity of exactly this user, else refuse."""
    parts = unlp(open_box(_identity_key(master_key), lp(_LABEL, user_id), blob))
    if len(parts) != _PARTS:
        raise CiphertextRejected(Reason.FORMAT)
    private, signing, anchor, directory, checkpoint = parts
    return Identity(user_id, hpke.from_private(private), SigningKey(signing), anchor, directory, checkpoint)


def new_master() -> bytes:
    """Return the fresh master key of a user."""
    return new_key()


def wrap_slot(slot_key: bytes, user_id: str, slot: str, master: bytes) -> bytes:
    """Return the master key wrapped for one slot: format byte, AES-KW blob, commitment."""
    wrapped = wrap_key(slot_key, master, _SLOT_LABEL, user_id, slot)
    return _SLOT_FORMAT + wrapped.blob + wrapped.commitment


def open_slot(slot_key: bytes, user_id: str, slot: str, blob: bytes) -> bytes:
    """Return the master key of exactly this user and slot, else refuse."""
    if blob[:1] != _SLOT_FORMAT:
        raise CiphertextRejected(Reason.VERSION)
    wrapped = Wrapped(blob[1 : 1 + WRAPPED_BYTES], blob[1 + WRAPPED_BYTES :])
    return unwrap_key(slot_key, wrapped, _SLOT_LABEL, user_id, slot)


def passkey_key(secret: bytes, user_id: str) -> bytes:
    """Return the slot key that the secret of a passkey (its PRF output) makes for this user."""
    return derive(require_key(secret), "prf.v1", user_id)


def keep_master(identity: Identity, master: bytes) -> bytes:
    """Return the master key sealed under the private half of the identity that it opens, so that a slot can be added.

    It tells nobody more: whoever has that half has all that the master key protects.
    """
    return seal_box(_copy_key(identity), lp(_COPY_LABEL, identity.user_id), require_key(master))


def master_of(identity: Identity, blob: bytes) -> bytes:
    """Return the master key that was kept under exactly this identity, else refuse."""
    return require_key(open_box(_copy_key(identity), lp(_COPY_LABEL, identity.user_id), blob))


def _copy_key(identity: Identity) -> bytes:
    return derive(identity.hpke.private, _COPY_LABEL, identity.user_id)


def _identity_key(master_key: bytes) -> bytes:
    return derive(require_key(master_key), "identitykey.v1")
