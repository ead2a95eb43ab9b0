"""Approvals as people see them: what is asked for and why, how it stands, who may do what next."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from protect.access.approvals import ERASURE, EXPORT
from protect.i18n import lazy

WAITING, LAPSED, WITHDRAWN, REFUSED = "waiting", "lapsed", "withdrawn", "refused"
COOLING, USABLE, STOPPED, EXPIRED, DONE = "cooling", "usable", "stopped", "expired", "done"
OPEN: Final = frozenset({WAITING, COOLING, USABLE})  # what can still be ended

KINDS: Final = {ERASURE: lazy("Erasure of a case"), EXPORT: lazy("Export of cases")}
_OTHER: Final = lazy("Another reason")
REASONS: Final[dict[str, dict[str, Any]]] = {
    ERASURE: {
        "wish": lazy("The person wishes it"),
        "retention": lazy("The time for which it may be kept is over"),
        "mistake": lazy("It was opened by mistake, or twice"),
        "court": lazy("A court ordered it"),
        "other": _OTHER,
    },
    EXPORT: {
        "wish": lazy("The person asks for what is kept about them"),
        "court": lazy("A court ordered it"),
        "transfer": lazy("Another organisation takes over the work"),
        "control": lazy("A control or an evaluation that the law provides for"),
        "other": _OTHER,
    },
}
ERASURE_REASONS: Final = REASONS[ERASURE]
STATES: Final[dict[str, tuple[Any, str]]] = {
    WAITING: (lazy("waits for a second person"), "yellow"),
    LAPSED: (lazy("nobody answered within seven days"), "grey"),
    WITHDRAWN: (lazy("withdrawn"), "grey"),
    REFUSED: (lazy("refused"), "grey"),
    COOLING: (lazy("agreed to: it can still be stopped"), "orange"),
    USABLE: (lazy("agreed to, and open"), "red"),
    STOPPED: (lazy("stopped"), "grey"),
    EXPIRED: (lazy("was not used in time"), "grey"),
    DONE: (lazy("carried out"), "green"),
}


@dataclass(frozen=True)
class ApprovalView:
    """One approval as this person may see it; `case_id` and `code` are empty for who may not open the case."""

    id: uuid.UUID
    kind: str
    state: str
    case_id: uuid.UUID | None
    code: str
    one_case: bool
    office: str
    covers: int
    asked_by: str
    asked_at: datetime
    reason: str
    decided_by: str
    decided_at: datetime | None
    not_before: datetime | None
    until: datetime | None
    ended_by: str
    ended_at: datetime | None
    done_at: datetime | None
    mine: bool
    may_decide: bool
    may_end: bool

    @property
    def was_given(self) -> bool:
        """Whether somebody agreed."""
        return self.state in (COOLING, USABLE, STOPPED, EXPIRED, DONE)

    @property
    def may_use(self) -> bool:
        """Whether this person can do now what was agreed to."""
        return self.mine and self.state == USABLE
