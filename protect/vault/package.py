"""Disclosure packages: consented fields under a fresh key, sealed to the receiving inbox, then to a key to shred."""

from collections.abc import Mapping
from typing import NamedTuple

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from protect.vault import hpke
from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive, new_key, require_key
from protect.vault.encoding import lp, text, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.wrapping import commitment, verify_commitment

BUCKET = 1024
_LABEL = "package.v1"
_FORMAT = b"\x01"
_COMMITMENT_END = 33


class PackageContext(NamedTuple):
    """What a package is bound to: one referral between two agencies, for one service, under one consent and its end."""

    referral_id: str
    from_agency: str
    to_agency: str
    service_id: str
    consent_id: str
    valid_until: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """What is bound; a consent without an end binds one part less, so that neither passes for the other."""
        return tuple(self) if self.valid_until else tuple(self)[:-1]


class Package(NamedTuple):
    """The sealed fields, and their key: format byte, commitment, AES-KWP(shred key, HPKE(inbox, key))."""

    blob: bytes
    wrapped_key: bytes


def build(fields: Mapping[str, str], inbox_public: bytes, shred_key: bytes, context: PackageContext) -> Package:
    """Return the package that opens with both the inbox key and the shred key, in this context only."""
    bound = _bound(context)
    key = new_key()
    pairs = [lp(name, value) for name, value in sorted(fields.items())]
    inner = hpke.seal(inbox_public, bound, key)
    outer = aes_key_wrap_with_padding(_shred_wrapping(shred_key, context), inner)
    return Package(seal_box(key, bound, lp(*pairs), BUCKET), _FORMAT + commitment(key) + outer)


def open(  # noqa: A001 - seal and open are the words of the house
    package: Package, inbox_private: bytes, shred_key: bytes, context: PackageContext
) -> dict[str, str]:
    """Return the fields of a package of exactly this context, else refuse."""
    key = _unwrapped(package.wrapped_key, inbox_private, shred_key, context)
    return dict(_pair(pair) for pair in unlp(open_box(key, _bound(context), package.blob, BUCKET)))


def take_over(
    wrapped_key: bytes, inbox_private: bytes, new_public: bytes, shred_key: bytes, context: PackageContext
) -> bytes:
    """Return the key of a package sealed to the next inbox key, under the same shred key and for the same context."""
    key = _unwrapped(wrapped_key, inbox_private, shred_key, context)
    inner = hpke.seal(new_public, _bound(context), key)
    outer = aes_key_wrap_with_padding(_shred_wrapping(shred_key, context), inner)
    return wrapped_key[:_COMMITMENT_END] + outer


def _bound(context: PackageContext) -> bytes:
    return lp(_LABEL, *context.parts)


def _unwrapped(wrapped_key: bytes, inbox_private: bytes, shred_key: bytes, context: PackageContext) -> bytes:
    if wrapped_key[:1] != _FORMAT:
        raise CiphertextRejected(Reason.VERSION)
    try:
        inner = aes_key_unwrap_with_padding(_shred_wrapping(shred_key, context), wrapped_key[_COMMITMENT_END:])
    except InvalidUnwrap:
        raise CiphertextRejected(Reason.TAG) from None
    key = hpke.open(inbox_private, _bound(context), inner)
    verify_commitment(key, wrapped_key[1:_COMMITMENT_END])
    return key


def _pair(pair: bytes) -> tuple[str, str]:
    match unlp(pair):
        case (name, value):
            return text(name), text(value)
    raise CiphertextRejected(Reason.FORMAT)


def _shred_wrapping(shred_key: bytes, context: PackageContext) -> bytes:
    return derive(require_key(shred_key), "shred.v1", *context.parts)
