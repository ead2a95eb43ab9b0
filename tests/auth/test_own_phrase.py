"""A passphrase that somebody may have seen: its owner replaces it from inside a session, and nobody else does."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from protect.access import sessions
from protect.access.errors import StepUpRequired
from protect.audit.models import TrailEntry
from protect.auth import actions
from protect.auth import actions_passphrase as phrase
from protect.auth.actions_attempts import PAIR_LIMIT, TooManyAttempts
from protect.auth.actions_factors import Proof
from protect.auth.actions_notices import notices
from tests.auth.test_lost_phrase import keys_of, renew
from tests.pages import draft_on
from tests.world import PASSPHRASE, Person, World


def draw(person: Person, typed: str = PASSPHRASE) -> tuple[str, str]:
    with person.gate() as gate:
        return phrase.draw(gate, person._world.runtime, typed)


def read(person: Person, draft: str) -> str | None:
    with person.gate() as gate:
        return phrase.read_draft(gate, person._world.runtime, draft)


def change(person: Person) -> str:
    """All of it; the new passphrase."""
    words, draft = draw(person)
    with person.gate() as gate:
        assert phrase.read_draft(gate, person._world.runtime, draft) == words
        phrase.change(gate, person._world.runtime, words)
    return words


def test_the_new_one_signs_in_and_the_old_one_does_not(world: World) -> None:
    officer = world.officer
    officer.sign_in()
    before = keys_of(officer)
    words = change(officer)
    assert keys_of(officer) == before, "this session goes on"
    with pytest.raises(actions.SignInRefused):
        officer.attempt(PASSPHRASE, officer.code())
    officer.token = officer.attempt(words, officer.code())
    assert keys_of(officer) == before
    with officer.gate() as gate:
        assert [notice.what for notice in notices(gate)] == [phrase.ACTION]


def test_a_recovery_code_opens_as_before(world: World) -> None:
    officer = world.officer
    officer.sign_in()
    before = keys_of(officer)
    change(officer)
    words = renew(officer, officer.recovery[0], Proof(officer.code()))
    officer.token = officer.attempt(words, officer.code())
    assert keys_of(officer) == before


def test_the_other_devices_are_signed_out(world: World) -> None:
    two = world.runtime.settings.model_copy(update={"sessions_each": 2})
    world.runtime = replace(world.runtime, settings=two)
    officer = world.officer
    officer.sign_in()
    elsewhere = officer.token
    officer.sign_in()
    change(officer)
    assert sessions.find(world.runtime, elsewhere).actor is None
    assert sessions.find(world.runtime, officer.token).actor is not None


def test_who_sits_down_at_an_open_session_does_not_guess(world: World) -> None:
    world.officer.sign_in()
    for _ in range(PAIR_LIMIT):
        with pytest.raises(phrase.PhraseRefused):
            draw(world.officer, PASSPHRASE + "s")
    with pytest.raises(TooManyAttempts):
        draw(world.officer)
    with world.runtime.unit_of_work() as db:
        found = select(TrailEntry.result).where(TrailEntry.action == phrase.ACTION)
        assert list(db.scalars(found)) == ["denied"] * PAIR_LIMIT
    world.runtime.clock.move(minutes=16)
    world.officer.sign_in()
    assert draw(world.officer)


def test_ten_minutes_later_nothing_is_replaced(world: World) -> None:
    words, _draft = draw(world.officer)
    world.runtime.clock.move(minutes=11)
    with pytest.raises(StepUpRequired):
        draw(world.officer)
    with world.officer.gate() as gate, pytest.raises(StepUpRequired):
        phrase.change(gate, world.runtime, words)


def test_a_draft_is_of_one_session_once_and_for_half_an_hour(world: World) -> None:
    officer = world.officer
    words, draft = draw(officer)
    assert read(officer, draft) == words
    assert read(world.supervisor, draft) is None
    assert read(officer, draft[:-2]) is None
    change(officer)
    assert read(officer, draft) is None, "another one came after"
    world.supervisor.sign_in()
    _words, kept = draw(world.supervisor)
    world.supervisor.sign_in()
    assert read(world.supervisor, kept) is None, "it is of the session before"
    _words, late = draw(world.supervisor)
    for _ in range(3):
        world.runtime.clock.move(minutes=10, seconds=1)
        world.supervisor.client.get("/")
    assert read(world.supervisor, late) is None


def test_the_pages(world: World) -> None:
    client = world.officer.client
    page = client.get("/moyens")
    assert "/moyens/phrase" in page.html
    client.get("/moyens/phrase")
    page = client.post("/moyens/phrase", {"passphrase": "six mots de quelqu un d autre"}, status=200)
    assert "Ce n’est pas votre phrase secrète" in page.text
    page = client.post("/moyens/phrase", {"passphrase": PASSPHRASE}, status=200)
    words = re.findall(r"<li>(\w+)</li>", page.html)[-6:]
    draft = draft_on(page)
    client.post("/moyens/phrase/mots", {"draft": draft}, status=200)
    page = client.post("/moyens/phrase/fin", {"draft": draft, "second": words[1], "fifth": "autre"}, status=200)
    assert "Ce ne sont pas les mots affichés" in page.text
    client.post("/moyens/phrase/fin", {"draft": draft, "second": words[1], "fifth": words[4]})
    assert "Votre nouvelle phrase secrète est valable" in client.follow().text
    client.post("/moyens/phrase/fin", {"draft": draft, "second": words[1], "fifth": words[4]})
    assert "Recommencez" in client.follow().text
