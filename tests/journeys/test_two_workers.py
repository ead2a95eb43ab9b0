"""Two processes of a real server: what ends, ends in both at the next request, and what is counted is counted once."""

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select, update

from protect.access import sessions
from protect.access.models import KeyGrant, Member, OpenedPerson
from protect.access.runtime import system_clock
from protect.app import connect_slices
from protect.auth import actions_sessions
from protect.auth.login import COOKIE
from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.store.embedded import EmbeddedServer
from tests.conftest import opened
from tests.database import cloned
from tests.journeys.serving import gunicorn
from tests.world import Person, World

MANY = 16  # connections of their own, so that both processes answer some
ASK, STOP = 3, 4
SETTINGS = f"[opening_limits]\nofficer = [{ASK}, {STOP}]\nsupervisor = [90, 99]\n"
SURNAME = "Mwambakizi"


@dataclass
class Served:
    """A world and the address where two processes serve it."""

    world: World
    base: str

    def ask(self, person: Person, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, address and text of one answer, over a connection of its own."""
        place = urlsplit(self.base)
        connection = HTTPConnection(str(place.hostname), place.port, timeout=30)
        headers = {"Cookie": f"{COOKIE}={person.token}", "Sec-Fetch-Site": "same-origin"}
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            page = self._page(connection, headers)
            token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode({**form, "csrf_token": token}), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.getheader("Location", ""), text

    def _page(self, connection: HTTPConnection, headers: dict[str, str]) -> str:
        """A page with a form, and the cookie that its token belongs to."""
        connection.request("GET", "/sessions", headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        given = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie") or []]
        headers["Cookie"] = "; ".join([headers["Cookie"], *given])
        return page

    def everywhere(self, person: Person, path: str) -> set[tuple[int, str]]:
        """Status and address of many answers."""
        return {self.ask(person, path)[:2] for _ in range(MANY)}


@pytest.fixture(scope="module")
def served(
    server: EmbeddedServer, settled: tuple[str, Path, World], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    name, folder, original = settled
    data = tmp_path_factory.mktemp("workers")
    shutil.copytree(folder, data, dirs_exist_ok=True)
    connect_slices()
    with (
        cloned(server, name) as database,
        opened(database, data) as runtime,
        gunicorn(data, database.url("web"), SETTINGS) as base,
    ):
        yield Served(original.copied(replace(runtime, clock=system_clock)), base)


def change(served: Served, table: type, where: object, **columns: object) -> None:
    with served.world.runtime.unit_of_work() as db:
        db.execute(update(table).where(where).values(**columns))  # type: ignore[arg-type]  # any condition


def member_of(person: Person) -> UUID:
    with person.gate() as gate:
        return gate.member.member_id


def cases(served: Served, count: int) -> list[UUID]:
    with served.world.officer.gate() as gate:
        return [open_case(gate, IntakeAnswers({"surname": f"{SURNAME}{at}"})) for at in range(count)]


def test_a_revoked_grant_opens_in_neither(served: Served) -> None:
    officer, supervisor = served.world.officer, served.world.supervisor
    officer.sign_in()
    supervisor.sign_in()
    (case,) = cases(served, 1)
    path = f"/dossiers/{case}"
    assert all(SURNAME in served.ask(supervisor, path)[2] for _ in range(MANY))
    mine = (KeyGrant.recipient_id == member_of(supervisor)) & (KeyGrant.compartment == "identity")
    change(served, KeyGrant, mine, revoked_at=system_clock())
    assert not any(SURNAME in served.ask(supervisor, path)[2] for _ in range(MANY))
    change(served, KeyGrant, mine, revoked_at=None)


def test_a_person_who_was_suspended_is_out_of_both(served: Served) -> None:
    person = served.world.supervisor
    person.sign_in()
    assert served.everywhere(person, "/dossiers") == {(200, "")}
    mine = Member.id == member_of(person)
    change(served, Member, mine, status="suspended")
    assert served.everywhere(person, "/dossiers") == {(303, "/connexion")}
    change(served, Member, mine, status="active")
    assert served.everywhere(person, "/dossiers") == {(303, "/connexion")}


def test_another_role_begins_with_another_session_in_both(served: Served) -> None:
    """Role and sessions change together; a role that somebody writes into the table alone is refused elsewhere."""
    person = served.world.officer_same_unit
    person.sign_in()
    assert served.everywhere(person, "/dossiers") == {(200, "")}
    person_id = member_of(person)
    mine = Member.id == person_id
    with served.world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(mine).values(role="supervisor"))
        sessions.end_all(db, person_id, system_clock())
    assert served.everywhere(person, "/dossiers?noms=1") == {(303, "/connexion")}
    change(served, Member, mine, role="officer")


def test_a_session_that_its_owner_ends_elsewhere_is_over_in_both(served: Served) -> None:
    person = served.world.supervisor
    person.sign_in()
    assert served.everywhere(person, "/") == {(200, "")}
    with person.gate() as gate:
        (live,) = [one.id for one in actions_sessions.own_sessions(gate) if one.ended is None]
    with person.gate() as gate:
        actions_sessions.end_session(gate, live)
    assert served.everywhere(person, "/") == {(303, "/connexion")}


def test_what_is_closed_is_closed_in_both(served: Served) -> None:
    officer, names_somebody = served.world.officer, "/dossiers/nouveau"
    officer.sign_in()
    assert served.everywhere(officer, names_somebody) == {(200, "")}
    assert served.ask(officer, "/refermer", {})[:2] == (303, "/")
    assert served.everywhere(officer, names_somebody) == {(303, "/confirmer")}
    officer.confirm()
    assert served.everywhere(officer, names_somebody) == {(200, "")}


def at_one_time(count: int, run: object) -> list[tuple[int, str, str]]:
    answers: list[tuple[int, str, str]] = []
    threads = [threading.Thread(target=lambda at=at: answers.append(run(at))) for at in range(count)]  # type: ignore[operator]  # a function of a number
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_wrong_codes_at_one_time_are_counted_over_both(served: Served) -> None:
    officer = served.world.officer
    officer.sign_in()
    answers = at_one_time(10, lambda _at: served.ask(officer, "/confirmer", {"code": "000000"}))
    assert sum(status == 200 for status, _where, _text in answers) <= 4
    assert served.everywhere(officer, "/") == {(303, "/connexion")}


def test_openings_at_one_time_are_counted_over_both(served: Served) -> None:
    officer = served.world.officer
    officer.sign_in()
    with officer.gate() as gate:
        before = len(gate.db.scalars(select(OpenedPerson).where(OpenedPerson.member_id == gate.member.member_id)).all())
        gate.record_reason("supervision", "Revue")
    ids = cases(served, 10)
    answers = at_one_time(10, lambda at: served.ask(officer, f"/dossiers/{ids[at]}"))
    assert sum(status == 200 for status, _where, _text in answers) == STOP - before
    assert sum(status == 429 for status, _where, _text in answers) == 10 - STOP + before
    assert sum(SURNAME in text for _status, _where, text in answers) == STOP - before
