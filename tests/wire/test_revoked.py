"""What is taken from somebody in the middle of a session is gone at the next request, whichever process answers it."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from protect.access import sessions
from protect.access.models import BrowserSession, KeyGrant, Member
from protect.access.runtime import system_clock
from protect.auth.models import LostForm
from protect.cases.actions import show_case
from tests.referrals import hands
from tests.wire.served import Served
from tests.wire.speaking import Answer, Browser
from tests.world import Person

SIGN_IN = "/connexion"
TYPED = {"asked": "phone", "phone": "0811111111"}
E164 = "+243811111111"


@pytest.fixture
def officer(served: Served) -> Person:
    """Somebody at work, whose second factor is fresh."""
    served.enter(served.world.officer)
    return served.world.officer


@pytest.fixture
def case(officer: Person) -> UUID:
    return hands.new_case(officer)


def member_of(person: Person) -> UUID:
    with person.gate() as gate:
        return gate.member.member_id


def change(served: Served, table: type, where: object, **columns: object) -> None:
    with served.world.runtime.unit_of_work() as db:
        db.execute(update(table).where(where).values(**columns))  # type: ignore[arg-type]  # any condition


def suspend(served: Served, member: UUID) -> None:
    change(served, Member, Member.id == member, status="suspended")


def leave(served: Served, member: UUID) -> None:
    change(served, Member, Member.id == member, status="left")


def end(served: Served, member: UUID) -> None:
    with served.world.runtime.unit_of_work() as db:
        sessions.end_all(db, member, system_clock())


def give_another_role(served: Served, member: UUID) -> None:
    """A role that is written into the table without ending the session that began in the other."""
    change(served, Member, Member.id == member, role="supervisor")


@pytest.fixture
def restored(served: Served, officer: Person) -> Iterator[UUID]:
    """The officer, who is as before at the end."""
    member = member_of(officer)
    yield member
    change(served, Member, Member.id == member, status="active", role="officer")


TAKEN: dict[str, Callable[[Served, UUID], None]] = {
    "suspended": suspend, "left": leave, "session ended": end, "another role": give_another_role,
}  # fmt: skip


def phone_of(served: Served, case: UUID) -> str:
    served.enter(served.world.officer)
    with served.world.officer.gate() as gate:
        shown = show_case(gate, case)
    return repr(shown)


@pytest.mark.parametrize("how", TAKEN)
def test_a_form_that_was_open_saves_nothing_in_any_process(
    served: Served, officer: Person, case: UUID, restored: UUID, how: str
) -> None:
    browser, path = served.browser(officer), f"/dossiers/{case}/compartiments/contact"
    assert {answer.status for answer in served.everywhere(lambda: browser.get(path))} == {200}
    TAKEN[how](served, restored)
    answers = served.everywhere(lambda: browser.post(path, TYPED))
    gone = (404, "") if how == "another role" else (303, SIGN_IN)  # the session lives on and can do nothing
    assert {(answer.status, answer.location) for answer in answers} == {gone}
    change(served, Member, Member.id == restored, status="active", role="officer")
    assert E164 not in phone_of(served, case)


def test_the_same_form_is_saved_while_nothing_was_taken(served: Served, officer: Person, case: UUID) -> None:
    browser, path = served.browser(officer), f"/dossiers/{case}/compartiments/contact"
    page = browser.get(path)
    form = {**TYPED, "once": page.hidden("once")[0], "version": page.hidden("version")[0]}
    assert browser.post(path, form).location == f"/dossiers/{case}"
    assert E164 in phone_of(served, case)


def test_what_was_typed_waits_for_its_owner(served: Served, officer: Person, case: UUID) -> None:
    browser, path = served.browser(officer), f"/dossiers/{case}/compartiments/contact"
    browser.get(path)
    member = member_of(officer)
    end(served, member)
    browser.post(path, TYPED)
    with served.world.runtime.unit_of_work() as db:
        kept = select(func.count()).select_from(LostForm).where(LostForm.member_id == member)
        assert db.scalar(kept) >= 1
        ended = select(BrowserSession.keys).where(BrowserSession.member_id == member)
        assert set(db.scalars(ended)) == {None}


def grant_of(member: UUID) -> object:
    return (KeyGrant.recipient_id == member) & (KeyGrant.compartment == "identity")


def test_a_key_that_is_taken_opens_in_no_process(served: Served, officer: Person, case: UUID) -> None:
    supervisor = served.world.supervisor
    served.enter(supervisor)
    browser, member = served.browser(supervisor), member_of(supervisor)
    opened: Callable[[Browser], Answer] = lambda one: one.get(f"/dossiers/{case}")  # noqa: E731 -- asked many times
    assert all(hands.NAME in answer.text for answer in served.everywhere(lambda: opened(browser)))
    change(served, KeyGrant, grant_of(member), revoked_at=system_clock())
    assert not any(hands.NAME in answer.text for answer in served.everywhere(lambda: opened(browser)))
    change(served, KeyGrant, grant_of(member), revoked_at=None)
    assert all(hands.NAME in answer.text for answer in served.everywhere(lambda: opened(browser)))
