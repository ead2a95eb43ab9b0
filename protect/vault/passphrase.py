"""Passphrases: generated words, one Argon2id, and the two keys that its root becomes."""

import hashlib
import hmac
import secrets
import unicodedata
from functools import cache
from importlib.resources import files

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw

from protect.vault.derivation import derive, require_key
from protect.vault.encoding import encoded
from protect.vault.errors import CiphertextRejected, Reason

LANGUAGES = ("fr", "en")
WORDS = 6
LIST_SIZE = 7776
TIME_COST = 3
MEMORY_KIB = 65536
LANES = 4
_SPELLED_OUT = str.maketrans({"œ": "oe", "æ": "ae", "\u2019": "'"})


@cache
def word_list(language: str) -> tuple[str, ...]:
    """Return the word list of a language, 7,776 different words or more."""
    if language not in LANGUAGES:
        raise CiphertextRejected(Reason.INPUT)
    found = (files("protect.vault") / f"words_{language}.txt").read_text("utf-8").split()
    if len(set(found)) != len(found) or len(found) < LIST_SIZE:
        raise CiphertextRejected(Reason.INPUT)
    return tuple(found)


def generate(language: str = "fr", words: int = WORDS) -> str:
    """Return a passphrase of random words, 12.9 bits each."""
    choices = word_list(language)
    return " ".join(secrets.choice(choices) for _ in range(words))


def normalise(passphrase: str) -> str:
    """Return what is stretched: no accents, lower case, single spaces, however it was typed."""
    compatible = unicodedata.normalize("NFKC", passphrase).lower().translate(_SPELLED_OUT)
    letters = unicodedata.normalize("NFD", compatible)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", plain).split())


def stretch(passphrase: str, salt: bytes) -> bytes:
    """Return the root of a passphrase: exactly one Argon2id of 64 MiB, 3 passes, 4 lanes."""
    secret = encoded(normalise(passphrase))
    try:
        return hash_secret_raw(secret, salt, TIME_COST, MEMORY_KIB, LANES, 32, Type.ID)
    except HashingError:
        raise CiphertextRejected(Reason.INPUT) from None


def split(root: bytes, pepper: bytes, user_id: str) -> tuple[bytes, bytes]:
    """Return the verifier, of which only `verifier_hash` is stored, and the slot key, which is never stored."""
    require_key(root)
    return derive(root, "verifier.v1", user_id, salt=pepper), derive(root, "slot.v1", user_id, salt=pepper)


def verifier_hash(verifier: bytes) -> bytes:
    """Return what the account row stores of a verifier."""
    return hashlib.sha256(verifier).digest()


def check_verifier(verifier: bytes, stored: bytes) -> None:
    """Refuse a verifier that is not the one whose hash was stored."""
    if not hmac.compare_digest(verifier_hash(verifier), stored):
        raise CiphertextRejected(Reason.VERIFIER)
