"""Sealing to a public key (RFC 9180): ML-KEM-768 with X25519 first, X25519 alone where the library has no ML-KEM.

Nothing here says who sealed: authenticity always comes from a signature or from the key that wraps the result.
"""

import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from protect.vault.errors import CiphertextRejected, Reason

MLKEM768_X25519 = 1
X25519 = 2
SEED_BYTES = 96
_MLKEM_SEED_BYTES = 64
_MLKEM_PUBLIC_BYTES = 1184
_LENGTHS = {MLKEM768_X25519: (1 + 96, 1 + 1216), X25519: (1 + 32, 1 + 32)}
_KEMS = {MLKEM768_X25519: KEM.MLKEM768_X25519, X25519: KEM.X25519}

_Private = MLKEM768X25519PrivateKey | X25519PrivateKey
_Public = MLKEM768X25519PublicKey | X25519PublicKey


class KeyPair(NamedTuple):
    """Both halves of a key pair; the first byte of each names the algorithm."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        """Show the length of the public half only."""
        return f"KeyPair(public={len(self.public)} bytes)"


def generate() -> KeyPair:
    """Return a fresh key pair of the best algorithm the library has."""
    return from_seed(secrets.token_bytes(SEED_BYTES))


def from_seed(seed: bytes, algorithm: int | None = None) -> KeyPair:
    """Return the key pair that 96 seed bytes give: 64 for ML-KEM-768, 32 for X25519."""
    if len(seed) != SEED_BYTES:
        raise CiphertextRejected(Reason.LENGTH)
    chosen = algorithm or _best_algorithm()
    return from_private(bytes([chosen]) + (seed if chosen == MLKEM768_X25519 else seed[_MLKEM_SEED_BYTES:]))


def from_private(private: bytes) -> KeyPair:
    """Return the key pair of a private half."""
    _algorithm(private, half=0)
    curve = X25519PrivateKey.from_private_bytes(private[-32:]).public_key().public_bytes_raw()
    if private[0] == X25519:
        return KeyPair(private, private[:1] + curve)
    lattice = _mlkem(private[1:-32]).public_key().public_bytes_raw()
    return KeyPair(private, private[:1] + lattice + curve)


def seal(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Return the algorithm byte and the HPKE message that only the private half opens, and only with the same info."""
    algorithm = _algorithm(public, half=1)
    try:
        return public[:1] + _suite(algorithm).encrypt(plaintext, _public_key(public), info)
    except ValueError:
        raise CiphertextRejected(Reason.INPUT) from None


def open(private: bytes, info: bytes, blob: bytes) -> bytes:  # noqa: A001 - seal and open are the words of the house
    """Return what was sealed to this key with exactly this info, else refuse."""
    algorithm = _algorithm(private, half=0)
    if blob[:1] != private[:1]:
        raise CiphertextRejected(Reason.ALGORITHM)
    try:
        return _suite(algorithm).decrypt(blob[1:], _private_key(private), info)
    except (InvalidTag, ValueError):
        raise CiphertextRejected(Reason.TAG) from None


def check_public(public: bytes) -> None:
    """Refuse bytes that are no public key."""
    _algorithm(public, half=1)
    try:
        _public_key(public)
    except ValueError:
        raise CiphertextRejected(Reason.FORMAT) from None


def _suite(algorithm: int) -> Suite:
    return Suite(_KEMS[algorithm], KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _algorithm(key: bytes, half: int) -> int:
    lengths = _LENGTHS.get(key[0]) if key else None
    if lengths is None:
        raise CiphertextRejected(Reason.ALGORITHM)
    if len(key) != lengths[half]:
        raise CiphertextRejected(Reason.LENGTH)
    return key[0]


def _private_key(private: bytes) -> _Private:
    curve = X25519PrivateKey.from_private_bytes(private[-32:])
    return curve if private[0] == X25519 else MLKEM768X25519PrivateKey(_mlkem(private[1:-32]), curve)


def _public_key(public: bytes) -> _Public:
    curve = X25519PublicKey.from_public_bytes(public[-32:])
    if public[0] == X25519:
        return curve
    try:
        lattice = MLKEM768PublicKey.from_public_bytes(public[1 : 1 + _MLKEM_PUBLIC_BYTES])
    except UnsupportedAlgorithm:
        raise CiphertextRejected(Reason.ALGORITHM) from None
    return MLKEM768X25519PublicKey(lattice, curve)


def _mlkem(seed: bytes) -> MLKEM768PrivateKey:
    try:
        return MLKEM768PrivateKey.from_seed_bytes(seed)
    except UnsupportedAlgorithm:
        raise CiphertextRejected(Reason.ALGORITHM) from None


def _best_algorithm() -> int:
    try:
        MLKEM768PrivateKey.from_seed_bytes(bytes(_MLKEM_SEED_BYTES))
    except UnsupportedAlgorithm:
        return X25519
    return MLKEM768_X25519
