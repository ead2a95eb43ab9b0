"""Answers of the policy about somebody and something that need not exist, and why a compartment stays shut."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final
from uuid import UUID

from protect.access.policy import Answer, policy

_AGENCY, _UNIT, _OTHER, _OPENED = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


class Why(Enum):
    """Why a compartment is open or shut for this session."""

    OPEN = "open"
    CLOSED = "closed"  # it wants a second factor again
    SIGN_IN_AGAIN = "sign in again"  # the key was handed over after the session began
    WAITING = "waiting"  # the role is entitled, and a colleague has to hand the key over
    NOBODY = "nobody"  # the role is entitled, and nobody of the agency has the key
    ADDS = "adds"
    ROLE = "role"


@dataclass(frozen=True)
class Standing:
    """What decides it: what the role may have, what was granted, what this session holds, how many others hold it."""

    access: str  # read, write or nothing, as the policy says
    granted: bool
    held: bool
    holders: int
    closed: bool = False

    @property
    def why(self) -> Why:
        """The one reason."""
        if self.closed:
            return Why.CLOSED
        if self.held:
            return Why.OPEN
        if self.access != "read":
            return Why.ADDS if self.access == "write" else Why.ROLE
        if self.granted:
            return Why.SIGN_IN_AGAIN
        return Why.WAITING if self.holders else Why.NOBODY


@dataclass(frozen=True)
class Somebody:
    """Who would act: a member, or anybody in a role."""

    role: str
    agency_id: UUID = _AGENCY
    unit_id: UUID | None = _UNIT
    emergency: UUID | None = None  # the opening that two people signed


@dataclass(frozen=True)
class Something:
    """What it would be done to."""

    agency_id: UUID
    unit_id: UUID
    to_agency_id: UUID
    id: UUID | None = None


RELATIONS: Final = ("own_unit", "other_unit", "emergency", "other_agency", "received", "none")


def answer(who: Somebody, permission: str, relation: str) -> Answer:
    """What the policy says of it: the very answer that would decide. KeyError for an unknown relation."""
    acting = replace(who, emergency=_OPENED) if relation == "emergency" else who
    return policy().explain(acting, permission, _related(who)[relation])


def _related(who: Somebody) -> Mapping[str, Something | None]:
    unit = who.unit_id or _UNIT  # who has no unit has none in common with anything
    return {
        "own_unit": Something(who.agency_id, unit, _OTHER),
        "other_unit": Something(who.agency_id, _OTHER, _OTHER),
        "emergency": Something(who.agency_id, _OTHER, _OTHER, _OPENED),
        "other_agency": Something(_OTHER, _OTHER, _OTHER),
        "received": Something(_OTHER, _OTHER, who.agency_id),
        "none": None,
    }
