"""Whoever is not let in sees the same bytes and waits as long, whatever the reason; and a fault would be seen by this."""

from collections.abc import Iterator

import pytest

from tests.wire.measure import LIMIT, furthest
from tests.wire.refusals import Refusals, as_seen, refusals, throttle
from tests.wire.served import Served, Took
from tests.wire.serving import Serve
from tests.wire.speaking import SESSION
from tests.wire.timing import Series, Timing
from tests.wire.ways import Outside, Way, outside

ROUNDS = 32
PLANTED = 8
THROTTLED = 96
WAYS = {
    "six digits": 6, "recovery code": 6, "passkey": 6, "passkey alone": 6, "nothing proved": 4, "lost passphrase": 7,
    "invitation": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def found(served: Served) -> Outside:
    return outside(served)


@pytest.fixture(scope="module")
def refused(found: Outside) -> Refusals:
    return found.refused


@pytest.fixture(scope="module")
def leaking(serve: Serve) -> Iterator[Refusals]:
    """The same people before a program that leaks."""
    with serve("tests.wire.planted") as found:
        yield refusals(found)


def seen(refused: Refusals, way: Way) -> dict[str, bytes]:
    """What comes back for each reason."""
    found = {}
    refused.forgive()
    for why, form in way.forms().items():
        answer = refused.send(form, way.path)
        assert answer.status == 200
        assert SESSION not in answer.cookies
        found[why] = as_seen(answer, form[way.shown])
    return found


def six_digits(refused: Refusals) -> Way:
    return Way("/connexion", refused.forms)


def times(refused: Refusals, rounds: int) -> Series:
    timing = Timing(refused, {"six digits": six_digits(refused)})
    timing.go_on(rounds)
    return timing.took["six digits"]


@pytest.mark.parametrize("name", WAYS)
def test_every_refusal_is_the_same_on_the_wire(found: Outside, name: str) -> None:
    way = found.ways()[name]
    pages = seen(found.refused, way)
    assert len(pages) == WAYS[name]
    assert {why for why, page in pages.items() if page != pages["unknown"]} == set()
    assert way.said in pages["unknown"].decode()


def test_every_way_in_is_asked(found: Outside) -> None:
    assert set(found.ways()) == set(WAYS)


def test_the_time_of_a_refusal_tells_nothing(refused: Refusals) -> None:
    told = furthest(times(refused, ROUNDS))
    assert {pair: t for pair, t in told.items() if t >= LIMIT} == {}


def test_too_many_tries_are_answered_alike_for_somebody_and_for_nobody(refused: Refusals) -> None:
    browsers, forms = throttle(refused), refused.throttled()
    took: dict[str, list[Took]] = {whom: [] for whom in browsers}
    pages = set()
    for at in range(THROTTLED):
        for whom in sorted(browsers, reverse=bool(at % 2)):
            answer, one = refused.served.timed(lambda whom=whom: browsers[whom].post("/connexion", forms[whom]))
            took[whom].append(one)
            pages.add(as_seen(answer, forms[whom]["name"]))
    assert len(pages) == 1
    assert "Trop d’essais" in pages.pop().decode()
    ((_pair, t),) = furthest(took).items()
    assert t < LIMIT


def test_a_telling_answer_would_be_seen(leaking: Refusals) -> None:
    pages = seen(leaking, six_digits(leaking))
    assert {why for why, page in pages.items() if page != pages["unknown"]} == {"disabled"}


def test_a_hasty_answer_would_be_seen(leaking: Refusals) -> None:
    told = furthest(times(leaking, PLANTED))
    by_the_spared_work = {pair: t for pair, t in told.items() if "unknown" in pair and "disabled" not in pair}
    assert len(by_the_spared_work) == 4
    assert min(by_the_spared_work.values()) > LIMIT
