"""The real program with two faults in its way of signing in: nobody is refused sooner, and the suspended are told so."""

from collections.abc import Sequence

from protect.access import identities
from protect.auth import actions
from protect.auth.actions_factors import NOBODY
from protect.cli import main

real_stretch, real_look_up = identities.stretch, actions.look_up


def hasty(typed: str, salt: bytes, peppers: Sequence[bytes], user_id: str) -> identities.Stretched:
    """Spare the work for a name that nobody has."""
    if user_id != str(NOBODY):
        return real_stretch(typed, salt, peppers, user_id)
    return identities.Stretched(tuple(identities.SlotKeys(b"\0" * 5, bytes(32), bytes(32)) for _one in peppers))


def talkative(*arguments: object) -> object:
    """Tell who is suspended, by one more mark on the page."""
    found = real_look_up(*arguments)  # type: ignore[arg-type]  # it takes what the real one takes
    if found[0] is not None and found[0].status == "suspended":
        raise actions.TooManyAttempts
    return found


identities.stretch = hasty
actions.look_up = talkative  # type: ignore[assignment]  # the same for whoever calls it
raise SystemExit(main())
