"""Whoever is not let in sees the same bytes and waits as long, whatever the reason; and a fault would be seen by this."""

from collections.abc import Iterator

import pytest

from tests.wire.measure import LIMIT, furthest
from tests.wire.refusals import Refusals, as_seen, refusals, throttle
from tests.wire.served import Served, Took
from tests.wire.serving import Serve
from tests.wire.speaking import SESSION

ROUNDS = 32
PLANTED = 8
THROTTLED = 96
REFUSED = "Le nom, la phrase secrète ou le code est inexact"


@pytest.fixture(scope="module")
def refused(served: Served) -> Refusals:
    return refusals(served)


@pytest.fixture(scope="module")
def leaking(serve: Serve) -> Iterator[Refusals]:
    """The same people before a program that leaks."""
    with serve("tests.wire.planted") as found:
        yield refusals(found)


def seen(refused: Refusals) -> dict[str, bytes]:
    """What comes back for each reason."""
    found = {}
    for why, form in refused.forms().items():
        answer = refused.send(form)
        assert answer.status == 200
        assert SESSION not in answer.cookies
        found[why] = as_seen(answer, form["name"])
    return found


def test_every_refusal_is_the_same_on_the_wire(refused: Refusals) -> None:
    found = seen(refused)
    assert len(found) == 6
    assert len(set(found.values())) == 1
    assert REFUSED in found["unknown"].decode()


def test_the_time_of_a_refusal_tells_nothing(refused: Refusals) -> None:
    refused.times(1)  # whatever is done only once
    told = furthest(refused.times(ROUNDS))
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
    found = seen(leaking)
    assert {why for why, page in found.items() if page != found["unknown"]} == {"disabled"}


def test_a_hasty_answer_would_be_seen(leaking: Refusals) -> None:
    leaking.times(1)
    told = furthest(leaking.times(PLANTED))
    by_the_spared_work = {pair: t for pair, t in told.items() if "unknown" in pair and "disabled" not in pair}
    assert len(by_the_spared_work) == 4
    assert min(by_the_spared_work.values()) > LIMIT
