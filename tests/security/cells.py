"""Every rule of the application and where the matrix asks it: in each state of its object, or not, and then why."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from protect.access.policy import PUBLIC, policy
from protect.cases.sections import SECTIONS
from protect.vocab import load
from protect.web.pages import SIGNED_IN, PageRule, rules_of
from tests.security.acting import APPROVALS, OPENINGS, OWNER, SENDER, SENT, STATES, Acted
from tests.security.addresses import ARGUMENT, address, objects
from tests.security.tampering import row, rows

TABLES = {
    "case_id": "case_file", "referral_id": "referral", "consent_id": "consent", "service_id": "service",
    "place_id": "place", "release_id": "release", "member_id": "member", "arrival_id": "recovery_arrival",
    "opening_id": "emergency_opening", "approval_id": "approval", "stop_id": "opening_notice",
}  # fmt: skip
# Whose row the permission is asked of.
SUBJECTS = (
    "referral_id", "place_id", "release_id", "case_id", "service_id", "member_id", "arrival_id", "opening_id",
    "approval_id", "stop_id",
)  # fmt: skip
OBJECT_STATES = {"referral_id": STATES, "opening_id": OPENINGS, "approval_id": APPROVALS}
STEPS = tuple(step.name for step in load().intake)
PARTS = {"cases.edit": tuple(SECTIONS), "cases.save": tuple(SECTIONS), "cases.step": STEPS, "cases.answer": STEPS}
FEW_ROWS = "health"  # renewing its key takes a moment
ONE_PART = "contact"  # a section and a step of the intake
OWN = "it is about the asker's own session, means or kept form, and names nobody else's object: tests/auth"
NOBODY = "nobody is signed in there, so there is no role and no key: tests/security/test_routes.py, tests/wire"
NOT_ASKED: Mapping[str, str] = {  # forms alone: every page that is read is asked for
    **dict.fromkeys(
        ("auth.confirmed", "auth.drop_form", "auth.give_reason", "auth.add_passkey", "auth.add_generator",
         "auth.draw_phrase", "auth.change_phrase", "auth.ask_own_words", "auth.renew_codes", "auth.ask_confirm",
         "auth.close", "members.seen", "auth.end_others"),
        OWN,
    ),
    **dict.fromkeys(
        ("auth.begin", "auth.new_phrase", "auth.renew_phrase", "auth.ask_new_words", "auth.end",
         "auth.show_passphrase", "auth.take_passkey", "auth.enrol", "auth.check_words", "auth.ask_words",
         "auth.show_codes", "witness.cosignature", "web.language", "web.leave"),
        NOBODY,
    ),
}  # fmt: skip
SOMEBODY_ELSES = ("auth.remove", "auth.end_session")  # of own means and sessions, by an id that others can name


class Cell(NamedTuple):
    """One page with one choice of objects."""

    page: PageRule
    state: str
    where: str
    subject: Any

    def __str__(self) -> str:
        rule = ARGUMENT.sub(lambda found: f"<{found[1]}>", self.page.rule)
        return f"{self.page.method} {rule}{f' [{self.state}]' if self.state else ''}"


def cells(acted: Acted, *, every_part: bool = False) -> list[Cell]:
    """Every rule in each state of its object; with `every_part` also every section and every step of the intake."""
    given = {**objects(acted.copy), "name": ONE_PART, "compartment": FEW_ROWS}
    return [cell for page in rules_of(acted.world.app) for cell in _of(acted, page, given, every_part)]


def _of(acted: Acted, page: PageRule, given: Mapping[str, str], every_part: bool) -> Iterator[Cell]:
    names = ARGUMENT.findall(page.rule)
    for state, chosen in _choices(acted, page, names, every_part):
        filled = {**given, **chosen}
        yield Cell(page, state, address(page.rule, filled), _subject(acted, names, filled))


def _choices(
    acted: Acted, page: PageRule, names: Sequence[str], every_part: bool
) -> Iterator[tuple[str, dict[str, str]]]:
    stated = next((name for name in names if name in OBJECT_STATES), "")
    if stated:
        yield from ((state, {stated: str(acted.ids[state])}) for state in OBJECT_STATES[stated])
    elif every_part and page.endpoint in PARTS:
        yield from ((part, {"name": part}) for part in PARTS[page.endpoint])
    else:
        yield "", {}
    if page.endpoint == "cases.show":
        yield SENT, {"case_id": str(acted.ids[SENT])}


def _subject(acted: Acted, names: Sequence[str], given: Mapping[str, str]) -> Any:
    """The row that the permission is asked of; None for a page that names none."""
    name = next((name for name in SUBJECTS if name in names), None)
    if name is None:
        return None
    found = row(acted.copy, TABLES[name], "id = :id", id=uuid.UUID(given[name]))
    return SimpleNamespace(**{"agency_id": None, "to_agency_id": None, "unit_id": None, **found})


def members(acted: Acted) -> dict[str, Any]:
    """One person of each role in each relation, with agency and the case that is open to one in an emergency."""
    opened, agencies = (
        {"house_officer_beside": acted.ids["live"]},
        {id_: name for name, id_ in acted.world.agencies.items()},
    )
    found: dict[Any, Any] = {}
    for each in sorted(rows(acted.copy, "member"), key=lambda each: str(each["sign_in_name"])):
        name = each["sign_in_name"]
        if name in acted.world.people:
            own = {"agency": agencies[each["agency_id"]], "emergency": opened.get(name)}
            person = SimpleNamespace(**{**each, **own})
            found.setdefault(_relation(person), person)
    return {person.sign_in_name: person for person in found.values()}


def _relation(person: Any) -> tuple[str, ...]:
    """Role and agency, where it is one of the two that the cases are of, and of officers there everybody."""
    near = person.agency in {OWNER, SENDER}
    officer = near and person.role == "officer"
    return person.role, person.agency if near else "", person.sign_in_name if officer else ""


def permitted(member: Any, cell: Cell) -> bool:
    """Whether the declared policy lets this person ask for this page of this object."""
    return cell.page.needs in {PUBLIC, SIGNED_IN} or policy().permits(member, cell.page.needs, cell.subject)


def needs_permission(cell: Cell) -> bool:
    """Whether the page asks for more than being signed in."""
    return cell.page.needs not in {PUBLIC, SIGNED_IN}
