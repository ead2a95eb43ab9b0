"""The words for access: compartments, what a role can do with them, of which objects, and why something is shut."""

from collections.abc import Mapping
from typing import Any, Final

from protect import vocab
from protect.access.policy import policy
from protect.i18n import gettext, language, lazy
from protect.oversight import explained
from protect.oversight.answers import Why
from protect.oversight.explained import Access

OTHER_COMPARTMENTS: Final[Mapping[str, Any]] = {
    "inbox": lazy("Requests received and transmitted files"),
    "statistics": lazy("Coded records for statistics"),
    "audit": lazy("Details of the trail"),
}
ACCESS: Final[Mapping[Access, Any]] = {
    Access.CHANGES: lazy("Reads and changes"),
    Access.READS: lazy("Reads"),
    Access.ADDS: lazy("Adds, without being able to read"),
    Access.KEY_ONLY: lazy("Holds the key; no page opens anything with it yet"),
    Access.CLOSED: lazy("Closed to this role"),
}
SHORT: Final[Mapping[Access, Any]] = {
    Access.CHANGES: lazy("reads, changes"),
    Access.READS: lazy("reads"),
    Access.ADDS: lazy("adds"),
    Access.KEY_ONLY: lazy("key only"),
    Access.CLOSED: "–",
}
LEGEND: Final = (Access.ADDS, Access.KEY_ONLY, Access.CLOSED)  # the other short words need none
PREDICATES: Final[Mapping[str, Any]] = {
    "any": lazy("everywhere"),
    "own_unit": lazy("of one's own office"),
    "own_agency": lazy("of one's own organisation"),
    "received": lazy("addressed to one's own organisation"),
    "emergency": lazy("that a second person opened for hours"),
}
SHORT_PREDICATES: Final[Mapping[str, Any]] = {
    "": "–",
    "any": lazy("yes"),
    "own_unit": lazy("own office"),
    "own_agency": lazy("own organisation"),
    "received": lazy("received"),
    "emergency": lazy("emergency"),
}
CLAUSES: Final[Mapping[str, Any]] = {
    "role": lazy("The role has this permission"),
    "agency": lazy("The object belongs to the same organisation"),
    "unit": lazy("The object belongs to the same office"),
    "received": lazy("The request is addressed to the same organisation"),
    "emergency": lazy("A second person agreed to open this object, and it is not over"),
}
HOLDS: Final[Mapping[bool | None, Any]] = {True: lazy("True"), False: lazy("False"), None: lazy("No object named")}
RELATIONS: Final[Mapping[str, Any]] = {
    "own_unit": lazy("An object of the same office"),
    "other_unit": lazy("An object of another office of the same organisation"),
    "emergency": lazy("A file of another office that two people opened in an emergency"),
    "other_agency": lazy("An object of another organisation"),
    "received": lazy("A request that another organisation sent to this one"),
    "none": lazy("No object: the permission in general"),
}
GROUPS: Final[Mapping[str, Any]] = {
    "account": lazy("Account and keys"),
    "cases": lazy("Cases"),
    "referrals": lazy("Requests sent"),
    "inbox": lazy("Requests received"),
    "services": lazy("Services and places"),
    "figures": lazy("Figures"),
    "oversight": lazy("Oversight"),
    "other": lazy("Other"),
}
REASONS: Final[Mapping[Why, tuple[Any, Any]]] = {  # why, and what to do
    Why.OPEN: (lazy("Your session has the key: this part opens."), lazy("Go back to the case.")),
    Why.CLOSED: (
        lazy("You may see this part; it closes by itself after ten minutes."),
        lazy("Go back to the case and confirm that it is you: your second factor opens it again."),
    ),
    Why.SIGN_IN_AGAIN: (
        lazy("The key is yours, but your session does not hold it."),
        lazy("Sign out and sign in again."),
    ),
    Why.WAITING: (
        lazy("Your role reads this part, but nobody has given you its key yet."),
        lazy("Ask a colleague who has the key to sign in: a button on the home page gives it to you."),
    ),
    Why.NOBODY: (
        lazy("Your role reads this part, but nobody in your organisation has its key."),
        lazy("Speak to your registrar."),
    ),
    Why.ADDS: (
        lazy("Your role adds to this part without reading it. What you write is sealed for those who read it."),
        lazy("To know something of it, ask the person, or a colleague whose role reads it."),
    ),
    Why.ROLE: (
        lazy("Your role has no key for this part, and no administrator can open it for you."),
        lazy("If your work needs it, speak to your registrar: another role is another invitation."),
    ),
}


def compartment(name: str) -> str:
    """A compartment in words."""
    other = OTHER_COMPARTMENTS.get(name)
    return str(other or vocab.load().lists["sensitivity_class"].get(name).label(language()))


def roles() -> list[tuple[str, str]]:
    """Every role with its words, in the order of the policy."""
    return [(role, gettext("Role: %(role)s", role=policy().role_name(role, language()))) for role in policy().roles]


def role_names() -> list[tuple[str, str]]:
    """Every role with its name."""
    return [(role, policy().role_name(role, language())) for role in policy().roles]


def permissions() -> list[tuple[str, str]]:
    """Every permission with its words."""
    return [(name, permission(name)) for name in explained.permissions()]


def permission(name: str) -> str:
    """A permission in words."""
    return explained.permission_name(name, language())
