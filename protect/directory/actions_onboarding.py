"""The rows that an operator's onboarding writes: agencies, their units and their services."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

from protect import vocab
from protect.directory.models import Agency, Service, Unit
from protect.store.scope import GatedSession

KINDS = ("lead", "shelter", "medical", "legal", "commission", "other")
PROVINCES = "province_cd"


class RegistrationRefused(Exception):
    """A kind, province or type of service that the lists do not have; the message names it."""


@dataclass(frozen=True)
class NewService:
    """What an agency offers, and to whom. Empty sexes or majorities: to everybody."""

    name: str
    service_type: str
    province: str
    sexes: tuple[str, ...] = ()
    majorities: tuple[str, ...] = ()
    has_places: bool = False


def registered(db: GatedSession) -> dict[UUID, str]:
    """The names of all agencies, for an operator."""
    return {row.id: row.name for row in db.execute(select(Agency.id, Agency.name))}


def register_agency(db: GatedSession, name: str, kind: str) -> UUID:
    """Add an agency. Raises RegistrationRefused."""
    if kind not in KINDS:
        raise RegistrationRefused(f"{kind}: choose one of {', '.join(KINDS)}")
    agency = Agency(id=uuid4(), name=name, kind=kind)
    db.add(agency)
    db.flush()
    return agency.id


def register_unit(db: GatedSession, agency_id: UUID, name: str, province: str) -> UUID:
    """Add an office of an agency. Raises RegistrationRefused."""
    _require(PROVINCES, [province])
    unit = Unit(id=uuid4(), agency_id=agency_id, name=name, province=province)
    db.add(unit)
    db.flush()
    return unit.id


def register_service(db: GatedSession, agency_id: UUID, new: NewService) -> UUID:
    """Add a service of an agency. Raises RegistrationRefused."""
    _require("service_type", [new.service_type])
    _require(PROVINCES, [new.province])
    _require("sex", new.sexes)
    _require("majority_status", new.majorities)
    service = Service(
        id=uuid4(), agency_id=agency_id, name=new.name, service_type=new.service_type, province=new.province,
        sexes=list(new.sexes), majorities=list(new.majorities), has_places=new.has_places,
    )  # fmt: skip
    db.add(service)
    db.flush()
    return service.id


def _require(codelist: str, codes: Iterable[str]) -> None:
    known = vocab.load().lists[codelist].codes()
    for code in codes:
        if code not in known:
            raise RegistrationRefused(f"{code} is not in the list {codelist}")
