"""What two people sign before cases leave or end: the demand of the one, the consent of the other to exactly that."""

from dataclasses import dataclass
from typing import ClassVar

from protect.vault.statement import Statement


@dataclass(frozen=True)
class ApprovalRequest(Statement):
    """One member asks for an erasure or an export; without a case it covers all that the office opened until then.

    `asked_at` is in microseconds since 1970; an empty unit is the whole agency.
    """

    LABEL: ClassVar[str] = "approval-request.v1"
    request_id: str
    agency_id: str
    unit_id: str
    kind: str
    case_id: str
    covers: int
    reason: str
    member_id: str
    asked_at: int


@dataclass(frozen=True)
class ApprovalGiven(Statement):
    """Another member says yes to exactly that request, for between two moments; both zero where it is done at once."""

    LABEL: ClassVar[str] = "approval-given.v1"
    request: bytes
    member_id: str
    not_before: int
    until: int
