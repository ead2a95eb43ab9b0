"""What other rooms follow for a case, shown on its page; the composition root says who does."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final

from protect.access.gate import Gate

followed: Final[list[Callable[[Gate, uuid.UUID], Sequence[Any] | None]]] = []


def followed_of(gate: Gate, case_id: uuid.UUID) -> tuple[Any, ...] | None:
    """Everything that is followed for a case; None for somebody who follows nothing."""
    found = [one for ask in followed if (one := ask(gate, case_id)) is not None]
    return tuple(each for one in found for each in one) if found else None
