"""Two people: what one asked, proposed or caused, another decides, who proved a second factor a moment ago."""

from typing import Any, Final
from uuid import UUID

from protect.access.gate import Gate
from protect.access.policy import policy
from protect.vault.certificate import Certificate
from protect.vault.errors import CiphertextRejected, Reason

# What is decided by somebody else than who began it. Registrars sign for one another besides: access/office.py.
TWO_PEOPLE: Final = frozenset(
    {"emergency:decide", "emergency:review", "limit:lift", "release:decide", "approval:decide"}
)


def require_second(gate: Gate, permission: str, others: frozenset[UUID], subject: Any) -> None:
    """Go on only if the actor is none of the others and is fresh. Raises Denied, after an entry, or StepUpRequired.

    `others` are those who had a part in it already. KeyError for a permission that is not declared to need two people.
    """
    if permission not in TWO_PEOPLE:
        raise KeyError(permission)
    if gate.member.member_id in others:
        gate.refuse(permission, subject)
    gate.require_fresh()


def signer(gate: Gate, member_id: UUID, permission: str) -> Certificate:
    """The certificate of a colleague who may do this today; CiphertextRejected for anybody else."""
    trust, agency_id = gate.keyring.trust, gate.member.agency_id
    certificate = trust.certificate(member_id)
    entitled = certificate.agency_id == str(agency_id) and policy().has(certificate.role, permission)
    if not entitled or trust.authority(agency_id).suspension(member_id) is not None:
        raise CiphertextRejected(Reason.REVOKED)
    return certificate
