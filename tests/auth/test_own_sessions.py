"""One's own sessions: how many, on which devices, and how each of them ends."""

import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from protect.access import sessions
from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.access.models import BrowserSession
from protect.auth import actions, actions_sessions
from protect.auth.actions_factors import Proof
from protect.auth.actions_sessions import OwnSession
from protect.auth.devices import device_name
from tests.world import PASSPHRASE, Person, World

DEVICES = {
    "Mozilla/5.0 (Linux; Android 8.1.0; TECNO KA7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0 Mobile Safari/537.36": (
        "Chrome, Android"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox, Windows",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0": "Edge, Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1 Version/15.0 Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/16 Safari/605": "Safari, Mac",
    "Mozilla/5.0 (Mobile; Nokia_8110; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5": "Firefox, KaiOS",
    "Opera/9.80 (Android; Opera Mini/36.2/119; U; fr) Presto/2.12": "Opera Mini, Android",
    "curl/8": "",
    "": "",
}


@pytest.mark.parametrize("user_agent", DEVICES)
def test_a_device_has_a_coarse_name(user_agent: str) -> None:
    assert device_name(user_agent) == DEVICES[user_agent]


@pytest.fixture
def many(world: World) -> World:
    """The small world where everybody may have three sessions."""
    return world.copied(replace(world.runtime, settings=world.runtime.settings.model_copy(update={"sessions_each": 3})))


def sign_in(person: Person, device: str = "") -> str:
    runtime = person._world.runtime
    runtime.clock.move(seconds=1)  # type: ignore[attr-defined]  # the clock of the tests
    entered = actions.Entered(person.name, PASSPHRASE, Proof(person.code()), device)
    with Gate(runtime, None) as visitor:
        return actions.sign_in(visitor, runtime, entered, f"test {person.name}").token


def alive(world: World, *tokens: str) -> list[bool]:
    return [sessions.find(world.runtime, token).actor is not None for token in tokens]


def own(person: Person) -> tuple[OwnSession, ...]:
    with person.gate() as gate:
        return actions_sessions.own_sessions(gate)


def test_a_new_sign_in_ends_the_one_before(world: World) -> None:
    first, second = sign_in(world.officer), sign_in(world.officer)
    assert alive(world, first, second) == [False, True]


def test_a_setting_allows_more_and_the_oldest_go(many: World) -> None:
    tokens = [many.officer.token, *(sign_in(many.officer, f"{at}") for at in range(3))]
    assert alive(many, *tokens) == [False, True, True, True]
    many.officer.token = tokens[2]
    shown = [(one.device, one.current, one.ended is None) for one in own(many.officer)]
    assert shown == [("1", True, True), ("2", False, True), ("0", False, True), ("", False, False)]


def test_one_is_ended_and_the_others_go_on(many: World) -> None:
    tokens = [many.officer.token, sign_in(many.officer, "telephone")]
    (lost,) = [one.id for one in own(many.officer) if one.device == "telephone"]
    with many.officer.gate() as gate:
        actions_sessions.end_session(gate, lost)
    assert alive(many, *tokens) == [True, False]
    with many.officer.gate() as gate, pytest.raises(NotFound):
        actions_sessions.end_session(gate, lost)


def test_all_others_are_ended(many: World) -> None:
    tokens = [many.officer.token, sign_in(many.officer), sign_in(many.officer)]
    with many.officer.gate() as gate:
        actions_sessions.end_others(gate)
    assert alive(many, *tokens) == [True, False, False]


def test_nobody_ends_somebody_elses(many: World) -> None:
    (theirs,) = [one.id for one in own(many.supervisor) if one.ended is None]
    for session_id in (theirs, uuid4()):
        with many.officer.gate() as gate, pytest.raises(NotFound):
            actions_sessions.end_session(gate, session_id)
    assert alive(many, many.supervisor.token) == [True]


def test_of_two_who_sign_in_at_one_time_one_stays(world: World) -> None:
    tokens: list[str] = []

    def run(recovery: str) -> None:
        entered = actions.Entered(world.officer.name, PASSPHRASE, Proof(recovery))
        with Gate(world.runtime, None) as visitor:
            tokens.append(actions.sign_in(visitor, world.runtime, entered, "test race").token)

    threads = [threading.Thread(target=run, args=(code,)) for code in world.officer.recovery[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(alive(world, *tokens)) == [False, True]
    with world.runtime.unit_of_work() as db:
        member_id = sessions.find(world.runtime, tokens[0]).owner_id
        live = select(BrowserSession.id).where(BrowserSession.member_id == member_id, BrowserSession.ended_at.is_(None))
        assert len(db.scalars(live).all()) == 1


def test_the_page_lists_and_ends_them(many: World) -> None:
    other = sign_in(many.officer, "Firefox, Windows")
    client = many.officer.client
    shown = client.get("/sessions")
    assert "Firefox, Windows" in shown.text
    assert "cet appareil" in shown.text
    assert "10.0." not in shown.text
    (form,) = [form for form in shown.forms if form.action.endswith("/fin") and form.action != "/sessions/fin"]
    client.post(form.action)
    assert "L’appareil est déconnecté" in client.follow().text
    assert alive(many, other) == [False]
    client.get("/sessions")
    assert client.post("/sessions/fin") is None
    assert client.get("/sessions")


def test_signing_out_ends_this_session_alone(many: World) -> None:
    here, there = many.officer.token, sign_in(many.officer)
    with many.officer.gate() as gate:
        actions.sign_out(gate)
    assert alive(many, here, there) == [False, True]


def test_the_browser_gives_the_device_its_name(world: World) -> None:
    client = world.officer.client
    client.get("/")
    client.post("/deconnexion")
    agent = next(iter(DEVICES))
    client.get("/connexion", headers={"User-Agent": agent})
    given = {"name": "officer", "passphrase": PASSPHRASE, "code": world.officer.code()}
    client.post("/connexion", given, headers={"User-Agent": agent})
    assert "Chrome, Android" in client.get("/sessions").text


def test_an_old_ended_session_is_forgotten(world: World) -> None:
    world.officer.sign_in()
    assert len(own(world.officer)) == 2
    world.runtime.clock.move(days=31)  # type: ignore[attr-defined]  # the clock of the tests
    for _ in range(2):
        sessions.tidy(world.runtime, world.runtime.clock())
    world.officer.sign_in()
    with world.runtime.unit_of_work() as db:
        kept = db.scalars(select(BrowserSession).where(BrowserSession.ended_at.is_(None))).all()
    assert len(kept) == 1
