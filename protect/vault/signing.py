"""Ed25519 signatures over labelled statements, and over the text notes that witnesses read."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protect.vault.derivation import new_key, require_key
from protect.vault.encoding import encoded, lp
from protect.vault.errors import CiphertextRejected, Reason


class SigningKey:
    """An Ed25519 private key; it signs statements under a label, so that no signature serves two purposes."""

    __slots__ = ("_key", "private", "public")

    def __init__(self, private: bytes) -> None:
        """Take the 32 bytes of the private key."""
        self._key = Ed25519PrivateKey.from_private_bytes(require_key(private))
        self.private = private
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> "SigningKey":
        """Return a fresh key."""
        return cls(new_key())

    @classmethod
    def from_bytes(cls, private: bytes) -> "SigningKey":
        """Return the key of these 32 private bytes."""
        return cls(private)

    def sign(self, label: str, *parts: bytes | str) -> bytes:
        """Return the signature over `lp(label, *parts)`."""
        return self._key.sign(lp(label, *parts))

    def sign_note(self, note: str) -> bytes:
        """Return the signature over a printable note (C2SP checkpoint), which no labelled statement can equal."""
        return self._key.sign(_note_bytes(note))


def verify(public: bytes, signature: bytes, label: str, *parts: bytes | str) -> None:
    """Refuse a signature that this key did not make over exactly this labelled statement."""
    _verify(public, signature, lp(label, *parts))


def verify_note(public: bytes, signature: bytes, note: str) -> None:
    """Refuse a signature that this key did not make over exactly this note."""
    _verify(public, signature, _note_bytes(note))


def _verify(public: bytes, signature: bytes, message: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise CiphertextRejected(Reason.SIGNATURE) from None


def _note_bytes(note: str) -> bytes:
    # A statement starts with the zero byte of a length; a note must start with a printable character.
    if not note[:1].isprintable() or not note:
        raise CiphertextRejected(Reason.INPUT)
    return encoded(note)
