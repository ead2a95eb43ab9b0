"""From the pinned anchor to a member's public keys: invitation, certificate, revocation, and the chain between them.

No registrar and no root key is on-line when a member enrols, yet no unsigned public key is ever accepted: the
invitation, signed beforehand, names an enrolment key that only the one-time code derives, and that key signs the
member's certificate.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from protect.vault import codes, hpke
from protect.vault.codes import new_code
from protect.vault.derivation import derive, digest
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.identity import Identity
from protect.vault.passphrase import WORDS, word_list
from protect.vault.signing import SigningKey
from protect.vault.statement import Statement

REGISTRAR = "registrar"

__all__ = [
    "REGISTRAR",
    "Certificate",
    "Chain",
    "Invitation",
    "Revocation",
    "anchor_of",
    "certify",
    "check_current",
    "check_revocation",
    "enrol_key",
    "fingerprint",
    "new_code",
    "six_words",
    "verify_chain",
]


@dataclass(frozen=True)
class Invitation(Statement):
    """Who may enrol as what, until when (Unix seconds); signed by the agency root or by a registrar.

    The statement does not name its signer: before a registrar is revoked, root or another registrar signs again what
    must stand, and no certificate changes. `kinds` holds "registrar" for a person who may sign invitations.
    """

    LABEL: ClassVar[str] = "invitation.v1"
    user_id: str
    agency_id: str
    role: str
    unit_id: str
    kinds: tuple[str, ...]
    enrol_public: bytes
    expires: int


@dataclass(frozen=True)
class Certificate(Statement):
    """A member's public keys, signed by the enrolment key of the invitation."""

    LABEL: ClassVar[str] = "certificate.v1"
    user_id: str
    agency_id: str
    role: str
    unit_id: str
    hpke_public: bytes
    sign_public: bytes
    epoch: int


@dataclass(frozen=True)
class Revocation(Statement):
    """The end of everything enrolled under one invitation (its digest), from a moment on (Unix seconds)."""

    LABEL: ClassVar[str] = "revocation.v1"
    user_id: str
    agency_id: str
    invitation: bytes
    since: int


class Chain(NamedTuple):
    """A member's invitation and certificate, unproven until `verify_chain`."""

    invitation: Invitation
    certificate: Certificate


def anchor_of(root_public: bytes) -> bytes:
    """Return the anchor of an agency root, pinned inside every identity of the agency."""
    return digest("anchor.v1", root_public)


def enrol_key(code: str) -> SigningKey:
    """Return the enrolment key of a one-time code."""
    return SigningKey(derive(codes.read_code(code), "enrol.v1"))


def certify(enrolment: SigningKey, invitation: Invitation, identity: Identity, epoch: int) -> Certificate:
    """Return the certificate of an identity, signed by the enrolment key its invitation names; refuse another code."""
    if not hmac.compare_digest(enrolment.public, invitation.enrol_public):
        raise CiphertextRejected(Reason.CONTEXT)
    certificate = Certificate(
        identity.user_id,
        invitation.agency_id,
        invitation.role,
        invitation.unit_id,
        identity.hpke.public,
        identity.signing.public,
        epoch,
    )
    return certificate.signed(enrolment)


def check_current(invitation: Invitation, now: int) -> None:
    """Refuse to enrol under an invitation that has expired; a certificate made in time stays good."""
    if now >= invitation.expires:
        raise CiphertextRejected(Reason.EXPIRED)


def verify_chain(
    anchor: bytes,
    root_public: bytes,
    invitation: Invitation,
    certificate: Certificate,
    revocations: Iterable[Revocation] = (),
    issuer_chain: Chain | None = None,
) -> Certificate:
    """Return the certificate when every link from the anchor holds, else refuse.

    Any revocation that names the invitation ends it, whatever its signature: a forger could at most shut somebody out.
    `issuer_chain` is the chain of the registrar who signed the invitation; it must itself be signed by the root.
    """
    revoked = tuple(revocations)
    invitation.check(_issuer(anchor, root_public, invitation.agency_id, revoked, issuer_chain))
    _check_match(invitation, certificate)
    certificate.check(invitation.enrol_public)
    hpke.check_public(certificate.hpke_public)
    if any(hmac.compare_digest(each.invitation, invitation.digest()) for each in revoked):
        raise CiphertextRejected(Reason.REVOKED)
    return certificate


def check_revocation(
    anchor: bytes, root_public: bytes, revocation: Revocation, issuer_chain: Chain | None = None
) -> Revocation:
    """Return the revocation when root or a registrar of the agency signed it, else refuse."""
    return revocation.check(_issuer(anchor, root_public, revocation.agency_id, (), issuer_chain))


def fingerprint(certificate: Certificate, language: str = "fr") -> str:
    """Return the six words that two people compare before they believe a certificate, 77 bits."""
    return six_words(digest("fingerprint.v1", certificate.digest()), language)


def six_words(seed: bytes, language: str) -> str:
    """Return six words of a list that stand for a digest."""
    words = word_list(language)
    number = int.from_bytes(seed, "big")
    chosen = []
    for _ in range(WORDS):
        number, at = divmod(number, len(words))
        chosen.append(words[at])
    return " ".join(chosen)


def _issuer(
    anchor: bytes, root_public: bytes, agency_id: str, revoked: tuple[Revocation, ...], chain: Chain | None
) -> bytes:
    if not hmac.compare_digest(anchor_of(root_public), anchor):
        raise CiphertextRejected(Reason.ANCHOR)
    if chain is None:
        return root_public
    if REGISTRAR not in chain.invitation.kinds or chain.invitation.agency_id != agency_id:
        raise CiphertextRejected(Reason.ISSUER)
    return verify_chain(anchor, root_public, *chain, revoked).sign_public


def _check_match(invitation: Invitation, certificate: Certificate) -> None:
    promised = (invitation.user_id, invitation.agency_id, invitation.role, invitation.unit_id)
    if promised != (certificate.user_id, certificate.agency_id, certificate.role, certificate.unit_id):
        raise CiphertextRejected(Reason.CONTEXT)
