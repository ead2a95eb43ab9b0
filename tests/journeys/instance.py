"""The served instance as the people of the small world use it: each in a browser of their own."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import Browser

from protect.access import sessions
from protect.auth import login
from protect.referrals import actions_follow
from tests.browser import DESK, PHONE, Tab, tab
from tests.referrals import hands
from tests.world import Person, World

ENOUGH = timedelta(minutes=5)  # a story is over sooner
AT_A_DESK = frozenset({"supervisor", "auditor", "analyst", "publisher", "reader"})


@dataclass
class Instance:
    """An address, the people who have access to it, and the browser that they use."""

    world: World
    base: str
    browser: Browser
    seated: Counter[str] = field(default_factory=Counter)  # tabs that somebody has open

    def person(self, name: str) -> Person:
        """Somebody whose session lives and is open for long enough: another story may have ended or closed it."""
        person, runtime = self.world.people[name], self.world.runtime
        actor = sessions.find(runtime, person.token).actor
        until = actor.open_until if actor else None
        soon = until is None or until - runtime.clock() < ENOUGH
        if actor is None or (soon and not self.seated[name]):  # a second session would end that of the tab
            person.sign_in()
        return person

    def request(self, service: str) -> UUID:
        """A request that waits at a service of that name, sent by the officer for a person of its own."""
        officer = self.person("officer")
        return hands.send(officer, hands.new_case(officer), hands.service_id(self.world, service))

    def identifiers(self, referral: UUID) -> dict[str, str]:
        """What the addresses of pages about a referral are made of."""
        with self.person("officer").gate() as gate:
            sent = actions_follow.show_referral(gate, referral)
        return {
            "referral": str(referral), "case": str(sent.case_id), "consent": str(sent.consent_id),
            "service": str(sent.referral.service.id),
        }  # fmt: skip

    @contextmanager
    def seat(self, name: str, *, view: dict[str, int] | None = None, scripts: bool = True) -> Iterator[Tab]:
        """A tab of somebody who signed in before, on the device that this person has."""
        token = self.person(name).token
        device = DESK if name in AT_A_DESK else PHONE
        with self.visitor(view=view or device, scripts=scripts) as opened:
            _keep_cookie(opened, token)
            self.seated[name] += 1
            try:
                yield opened
            finally:
                self.seated[name] -= 1

    @contextmanager
    def visitor(self, *, view: dict[str, int] | None = None, scripts: bool = True) -> Iterator[Tab]:
        """A tab of somebody who did not sign in."""
        with tab(self.browser, self.base, view=view or PHONE, scripts=scripts) as opened:
            yield opened


def _keep_cookie(opened: Tab, token: str) -> None:
    """Give the tab the cookie of a session, as if it had come by https."""
    cookie = {"name": login.COOKIE, "value": token, "url": "https://localhost", "secure": True, "httpOnly": True}
    opened.page.context.add_cookies([cookie])
