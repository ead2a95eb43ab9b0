"""What a state of a member, a thing waited for and a key are called on a page."""

from typing import Any, Final

from protect.i18n import lazy
from protect.vocab import load

STATUSES: Final = {
    "invited": (lazy("invited"), "blue"),
    "waiting": (lazy("not certified yet"), "yellow"),
    "active": (lazy("active"), "green"),
    "suspended": (lazy("suspended"), "orange"),
    "left": (lazy("has left"), "grey"),
}
WAITING: Final = {
    "enrolment": lazy("has the code and must enrol"),
    "certification": lazy("enrolled: compare the six words"),
    "second": lazy("waits for a second registrar"),
    "again": lazy("certified by somebody alone: a registrar of today must agree"),
    "change": lazy("a change waits for a second registrar"),
    "departure": lazy("the departure waits for a second registrar"),
    "reset": lazy("is to begin anew with a new code"),
    "key": lazy("waits until a colleague gives the key"),
}
KEYS: Final = {
    "inbox": lazy("Requests received"),
    "audit": lazy("Trail"),
    "statistics": lazy("Coded records of all agencies"),
}
BELONGINGS: Final = {"cases": lazy("Open cases"), "referrals": lazy("Open referrals of these cases")}
CLASSES: Final = "sensitivity_class"


def key_name(name: str, locale: str) -> Any:
    """What opens with a key, in words."""
    if name in KEYS:
        return KEYS[name]
    return load().lists[CLASSES].get(name).label(locale)
