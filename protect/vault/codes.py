"""One-time codes of 128 bits in Crockford's base 32: written on paper, read aloud, typed with mistakes forgiven."""

import secrets
from itertools import pairwise

from protect.vault.derivation import derive
from protect.vault.errors import CiphertextRejected, Reason

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_LETTERS = 26
_BITS = 128
_GROUPS = (5, 10, 15, 20)
_IGNORED = str.maketrans("", "", "- \t\r\n")


def new_code() -> str:
    """Return a random code: 26 letters in five groups."""
    return write_code(secrets.token_bytes(_BITS // 8))


def write_code(entropy: bytes) -> str:
    """Return the letters of 16 bytes."""
    number = int.from_bytes(entropy, "big")
    letters = "".join(_ALPHABET[number >> 5 * at & 31] for at in reversed(range(_LETTERS)))
    edges = (0, *_GROUPS, _LETTERS)
    return "-".join(letters[start:end] for start, end in pairwise(edges))


def read_code(code: str) -> bytes:
    """Return the 16 bytes of a code as typed: case, dashes and spaces are free, O is 0, I and L are 1."""
    letters = code.upper().translate(_IGNORED)
    if len(letters) != _LETTERS or any(letter not in _VALUES for letter in letters):
        raise CiphertextRejected(Reason.INPUT)
    number = 0
    for letter in letters:
        number = number << 5 | _VALUES[letter]
    if number >> _BITS:
        raise CiphertextRejected(Reason.INPUT)
    return number.to_bytes(_BITS // 8, "big")


def recovery_key(code: str, user_id: str) -> bytes:
    """Return the slot key of a recovery code of this user."""
    return derive(read_code(code), "recovery.v1", user_id)


def recovery_check(code: str, user_id: str) -> bytes:
    """Return by what a recovery code of this user is recognised; it says nothing of the slot key."""
    return derive(read_code(code), "recovery-check.v1", user_id)
