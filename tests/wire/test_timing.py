"""How long a refusal computes says nothing of its reason, on any way in, without the Argon2id that would hide it.

`make test` is content with what 32 rounds show, `make timing` goes on to one millisecond: SEEN is what must show.
"""

import os
from random import Random

from tests.wire.light import lighten
from tests.wire.measure import LIMIT, furthest, smallest
from tests.wire.refusals import refusals
from tests.wire.serving import Serve
from tests.wire.slower import BURNT
from tests.wire.timing import SEED, Timing
from tests.wire.ways import HERE, Outside, Way, outside

SEEN = float(os.environ.get("SEEN", "20")) / 1000  # seconds of processor time
ROUNDS = int(os.environ.get("ROUNDS", "32"))
STEP = 16
MOST = 4000
RIGHT = "wrong passphrase"  # what the slowed are compared with


def test_the_time_of_a_refusal_tells_nothing_on_any_way_in(serve: Serve) -> None:
    with serve("tests.wire.light") as served:
        found = outside(served)
        lighten(served.world, HERE)
        drawn = Random(SEED)
        told = apart(found, drawn)
        # Of some four hundred comparisons one in a hundred runs would name a pair by chance; no chance names it twice.
        again = apart(found, drawn) if told else {}
    assert {pair: (t, again[pair]) for pair, t in told.items() if pair in again} == {}


def apart(found: Outside, drawn: Random) -> dict[tuple[str, str], float]:
    """Pairs of reasons, by way in, that lie too far apart."""
    timing = Timing(found.refused, found.ways(), drawn)
    timing.go_on(ROUNDS)
    # More rounds while the readings scatter too much. How far they lie apart is looked at once, at the end.
    while max(map(smallest, timing.took.values())) > SEEN:
        timing.go_on(STEP)
    told = {name: furthest(took) for name, took in timing.took.items()}
    for name, took in timing.took.items():
        print(f"{name}: {timing.done} rounds, {smallest(took) * 1000:.2f} ms, t {max(told[name].values()):.1f}")
    return {(name, pair): t for name, each in told.items() for pair, t in each.items() if t >= LIMIT}


def test_a_little_more_work_would_be_seen(serve: Serve) -> None:
    with serve("tests.wire.slower") as served:
        refused = refusals(served)
        lighten(served.world, HERE)
        missing = set(BURNT if min(BURNT.values()) >= SEEN else ["unknown"])
        compared = {RIGHT, *missing}
        way = Way("/connexion", lambda: {why: form for why, form in refused.forms().items() if why in compared})
        timing = Timing(refused, {"six digits": way})
        while missing and timing.done < MOST:
            timing.go_on(STEP)
            took = timing.took["six digits"]
            found = {why for why in missing if max(furthest({why: took[why], RIGHT: took[RIGHT]}).values()) > LIMIT}
            for why in found:
                print(f"{BURNT[why] * 1000:.0f} ms: found after {timing.done} rounds")
            missing -= found
    assert missing == set()
