"""Every page of the application as an address that exists in the story, and requests to it that leave no trace."""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from protect.access import gate as gates
from protect.store.shred import ShredStore
from protect.vocab import load
from protect.web.pages import PageRule
from tests.pages import OWN_SITE, PageClient
from tests.security.tampering import member, row, rows
from tests.security.telling import Copy

COOKIE = "__Host-protect"
SHORT_ANSWERS = {
    "number": "1", "step": "start", "decision": "refuse", "typed": "Kabongo", "asked": "",
    "display_name": "Nouvelle", "sign_in_name": "nouvelle.venue", "role": "reader", "unit": "", "same": "yes",
    "referral_decline_reason": load().lists["referral_decline_reason"].codes()[0],
}  # fmt: skip
ARGUMENT = re.compile(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z_]+)>")


def objects(copy: Copy) -> dict[str, str]:
    """What the arguments of addresses stand for, by their names."""
    own_service = row(copy, "service", "name = 'Hébergement Une'")["id"]
    officer = member(copy, "house_officer")
    consent = row(copy, "referral", "id = :id", id=copy.ids["agreed"])["consent_id"]
    return {
        "case_id": str(copy.ids["case"]),
        "referral_id": str(copy.ids["agreed"]),
        "consent_id": str(consent),
        "service_id": str(own_service),
        "place_id": str(rows(copy, "place", "service_id = :id", id=own_service)[0]["id"]),
        "release_id": str(copy.ids["release"]),
        "stop_id": str(row(copy, "opening_notice", "kind = 'stop'")["id"]),
        "factor_id": str(row(copy, "factor", "member_id = :id and kind = 'totp'", id=officer)["id"]),
        "session_id": str(rows(copy, "session", "member_id = :id and ended_at is null", id=officer)[0]["id"]),
        "arrival_id": str(row(copy, "recovery_arrival", "stopped_at is null")["id"]),
        "opening_id": str(copy.ids["emergency"]),
        "approval_id": str(copy.ids["approval"]),
        "name": "contact",
        "role": "officer",
        "member_id": str(row(copy, "member", "sign_in_name = 'house_officer_beside'")["id"]),
        "subject": "0" * 64,
        "compartment": "identity",
    }


def address(rule: str, given: Mapping[str, str]) -> str:
    """The rule with its arguments filled in."""
    return ARGUMENT.sub(lambda found: given[found[1]], rule)


def browser(copy: Copy, person: str = "") -> PageClient:
    """A fresh browser, with the session of a person or of nobody."""
    client = PageClient(copy.world.app)
    if person:
        client.raw.set_cookie(COOKIE, copy.world.people[person].token)
    return client


def token_of(client: PageClient) -> str:
    """The token that forms of this browser carry."""
    page = client.raw.get("/connexion", follow_redirects=True)
    return re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]


def ask(
    client: PageClient, page: PageRule, where: str, token: str = "", more: Mapping[str, Any] | None = None, **headers: str
) -> TestResponse:  # fmt: skip
    """The answer to the page's own method, a form having its token, what the short forms ask, and more."""
    if page.method == "GET":
        return client.raw.get(where, headers=headers)
    data: dict[str, Any] = {"csrf_token": token, "once": str(uuid.uuid4())} if token else {}
    return client.raw.post(where, data={**SHORT_ANSWERS, **(more or {}), **data}, headers={**OWN_SITE, **headers})


@contextmanager
def traceless() -> Iterator[None]:
    """Whatever an action does is undone instead of committed; the trail still takes its entries."""

    def undo(session: Session) -> None:
        session.flush()
        session.rollback()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gates, "commit", undo)
        patch.setattr(ShredStore, "destroy", lambda *_: True)
        yield
