"""A letter to one member: anyone may seal it, only the member's identity opens it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.errors import NotReady
from protect.access.models import AgencyRoot, Certificate, Invitation
from protect.access.trust import verified_chain
from protect.vault import hpke
from protect.vault.encoding import lp
from protect.vault.identity import Identity


def seal_letter(db: Session, member_id: UUID, purpose: str, plaintext: bytes) -> bytes:
    """Sealed to the member's certified key. Its chain is verified up to the stored root: no session is here to pin it.

    Raises NotReady when the member has no certificate.
    """
    row = db.execute(
        select(AgencyRoot.root_public, Invitation.statement, Certificate.statement)
        .join(Invitation, Invitation.id == Certificate.invitation_id)
        .join(AgencyRoot, AgencyRoot.agency_id == Invitation.agency_id)
        .where(Certificate.member_id == member_id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.epoch.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotReady("certificate")
    certificate = verified_chain(*row)
    return hpke.seal(certificate.hpke_public, lp("letter.v1", purpose, str(member_id)), plaintext)


def open_letter(identity: Identity, purpose: str, blob: bytes) -> bytes:
    """What was sealed to this member for this purpose."""
    return hpke.open(identity.hpke.private, lp("letter.v1", purpose, identity.user_id), blob)
