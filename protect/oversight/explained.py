"""What each role can read, add and do, in words: made from the policy that decides, and from nothing else."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import Final

from protect.access.policy import policy
from protect.vocab import COMPARTMENTS

ROLES_A_SHEET: Final = 4  # as many columns as a page of paper has room for
USES: Final[Mapping[str, tuple[str, str | None]]] = {
    **dict.fromkeys(COMPARTMENTS, ("case:open", "case:edit")),
    "inbox": ("inbox:read", None),
    "statistics": ("release:propose", None),
    "audit": ("trail:read", None),
}
"""Which permission opens a compartment to whoever holds its key, and which changes it."""


class Access(Enum):
    """What a role can do with a compartment: by its keys and by its permissions together."""

    CHANGES = "changes"
    READS = "reads"
    ADDS = "adds"
    KEY_ONLY = "key only"  # the key may be given, and no page opens anything with it
    CLOSED = "closed"


@dataclass(frozen=True)
class Right:
    """One permission of a role; `predicate` says of which objects, empty where the role has none."""

    permission: str
    label: str
    predicate: str


@dataclass(frozen=True)
class Group:
    """Rights about one kind of thing."""

    name: str
    rights: tuple[Right, ...]


@dataclass(frozen=True)
class RoleView:
    """Everything of one role."""

    role: str
    compartments: tuple[tuple[str, Access], ...]
    groups: tuple[Group, ...]
    lacking: tuple[Right, ...]


@dataclass(frozen=True)
class Sheet:
    """One page of the printed matrix: some roles as columns."""

    roles: tuple[str, ...]
    compartments: tuple[tuple[str, tuple[Access, ...]], ...]
    groups: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]


def role_view(role: str, locale: str) -> RoleView:
    """What the role can see and do. KeyError for a role that does not exist."""
    if role not in policy().roles:
        raise KeyError(role)
    rights = [_right(permission, role, locale) for permission in permissions()]
    had = [right for right in rights if right.predicate]
    groups = (Group(name, tuple(right for right in had if _group(right.permission) == name)) for name in groups_named())
    return RoleView(
        role,
        tuple((name, access(role, name)) for name in USES),
        tuple(group for group in groups if group.rights),
        tuple(right for right in rights if not right.predicate),
    )


def access(role: str, compartment: str) -> Access:
    """What the role can do with the compartment."""
    opens, changes = USES[compartment]
    key = policy().compartments[role].get(compartment)
    may_change = changes is not None and policy().has(role, changes)
    if key == "read" and policy().has(role, opens):
        return Access.CHANGES if may_change else Access.READS
    if key == "read":
        return Access.KEY_ONLY
    return Access.ADDS if key == "write" else Access.CLOSED


def readers(compartment: str) -> tuple[str, ...]:
    """The roles whose key opens the compartment."""
    return tuple(role for role in policy().roles if compartment in policy().readable(role))


def sheets(locale: str) -> tuple[Sheet, ...]:
    """The whole matrix, a few roles a page."""
    roles = policy().roles
    return tuple(_sheet(roles[at : at + ROLES_A_SHEET], locale) for at in range(0, len(roles), ROLES_A_SHEET))


def _sheet(roles: tuple[str, ...], locale: str) -> Sheet:
    def line(permission: str) -> tuple[str, tuple[str, ...]]:
        rights = [_right(permission, role, locale) for role in roles]
        return rights[0].label, tuple(right.predicate for right in rights)

    return Sheet(
        roles,
        tuple((name, tuple(access(role, name) for role in roles)) for name in USES),
        tuple(
            (name, tuple(line(permission) for permission in permissions() if _group(permission) == name))
            for name in groups_named()
        ),
    )


def permissions() -> tuple[str, ...]:
    """Every permission of the policy, in the order in which people read them."""
    named = tuple(name for name in _names() if name in policy().clauses)
    return named + tuple(name for name in policy().clauses if name not in _names())


def groups_named() -> tuple[str, ...]:
    """The kinds of things that permissions are about, in order."""
    return tuple(dict.fromkeys(_group(permission) for permission in permissions()))


def permission_name(permission: str, locale: str) -> str:
    """A permission in words; one that has no words yet is shown by its code."""
    return _names()[permission][f"label_{locale}"] if permission in _names() else permission


def _right(permission: str, role: str, locale: str) -> Right:
    return Right(permission, permission_name(permission, locale), policy().clauses[permission].get(role, ""))


def _group(permission: str) -> str:
    return _names()[permission]["group"] if permission in _names() else "other"


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("protect.oversight").joinpath("permission_names.csv").read_text(encoding="utf-8")
    return {row["permission"]: row for row in csv.DictReader(text.splitlines())}
