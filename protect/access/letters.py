"""A letter to one member: anyone may seal it, only the member's identity opens it."""

import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.errors import KeyReplaced, NotReady, SignInRequired
from protect.access.gate import Gate
from protect.access.models import Certificate
from protect.vault import hpke
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.derivation import digest
from protect.vault.encoding import lp
from protect.vault.errors import CiphertextRejected
from protect.vault.identity import Identity


def pin(gate: Gate) -> str:
    """What tells the actor's public key from any other, taken from the open identity; empty where that does not open.

    Whoever seals a letter later, without the actor's keys, holds the database against it.
    """
    try:
        return _pin(gate.keyring.identity.user_id, gate.keyring.identity.hpke.public)
    except (CiphertextRejected, SignInRequired):
        return ""


def seal_letter(db: Session, member_id: UUID, purpose: str, plaintext: bytes, *, pinned: str) -> bytes:
    """Sealed to the member's certified key.

    Raises KeyReplaced when it is not the pinned one, and NotReady when the member has no certificate.
    """
    statement = db.scalar(
        select(Certificate.statement)
        .where(Certificate.member_id == member_id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.epoch.desc())
        .limit(1)
    )
    if statement is None:
        raise NotReady("certificate")
    public = SignedCertificate.from_bytes(statement).hpke_public
    if not hmac.compare_digest(_pin(str(member_id), public), pinned):
        raise KeyReplaced
    return hpke.seal(public, lp("letter.v1", purpose, str(member_id)), plaintext)


def open_letter(identity: Identity, purpose: str, blob: bytes) -> bytes:
    """What was sealed to this member for this purpose."""
    return hpke.open(identity.hpke.private, lp("letter.v1", purpose, identity.user_id), blob)


def _pin(user_id: str, public: bytes) -> str:
    return digest("letter-pin.v1", user_id, public).hex()
