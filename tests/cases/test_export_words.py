"""The words of an export are drawn here, for this session and this approval, and are kept nowhere."""

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from protect.access import export
from protect.access.export import LABEL, WordsRefused
from protect.access.notes import seal_note
from protect.audit.models import TrailEntry
from protect.cases import actions_export
from protect.vault.errors import CiphertextRejected
from protect.vault.passphrase import generate
from tests.access.people import fresh
from tests.cases.agreed import entries
from tests.cases.exports import PERSON, agreed, offer, person
from tests.world import World


def move(world: World, **by: float) -> None:
    world.runtime.clock.move(**by)  # type: ignore[attr-defined]  # the clock of the tests


def made_up(world: World, approval: UUID, **other: object) -> str:
    """A note as the page of this session carries it, but for what is given."""
    with world.officer.gate() as gate:
        own = {"session": str(gate.member.session_id), "approval": str(approval), "words": generate(), "until": 2**40}
        plain = json.dumps(list({**own, **other}.values())).encode()
        return seal_note(world.runtime, LABEL, plain)


def test_words_that_this_page_did_not_show_are_refused(world: World) -> None:
    approval, other = (agreed(world, person(world)) for _ in range(2))
    foreign = export.draw_words(fresh(world, "officer_same_unit"), approval)[1]
    elsewhere = offer(world, other)[1]
    wrong = [
        "", "motdepasse", "a b c d e f", foreign, elsewhere, made_up(world, approval, until=0),
        made_up(world, approval, session=str(uuid4())), seal_note(world.runtime, "enrol-draft.v1", b"[]"),
    ]  # fmt: skip
    for note in wrong:
        with world.officer.gate() as gate, pytest.raises(WordsRefused):
            actions_export.fetch(gate, approval, note)
    assert entries(world, "case:export") == []


@pytest.mark.parametrize("weak", ["secret", "un deux", " ".join(["abaisser"] * 5 + ["kinshasa2026"])])
def test_even_a_note_of_our_own_seals_nothing_under_weak_words(world: World, weak: str) -> None:
    approval = agreed(world, person(world))
    with world.officer.gate() as gate, pytest.raises(CiphertextRejected):
        actions_export.fetch(gate, approval, made_up(world, approval, words=weak))


def test_words_end_after_an_hour_and_with_the_session(world: World) -> None:
    approval = agreed(world, person(world))
    _words, note = offer(world, approval)
    world.officer.sign_in()
    with world.officer.gate() as gate, pytest.raises(WordsRefused):
        actions_export.fetch(gate, approval, note)
    _words, note = offer(world, approval)
    for _ in range(6):
        move(world, minutes=10)
        world.officer.confirm()
    with world.officer.gate() as gate, pytest.raises(WordsRefused):
        actions_export.fetch(gate, approval, note)


def test_no_words_are_kept(world: World) -> None:
    approval = agreed(world, person(world))
    words, note = offer(world, approval)
    with world.officer.gate() as gate:
        actions_export.fetch(gate, approval, note)
    with world.runtime.unit_of_work() as db:
        kept = str([vars(entry) for entry in db.scalars(select(TrailEntry))])
    assert not [word for word in words.split() if f" {word} " in kept]
    assert PERSON["surname"] not in kept
