"""What two people sign before a case of another office opens: the demand of the one, the approval of the other."""

from dataclasses import dataclass
from typing import ClassVar

from protect.vault.statement import Statement


@dataclass(frozen=True)
class EmergencyRequest(Statement):
    """One member asks that one case of the agency opens; `why` is the digest of the sealed reason."""

    LABEL: ClassVar[str] = "emergency-request.v1"
    request_id: str
    agency_id: str
    case_id: str
    member_id: str
    reason: str
    why: bytes


@dataclass(frozen=True)
class EmergencyApproval(Statement):
    """Another member says yes to exactly that request, until a moment in seconds since 1970."""

    LABEL: ClassVar[str] = "emergency-approval.v1"
    request: bytes
    member_id: str
    until: int
