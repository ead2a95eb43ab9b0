"""The life of a referral: which step leads from which state to which, and whose step it is, decided purely."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Side(StrEnum):
    """Who may take a step."""

    SENDER = "sender"
    RECEIVER = "receiver"


class Step(StrEnum):
    """What can happen to a referral after it was sent."""

    SEE = "see"
    ACCEPT = "accept"
    DECLINE = "decline"
    START = "start"
    COMPLETE = "complete"
    MISS = "miss"
    CANCEL = "cancel"
    RECALL = "recall"


class StepRefused(Exception):
    """The referral is in a state from which this step does not lead; `status` names it."""

    def __init__(self, status: str, step: Step) -> None:
        super().__init__(f"{step} from {status}")
        self.status = status
        self.step = step


@dataclass(frozen=True)
class Transition:
    """One step: from where, to where, whose it is, and the column that keeps its moment."""

    sources: frozenset[str]
    target: str
    side: Side
    moment: str


SENT: Final = "sent"
WAITING: Final = frozenset({"sent", "received"})
AGREED: Final = frozenset({"accepted", "in_progress"})
OPEN: Final = WAITING | AGREED
CLOSED: Final = frozenset({"declined", "completed", "no_show", "cancelled", "recalled"})
SHUT: Final = CLOSED - {"completed"}  # the key of what was prepared is destroyed
STATUSES: Final = OPEN | CLOSED

TRANSITIONS: Final = {
    Step.SEE: Transition(frozenset({"sent"}), "received", Side.RECEIVER, "seen_at"),
    Step.ACCEPT: Transition(WAITING, "accepted", Side.RECEIVER, "decided_at"),
    Step.DECLINE: Transition(WAITING, "declined", Side.RECEIVER, "decided_at"),
    Step.START: Transition(frozenset({"accepted"}), "in_progress", Side.RECEIVER, "started_at"),
    Step.COMPLETE: Transition(frozenset({"in_progress"}), "completed", Side.RECEIVER, "completed_at"),
    Step.MISS: Transition(frozenset({"accepted"}), "no_show", Side.RECEIVER, "completed_at"),
    Step.CANCEL: Transition(OPEN, "cancelled", Side.SENDER, "cancelled_at"),
    Step.RECALL: Transition(OPEN, "recalled", Side.SENDER, "cancelled_at"),
}


def after(status: str, step: Step) -> Transition:
    """The transition that `step` makes from `status`. Raises StepRefused when there is none."""
    transition = TRANSITIONS[step]
    if status not in transition.sources:
        raise StepRefused(status, step)
    return transition


def steps(status: str, side: Side) -> tuple[Step, ...]:
    """What that side may do now, in the order of the pathway."""
    return tuple(step for step, move in TRANSITIONS.items() if status in move.sources and move.side is side)


def lets_open(status: str) -> bool:
    """Whether the receiver may open what was transmitted: from acceptance on, never after a recall."""
    return status in AGREED or status == "completed"
