"""What the declared policy lets somebody be shown, derived from its two tables and from how somebody stands to a case.

Nothing of the program that decides is asked: only the rows of the tables, which golden files hold as well.
"""

from collections.abc import Iterable
from typing import Any

from protect.access.policy import policy
from tests.security.acting import CASE, OWNER, SENDER, SENT, STATES, Acted
from tests.security.planting import OF
from tests.security.travelling import AT_HAND, EMPTIED, LIVING, REQUEST, travelling

Seen = frozenset[tuple[str, str]]  # thing and field
OWNERS = {CASE: OWNER, SENT: SENDER}
PLAIN = "administrative"  # working data of an agency: no key, and who opens the case reads it
ERASED = "erased"


def allowed(acted: Acted, member: Any, *, emergency: bool = False) -> Seen:
    """Every field that some page may show to this person now."""
    found: set[tuple[str, str]] = set()
    for case, owner in OWNERS.items():
        if _within(acted, member, "case:open", case) or (emergency and case == CASE):
            found |= _of_case(acted, member, case, owner)
    for state in STATES:
        if _within(acted, member, "referral:follow", SENT):
            found |= _sent_copy(member, state)
        if _receives(member, "inbox:read") and state not in EMPTIED:
            found |= {(state, name) for name in REQUEST.values()}
        if _receives(member, "package:open") and state in AT_HAND:
            found |= {(state, name) for name in travelling()}
    return frozenset(found)


def known(acted: Acted, member: Any) -> Seen:
    """Every field that this person's keys open, whatever the policy says of pages."""
    found: set[tuple[str, str]] = set()
    for case, owner in OWNERS.items():
        found |= _of_case(acted, member, case, owner)
    for state in STATES:
        found |= _sent_copy(member, state)
        if _receives(member, "inbox:read") and state not in EMPTIED:
            found |= {(state, name) for name in REQUEST.values()}
        if _receives(member, "inbox:read") and state in LIVING:
            found |= {(state, name) for name in travelling()}
    return frozenset(found)


def _reads(member: Any) -> set[str]:
    return {name for name, access in policy().compartments[member.role].items() if access == "read"}


def _of_case(acted: Acted, member: Any, case: str, owner: str) -> Seen:
    """The fields of a case of the own agency in the compartments that the role reads, and its plain ones."""
    if member.agency != owner:
        return frozenset()
    parts = (_reads(member) & OF.keys()) | ({PLAIN} if "case:open" in _permissions(member) else set())
    return frozenset((case, name) for part in parts for name in OF[part] if name in acted.words.planted[case])


def _sent_copy(member: Any, state: str) -> Seen:
    """What the sender keeps of a request."""
    own = member.agency == SENDER and "coded" in _reads(member) and state != ERASED
    return frozenset((state, name) for name in REQUEST.values()) if own else frozenset()


def _permissions(member: Any) -> dict[str, str]:
    return {name: roles[member.role] for name, roles in policy().clauses.items() if member.role in roles}


def _within(acted: Acted, member: Any, permission: str, case: str) -> bool:
    """Own office, or own agency, as the table asks for."""
    own = member.agency == OWNERS[case]
    return {"own_agency": own, "own_unit": own and member.unit_id == acted.units[case]}.get(
        _permissions(member).get(permission, ""), False
    )


def _receives(member: Any, permission: str) -> bool:
    return member.agency == OWNER and permission in _permissions(member) and "inbox" in _reads(member)


def described(seen: Iterable[tuple[str, str]]) -> str:
    """The same in few words: whole compartments, requests and packages by their name, else the fields."""
    things: dict[str, set[str]] = {}
    for thing, name in seen:
        things.setdefault(thing, set()).add(name)
    order = [CASE, SENT, *STATES]
    return "; ".join(f"{thing}: {_named(thing, things[thing])}" for thing in order if thing in things) or "-"


def _named(thing: str, names: set[str]) -> str:
    if thing in STATES:
        request, package = set(REQUEST.values()), set(travelling())
        whole = {"request": request, "package": package, "package but what the request says": package - request}
        if names == request | package:
            return "request package"
        return next((said for said, fields in whole.items() if fields == names), " ".join(sorted(names)))
    return " ".join(filter(None, (_of_part(part, names) for part in OF)))


def _of_part(part: str, names: set[str]) -> str:
    here = [name for name in OF[part] if name in names]
    if not here:
        return ""
    return part if len(here) == len(OF[part]) else f"{part}({' '.join(here)})"
