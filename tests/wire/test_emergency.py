"""An emergency opening begins and ends in every process at once."""

from uuid import UUID

import pytest

from tests.cases import emergencies
from tests.wire.served import Served
from tests.wire.speaking import Browser

NAME = "Kasongo"


@pytest.fixture
def asked(served: Served) -> UUID:
    """What the officer of Goma asked for, with everybody whom it takes signed in."""
    for name in ("officer", emergencies.ASKER, "supervisor", "officer_same_unit"):
        served.enter(served.world.people[name])
    _case, code = emergencies.new_case(served.world)
    return emergencies.ask(served.world, code)


def seen(served: Served, browser: Browser, opening: UUID) -> set[tuple[int, bool]]:
    """What each process answers, and whether the name stands in it."""
    answers = served.everywhere(lambda: browser.get(f"/urgences/{opening}/dossier"))
    return {(answer.status, NAME in answer.text) for answer in answers}


def test_it_opens_and_closes_for_one_person_in_every_process(served: Served, asked: UUID) -> None:
    asker = served.browser(served.world.people[emergencies.ASKER])
    other = served.browser(served.world.officer_same_unit)
    assert seen(served, asker, asked) == {(404, False)}
    emergencies.approve(served.world, asked)
    assert seen(served, asker, asked) == {(200, True)}
    assert seen(served, other, asked) == {(404, False)}
    emergencies.finish(served.world, asked)
    assert seen(served, asker, asked) == {(404, False)}
