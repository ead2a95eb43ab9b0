"""What somebody who enrolled and waits to be certified may know: the six words of the own certificate."""

import hmac

from sqlalchemy import select

from protect.access.gate import Gate
from protect.access.models import Certificate
from protect.vault.certificate import Certificate as SignedCertificate
from protect.vault.certificate import fingerprint
from protect.vault.errors import CiphertextRejected, Reason


def own_words(gate: Gate) -> str:
    """The words of the certificate that waits, made of the session's own keys; empty when none waits.

    Raises CiphertextRejected if the table gives other keys than those of the open identity.
    """
    identity = gate.keyring.identity
    statement = gate.db.scalar(
        select(Certificate.statement)
        .where(Certificate.member_id == gate.member.member_id, Certificate.in_force_at.is_(None))
        .order_by(Certificate.epoch.desc())
        .limit(1)
    )
    if statement is None:
        return ""
    signed = SignedCertificate.from_bytes(statement)
    own = hmac.compare_digest(signed.sign_public, identity.signing.public)
    if not own or not hmac.compare_digest(signed.hpke_public, identity.hpke.public):
        raise CiphertextRejected(Reason.CONTEXT)
    return fingerprint(signed, gate.locale)
