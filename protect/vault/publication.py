"""What a publisher signs: these figures, and no others, are the release of that number."""

from dataclasses import dataclass
from typing import ClassVar

from protect.vault.statement import Statement


@dataclass(frozen=True)
class ReleaseDecision(Statement):
    """A member of the agency that publishes publishes tables, named by their digest; in microseconds since 1970."""

    LABEL: ClassVar[str] = "release-decision.v1"
    release_id: str
    digest_of_tables: bytes
    number: int
    agency_id: str
    member_id: str
    decided_at: int
