"""Two people: what one asked, proposed or caused, another decides, who proved a second factor a moment ago."""

from typing import Any, Final
from uuid import UUID

from protect.access.gate import Gate

# What is decided by somebody else than who began it. Registrars sign for one another besides: access/office.py.
TWO_PEOPLE: Final = frozenset({"emergency:decide", "emergency:review", "limit:lift", "release:decide"})


def require_second(gate: Gate, permission: str, others: frozenset[UUID], subject: Any) -> None:
    """Go on only if the actor is none of the others and is fresh. Raises Denied, after an entry, or StepUpRequired.

    `others` are those who had a part in it already. KeyError for a permission that is not declared to need two people.
    """
    if permission not in TWO_PEOPLE:
        raise KeyError(permission)
    if gate.member.member_id in others:
        gate.refuse(permission, subject)
    gate.require_fresh()
