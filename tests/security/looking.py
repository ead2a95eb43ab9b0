"""Asking pages as one person after the other, and noting which fields they show and which were opened for them."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from protect.access.opening import Opening
from tests.pages import PageClient
from tests.security.acting import CASE, CLASSES, SENT, Acted
from tests.security.addresses import ask, browser, token_of
from tests.security.allowed import Seen
from tests.security.canaries import Canaries
from tests.security.cells import Cell
from tests.security.story import CONSENT

SEARCHED = "cases.find"
ANSWERED = {SEARCHED, "cases.save", "referrals.preview"}  # forms that answer with a page of what was found
QUERIES = {"cases.list_cases": "?noms=1"}
FAULT, ONWARD = 500, 303


@dataclass
class Shown:
    """Of one person: what each page answered and showed, what was opened for any, and where words of the story stood."""

    answers: dict[str, str] = field(default_factory=dict)
    by_page: dict[str, Seen] = field(default_factory=dict)
    opened: Seen = frozenset()
    typed: list[str] = field(default_factory=list)

    @property
    def seen(self) -> Seen:
        """What any page showed."""
        return frozenset().union(*self.by_page.values())


class Looking:
    """Whoever looks at pages; with canaries of the story, those on them are noted, too."""

    def __init__(self, acted: Acted, patch: pytest.MonkeyPatch, canaries: Canaries | None = None) -> None:
        self._acted = acted
        self._canaries = canaries
        self._read: set[tuple[str, str]] = set()
        things, fields = {acted.ids[thing]: thing for thing in (CASE, SENT)}, Opening.fields

        def noting(opening: Opening, row: Any, names: Any = None) -> dict[str, str]:
            found = fields(opening, row, names)
            self._read |= {(things[row.case_id], name) for name in found if row.case_id in things}
            return found

        patch.setattr(Opening, "fields", noting)

    def as_one(self, name: str, wanted: list[Cell]) -> Shown:
        """Every page as one person."""
        client, shown = browser(self._acted.copy, name), Shown()
        token = token_of(client)
        self._read.clear()
        for cell in wanted:
            said = self._said(client, token, cell)
            shown.answers[str(cell)] = _told(client, said)
            shown.by_page[str(cell)] = frozenset(self._acted.words.seen(said.text))
            shown.typed += [str(cell)] if self._has_canary(said.text) else []
        shown.opened = frozenset(self._read)
        return shown

    def _has_canary(self, text: str) -> bool:
        """Whether a word or a number of the story stands there as it is: a page has no reason to encode one."""
        if self._canaries is None:
            return False
        return self._canaries.marker in text.lower() or any(phone in text for phone in self._canaries.phones)

    def _said(self, client: PageClient, token: str, cell: Cell) -> TestResponse:
        where = cell.where + QUERIES.get(cell.page.endpoint, "")
        more = self._typed(cell) if cell.page.endpoint in ANSWERED else {}
        said = ask(client, cell.page, where, token, more)
        # Without its checks the program may run into a fault; with them it never does.
        assert said.status_code < FAULT or self._canaries, str(cell)
        return said

    def _typed(self, cell: Cell) -> dict[str, Any]:
        """What makes such a form answer with fields: a piece of a name, a form of yesterday, a whole consent."""
        if cell.page.endpoint == SEARCHED:
            return {"typed": self._acted.words.planted[CASE]["surname"][:-1]}
        agreed = {**CONSENT, "urgency": "urgent", "consent_data_categories": list(CLASSES)}
        answers = {"surname": "Autre", "case_note": "Autre", "phone": "+243812345678"}
        return {"asked": " ".join(answers), **answers, "version": "0", **agreed}


def _told(client: PageClient, said: TestResponse) -> str:
    """How the page answered; of a form that leads on, whether the next page would call it done or refused."""
    if said.status_code != ONWARD:
        return str(said.status_code)
    with client.raw.session_transaction() as kept:
        words = {category for category, _ in kept.pop("_flashes", [])}
    return " ".join([str(ONWARD), *(["refused"] if words - {"success"} else ["done"] if words else [])])
