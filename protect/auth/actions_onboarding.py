"""An operator brings in an agency: its root, its units and services, its first registrar and members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from protect.access import founding
from protect.access.errors import Conflict
from protect.access.founding import MemberPlan, SigningKey
from protect.access.policy import policy
from protect.access.runtime import Runtime
from protect.access.trail import note_operator
from protect.directory.actions_onboarding import NewService, register_agency, register_service, register_unit

REGISTRAR: Final = "registrar"
INVITATION_LIFE: Final = timedelta(days=14)


class PlanRefused(Exception):
    """The description of an agency lacks something or says something impossible; the message names it."""


@dataclass(frozen=True)
class NewMember:
    """A person to invite, by the name of the unit."""

    sign_in_name: str
    display_name: str
    role: str
    unit: str = ""


@dataclass(frozen=True)
class AgencyPlan:
    """What an operator says of an agency; `units` are pairs of name and province."""

    name: str
    kind: str
    units: Sequence[tuple[str, str]]
    services: Sequence[NewService]
    members: Sequence[NewMember]

    def check(self) -> None:
        """Raise PlanRefused unless there is a registrar, and every role and unit exists."""
        names = {name for name, _province in self.units}
        if not any(member.role == REGISTRAR for member in self.members):
            raise PlanRefused(f"{self.name}: an agency needs at least one member with the role registrar")
        for member in self.members:
            if member.role not in policy().roles:
                raise PlanRefused(f"{member.sign_in_name}: {member.role} is not a role; choose from {policy().roles}")
            if member.unit and member.unit not in names:
                raise PlanRefused(f"{member.sign_in_name}: the agency has no unit {member.unit}")
            if policy().by_unit(member.role) and not member.unit:
                raise PlanRefused(f"{member.sign_in_name}: a member with the role {member.role} needs a unit")


@dataclass(frozen=True)
class CodeToHand:
    """A one-time code, for handing over in person."""

    member: NewMember
    code: str


@dataclass(frozen=True)
class Onboarded:
    """An agency that was entered: its root goes off-line, its codes to its members."""

    agency_id: UUID
    root: SigningKey
    codes: tuple[CodeToHand, ...]


def read_plan(given: Mapping[str, Any]) -> AgencyPlan:
    """The plan in a parsed TOML file. Raises PlanRefused."""
    try:
        return AgencyPlan(
            given["name"],
            given["kind"],
            [(unit["name"], unit["province"]) for unit in given.get("unit", ())],
            [NewService(**{**service, **_tuples(service)}) for service in given.get("service", ())],
            [NewMember(**member) for member in given.get("member", ())],
        )
    except KeyError as error:
        raise PlanRefused(f"{error.args[0]} is missing") from None
    except TypeError as error:
        raise PlanRefused(str(error)) from None


def add_agency(runtime: Runtime, directory: SigningKey, plan: AgencyPlan) -> Onboarded:
    """Enter the agency and its signed invitations, whole or not at all. Raises PlanRefused or RegistrationRefused."""
    plan.check()
    root = founding.new_root()
    expires = runtime.clock() + INVITATION_LIFE
    with runtime.unit_of_work() as db:
        agency_id = register_agency(db, plan.name, plan.kind)
        units = {name: register_unit(db, agency_id, name, province) for name, province in plan.units}
        for service in plan.services:
            register_service(db, agency_id, service)
        founding.vouch(db, directory, agency_id, plan.kind, root)
        codes, registrars = [], []
        for member in plan.members:
            asked = MemberPlan(member.sign_in_name, member.display_name, member.role, units.get(member.unit))
            invited = founding.invite(db, root, agency_id, asked, expires)
            codes.append(CodeToHand(member, invited.code))
            registrars += [invited.member_id] if member.role == REGISTRAR else []
        founding.seat_founders(db, root, agency_id, registrars, runtime.clock())
    return Onboarded(agency_id, root, tuple(codes))


def seat_registrar(runtime: Runtime, root: SigningKey, agency_id: UUID, sign_in_name: str, display_name: str) -> str:
    """Let the agency's root add a registrar to those in office; the code to hand over.

    Another code where this person was seated and did not enrol. PlanRefused when somebody else has the name;
    CiphertextRejected for the root of another agency.
    """
    now = runtime.clock()
    asked = MemberPlan(sign_in_name, display_name, REGISTRAR, None)
    with runtime.unit_of_work() as db:
        try:
            code = founding.seat_another(db, root, agency_id, asked, now + INVITATION_LIFE, now)
        except Conflict:
            raise PlanRefused(f"{sign_in_name}: somebody has this name already") from None
        note_operator(db, runtime, agency_id, "registrar:seat")
    return code


def _tuples(service: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(service[key]) for key in ("sexes", "majorities") if key in service}
