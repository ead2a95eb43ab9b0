"""Who publishes figures: the people of one agency, the commission, and nobody who has the same role elsewhere."""

from typing import Any, Final
from uuid import UUID

from protect.access.errors import NotReady
from protect.access.gate import Gate
from protect.access.policy import policy
from protect.access.second import signer
from protect.vault.errors import CiphertextRejected, Reason

COMMISSION: Final = "commission"  # the kind of the agency, as the directory root vouches for it
PROPOSE, DECIDE = "release:propose", "release:decide"


def is_commission(gate: Gate) -> bool:
    """Whether the actor belongs to the agency that publishes, whatever role the registrars of another certified."""
    try:
        return gate.keyring.trust.agency_of_kind(COMMISSION) == gate.member.agency_id
    except NotReady:
        return False


def allows(gate: Gate, permission: str) -> bool:
    """Whether a page may offer it to the actor: of what publishes figures, only in the agency that does."""
    return gate.allows(permission) and (permission not in (PROPOSE, DECIDE) or is_commission(gate))


def require_commission(gate: Gate, permission: str, subject: Any = None) -> None:
    """Go on only if the actor may do it in the agency that publishes. Raises Denied after an entry."""
    gate.permit(permission)
    if not is_commission(gate):
        gate.refuse(permission, subject)


def roles_to_give(gate: Gate) -> tuple[str, ...]:
    """The roles that registrars of the actor's agency may give: those who publish are the commission's alone."""
    if is_commission(gate):
        return policy().roles
    return tuple(role for role in policy().roles if not policy().has(role, PROPOSE) and not policy().has(role, DECIDE))


def may_propose(gate: Gate, member_id: UUID) -> bool:
    """Whether somebody is today who may propose in the actor's agency, by a certificate that verifies."""
    try:
        signer(gate, member_id, PROPOSE)
    except CiphertextRejected as error:
        if error.reason is Reason.REVOKED:
            return False
        raise
    return True
