"""The light program, made slower by a little for two kinds of names: what the measure has to find."""

import time

from protect.auth import actions
from protect.cli import main
from tests.wire.light import at_light_cost

BURNT = {"unknown": 0.005, "disabled": 0.001}  # seconds of processor time, by the reason of the refusal

real_look_up = actions.look_up


def slow(*arguments: object) -> object:
    """Compute a while for nothing where nobody has the name, and less where somebody suspended has it."""
    found = real_look_up(*arguments)  # type: ignore[arg-type]  # it takes what the real one takes
    if found[0] is None:
        burn(BURNT["unknown"])
    elif found[0].status == "suspended":
        burn(BURNT["disabled"])
    return found


def burn(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        continue


if __name__ == "__main__":
    actions.look_up = slow  # type: ignore[assignment]  # the same for whoever calls it
    with at_light_cost():
        raise SystemExit(main())
