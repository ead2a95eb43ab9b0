"""What a state of a member, a thing waited for and a key are called on a page."""

from collections.abc import Iterable
from typing import Any, Final

from protect.i18n import format_list, language, lazy, ngettext
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
CLASSES: Final = "sensitivity_class"


def key_name(name: str, locale: str) -> Any:
    """What opens with a key, in words."""
    if name in KEYS:
        return KEYS[name]
    return load().lists[CLASSES].get(name).label(locale)


def key_names(names: Iterable[str]) -> str:
    """What opens with several keys, in words."""
    return format_list([str(key_name(name, language())) for name in names])


def things(counts: Iterable[tuple[str, int]]) -> str:
    """How many cases and open referrals, in words; nothing of what there is none."""
    return format_list([_number(kind, count) for kind, count in counts if count])


def _number(kind: str, count: int) -> str:
    if kind == "cases":
        return ngettext("%(num)s open case", "%(num)s open cases", count)
    return ngettext("%(num)s open referral", "%(num)s open referrals", count)
