"""The permission table and the compartments of each role, as data; whatever it does not name is denied."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Protocol
from uuid import UUID

PUBLIC: Final = "public"
HAS_PERMISSION: Final = "role"  # the clause that comes before every predicate


class ActorLike(Protocol):
    """What a predicate knows of the person who acts."""

    @property
    def agency_id(self) -> UUID:
        """Whose member it is."""

    @property
    def unit_id(self) -> UUID | None:
        """The member's office, if it has one."""

    @property
    def role(self) -> str:
        """The one role the person acts in."""


@dataclass(frozen=True)
class Clause:
    """One condition and whether it holds; `holds` is None where no object was named to ask it of."""

    name: str
    holds: bool | None


@dataclass(frozen=True)
class Answer:
    """A decision together with everything it was made of: there is no other way to make one."""

    permission: str
    role: str
    clauses: tuple[Clause, ...]

    @property
    def allowed(self) -> bool:
        """Whether no clause failed. One that could not be asked is asked again of the object itself."""
        return all(clause.holds is not False for clause in self.clauses)


@dataclass(frozen=True)
class Policy:
    """`clauses[permission][role]` is the name of a predicate; `compartments[role][name]` is read or write."""

    clauses: Mapping[str, Mapping[str, str]]
    compartments: Mapping[str, Mapping[str, str]]
    purposes: Mapping[str, Mapping[str, str]]
    names: Mapping[str, Mapping[str, str]]

    def role_name(self, role: str, locale: str) -> str:
        """The role as a person reads it."""
        return self.names[role][f"label_{locale}"]

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role, in the order of the table."""
        return tuple(self.compartments)

    def has(self, role: str, permission: str) -> bool:
        """Whether the role has the permission for at least some object."""
        return role in self.clauses.get(permission, {})

    def permits(self, actor: ActorLike, permission: str, subject: Any = None) -> bool:
        """Whether the actor may do this to `subject`; without a subject, whether the role may do it at all."""
        return self.explain(actor, permission, subject).allowed

    def explain(self, actor: ActorLike, permission: str, subject: Any = None) -> Answer:
        """The decision with its clauses, each asked by itself: that the role has it, then what its predicate says."""
        name = self.clauses.get(permission, {}).get(actor.role)
        role = Clause(HAS_PERMISSION, name is not None)
        if name is None:
            return Answer(permission, actor.role, (role,))
        asked = (Clause(part, None if subject is None else PARTS[part](actor, subject)) for part in PREDICATES[name])
        return Answer(permission, actor.role, (role, *asked))

    def readable(self, role: str) -> tuple[str, ...]:
        """Compartments whose key the role may be given."""
        return tuple(name for name, access in self.compartments.get(role, {}).items() if access == "read")

    def by_unit(self, role: str) -> bool:
        """Whether the role sees the cases of its own unit only. A role that lists no case is not narrowed."""
        return self.clauses["case:list"].get(role) == "own_unit"


def _agency(actor: ActorLike, subject: Any) -> bool:
    return bool(subject.agency_id == actor.agency_id)


def _unit(actor: ActorLike, subject: Any) -> bool:
    return actor.unit_id is not None and bool(subject.unit_id == actor.unit_id)


def _received(actor: ActorLike, subject: Any) -> bool:
    return bool(subject.to_agency_id == actor.agency_id)


def _emergency(actor: ActorLike, subject: Any) -> bool:
    opened = getattr(actor, "emergency", None)  # of the request that verified it, and of nobody else
    return opened is not None and bool(getattr(subject, "id", None) == opened)


PARTS: Final[Mapping[str, Callable[[ActorLike, Any], bool]]] = {
    "agency": _agency,
    "unit": _unit,
    "received": _received,
    "emergency": _emergency,
}
PREDICATES: Final[Mapping[str, tuple[str, ...]]] = {
    "any": (),
    "own_agency": ("agency",),
    "own_unit": ("agency", "unit"),
    "received": ("received",),
    "emergency": ("agency", "emergency"),
}


@cache
def policy() -> Policy:
    """The shipped policy, read once."""
    clauses: dict[str, dict[str, str]] = {}
    for row in _rows("permissions.csv"):
        if row["predicate"] not in PREDICATES:
            raise ValueError(f"permissions.csv names an unknown predicate: {row}")
        clauses.setdefault(row["permission"], {})[row["role"]] = row["predicate"]
    compartments: dict[str, dict[str, str]] = {}
    for row in _rows("roles.csv"):
        held = compartments.setdefault(row["role"], {})
        if row["compartment"]:
            held[row["compartment"]] = row["access"]
    purposes = {row["purpose"]: row for row in _rows("purposes.csv")}
    names = {row["role"]: row for row in _rows("role_names.csv")}
    return Policy(clauses, compartments, purposes, names)


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("protect.access").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
