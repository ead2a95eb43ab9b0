"""The way back when the last holder of a key is lost: copies that only the custodians together can open.

The seed of the recovery key exists at the ceremony and inside the shares, nowhere else. What comes out of a recovery is
signed by the agency's root, which is sealed to the same key. It decides nothing about which key is the right one: that
stands in the key state, which a holder signed.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from protect.vault import hpke
from protect.vault.certificate import Certificate, anchor_of, six_words
from protect.vault.derivation import digest, expand, new_key, require_key
from protect.vault.encoding import lp, u32
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import Grant
from protect.vault.hpke import KeyPair
from protect.vault.identity import Identity
from protect.vault.signing import SigningKey
from protect.vault.statement import Statement
from protect.vault.tree import CompartmentKey, verify_commitment

ROOT_ID: Final = "agency-root"
"""Who supplies in a recovery: the root of the agency, which is no member."""
_PAIR: Final = "recoverypair.v1"
_ROOT: Final = "recoveryroot.v1"

__all__ = [
    "ROOT_ID",
    "RecoveryAcceptance",
    "RecoveryCopy",
    "RecoveryKey",
    "accept",
    "control_words",
    "found_key",
    "key_pair",
    "make_copy",
    "new_key",
    "open_copy",
    "open_root",
    "open_root_grant",
    "root_grant",
    "verify_copy",
    "verify_key",
]


@dataclass(frozen=True)
class RecoveryKey(Statement):
    """The public half of an agency's recovery key with the agency's root sealed to it; signed by that root."""

    LABEL: ClassVar[str] = "recoverykey.v1"
    agency: str
    number: int
    public: bytes
    root: bytes


@dataclass(frozen=True)
class RecoveryCopy(Statement):
    """A compartment key sealed to the recovery key of its agency, signed by a holder."""

    LABEL: ClassVar[str] = "recoverycopy.v1"
    agency: str
    compartment: str
    version: int
    recovery: bytes
    holder_id: str
    commitment: bytes
    blob: bytes

    def info(self) -> bytes:
        """Return the context the key is sealed for."""
        return lp(self.LABEL, self.agency, self.compartment, u32(self.version), self.recovery)


@dataclass(frozen=True)
class RecoveryAcceptance(Statement):
    """That a holder compared the six words of a recovery key and wants copies made for it; signed by the holder."""

    LABEL: ClassVar[str] = "recoveryaccepted.v1"
    agency: str
    user_id: str
    recovery: bytes


def control_words(key: RecoveryKey, language: str = "fr") -> str:
    """Return the six words that stand on every sheet of a ceremony, 77 bits."""
    return six_words(digest("recoverywords.v1", key.digest()), language)


def accept(holder: Identity, key: RecoveryKey) -> RecoveryAcceptance:
    """Return the holder's acceptance of a recovery key that the holder has verified."""
    return RecoveryAcceptance(key.agency, holder.user_id, key.digest()).signed(holder.signing)


def key_pair(seed: bytes, agency: str) -> KeyPair:
    """Return the recovery key pair of an agency that the custodians' secret gives."""
    return hpke.from_seed(expand(require_key(seed), hpke.SEED_BYTES, _PAIR, agency))


def found_key(seed: bytes, agency: str, number: int, root: SigningKey) -> RecoveryKey:
    """Return the agency's recovery key number `number`, with the root sealed to it and signed by it."""
    public = key_pair(seed, agency).public
    sealed = hpke.seal(public, lp(_ROOT, agency, u32(number)), root.private)
    return RecoveryKey(agency, number, public, sealed).signed(root)


def verify_key(anchor: bytes, root_public: bytes, key: RecoveryKey) -> RecoveryKey:
    """Return the recovery key when the root behind this anchor signed it, else refuse."""
    if anchor_of(root_public) != anchor:
        raise CiphertextRejected(Reason.ANCHOR)
    hpke.check_public(key.public)
    return key.check(root_public)


def make_copy(holder: Identity, key: CompartmentKey, recovery: RecoveryKey) -> RecoveryCopy:
    """Return the copy that a holder makes of a compartment key for a recovery key the holder has verified."""
    if key.agency != recovery.agency:
        raise CiphertextRejected(Reason.CONTEXT)
    empty = RecoveryCopy(key.agency, key.name, key.version, recovery.digest(), holder.user_id, key.commitment, b"")
    return replace(empty, blob=hpke.seal(recovery.public, empty.info(), key.key)).signed(holder.signing)


def verify_copy(copy: RecoveryCopy, holder: Certificate) -> RecoveryCopy:
    """Return the copy when this holder, whose chain the caller has verified, signed it; else refuse."""
    if (holder.user_id, holder.agency_id) != (copy.holder_id, copy.agency):
        raise CiphertextRejected(Reason.CONTEXT)
    return copy.check(holder.sign_public)


def open_copy(pair: KeyPair, recovery: RecoveryKey, copy: RecoveryCopy) -> CompartmentKey:
    """Return the compartment key of a copy made for this recovery key, else refuse."""
    if copy.recovery != recovery.digest() or copy.agency != recovery.agency:
        raise CiphertextRejected(Reason.CONTEXT)
    key = hpke.open(pair.private, copy.info(), copy.blob)
    verify_commitment(key, copy.commitment)
    return CompartmentKey(key, copy.agency, copy.compartment, copy.version)


def open_root(pair: KeyPair, recovery: RecoveryKey) -> SigningKey:
    """Return the agency's root, which must be the one that signed this recovery key."""
    private = hpke.open(pair.private, lp(_ROOT, recovery.agency, u32(recovery.number)), recovery.root)
    root = SigningKey(private)
    recovery.check(root.public)
    return root


def root_grant(root: SigningKey, recipient: Certificate, key: CompartmentKey, authorisation: bytes) -> Grant:
    """Return a recovered key for a member, supplied by the agency's root; `authorisation` says who stands for it."""
    empty = Grant(
        key.agency,
        key.name,
        key.version,
        recipient.user_id,
        ROOT_ID,
        recipient.digest(),
        authorisation,
        key.commitment,
        b"",
    )
    return replace(empty, blob=hpke.seal(recipient.hpke_public, empty.info(), key.key)).signed(root)


def open_root_grant(identity: Identity, root_public: bytes, grant: Grant) -> CompartmentKey:
    """Return the key that the root behind the identity's own anchor supplied to it, else refuse."""
    if anchor_of(root_public) != identity.anchor:
        raise CiphertextRejected(Reason.ANCHOR)
    if (grant.recipient_id, grant.supplier_id) != (identity.user_id, ROOT_ID):
        raise CiphertextRejected(Reason.CONTEXT)
    grant.check(root_public)
    key = hpke.open(identity.hpke.private, grant.info(), grant.blob)
    verify_commitment(key, grant.commitment)
    return CompartmentKey(key, grant.agency, grant.compartment, grant.version)
