"""Emergency openings as people see them: how each stands, who may do what next, and the words for it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from protect.i18n import lazy

WAITING, LAPSED, WITHDRAWN, REFUSED = "waiting", "lapsed", "withdrawn", "refused"
OPEN, OVER, REVIEWED = "open", "over", "reviewed"
HOURS: Final = (1, 2, 4)

REASONS: Final = {
    "danger": lazy("The person is in danger now"),
    "health": lazy("Medical emergency"),
    "arrived": lazy("The person came to our office and needs help now"),
    "unreachable": lazy("The office that holds the case cannot be reached"),
}
FINDINGS: Final = {
    "justified": lazy("Justified"),
    "follow_up": lazy("Justified, with something to put right"),
    "not_justified": lazy("Not justified"),
}
STATES: Final[dict[str, tuple[Any, str]]] = {
    WAITING: (lazy("waits for a second person"), "yellow"),
    LAPSED: (lazy("nobody answered within the hour"), "grey"),
    WITHDRAWN: (lazy("withdrawn"), "grey"),
    REFUSED: (lazy("refused"), "grey"),
    OPEN: (lazy("open"), "red"),
    OVER: (lazy("to be reviewed"), "orange"),
    REVIEWED: (lazy("reviewed"), "green"),
}


@dataclass(frozen=True)
class EmergencyView:
    """One emergency opening, as this person may see it; `code` and `why` are empty for who may not."""

    id: uuid.UUID
    case_id: uuid.UUID
    state: str
    code: str
    office: str
    asked_by: str
    asked_at: datetime
    reason: str
    why: str
    decided_by: str
    decided_at: datetime | None
    until: datetime | None
    ended_at: datetime | None
    reviewed_by: str
    reviewed_at: datetime | None
    finding: str
    mine: bool
    may_decide: bool
    may_end: bool
    may_review: bool

    @property
    def over_at(self) -> datetime | None:
        """When it closed, or will."""
        return min(self.until, self.ended_at) if self.until and self.ended_at else self.until

    @property
    def may_open(self) -> bool:
        """Whether this person reads the case now."""
        return self.mine and self.state == OPEN

    @property
    def is_use(self) -> bool:
        """Whether somebody could read the case."""
        return self.state in (OPEN, OVER, REVIEWED)
