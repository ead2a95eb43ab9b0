"""The directory: services ranked for a need, the names of agencies, and the places of one's own agency."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.directory import matching
from protect.directory.actions_capacity import LIVE, count_places, release
from protect.directory.limits import MOST_PLACES
from protect.directory.matching import Freshness, Match, ServiceView, Wanted
from protect.directory.models import Agency, Place, Service, Stay, Unit


@dataclass(frozen=True)
class PlaceView:
    """One place: free, or since when it is held or occupied and by which referral."""

    id: UUID
    label: str
    status: str  # free, held, confirmed, occupied
    referral_id: UUID | None = None


@dataclass(frozen=True)
class ServicePlaces:
    """A service of one's own agency with its places."""

    service: ServiceView
    freshness: Freshness
    places: tuple[PlaceView, ...]


def list_services(gate: Gate, wanted: Wanted) -> tuple[Match, ...]:
    """Services of every agency that offer the need, the best fit first, each with its reasons."""
    gate.permit("directory:read")
    return matching.rank(_views(gate, _open_services()), wanted, gate.now())


def all_services(gate: Gate) -> tuple[Match, ...]:
    """The whole directory, by type of service and province, with the state of the places."""
    gate.permit("directory:read")
    now = gate.now()
    views = _views(gate, _open_services())
    matches = [match for need in {v.service_type for v in views} for match in matching.rank(views, Wanted(need), now)]
    return tuple(sorted(matches, key=lambda m: (m.service.service_type, m.service.province, m.service.name)))


def open_service(gate: Gate, service_id: UUID) -> ServiceView:
    """One service that takes requests. Raises NotFound."""
    gate.permit("directory:read")
    found = _views(gate, _open_services().where(Service.id == service_id))
    if not found:
        raise NotFound("Service")
    return found[0]


def service_of(gate: Gate, service_id: UUID) -> ServiceView:
    """One service, closed or not. Raises NotFound."""
    found = services_by_id(gate, [service_id])
    if service_id not in found:
        raise NotFound("Service")
    return found[service_id]


def services_by_id(gate: Gate, ids: Iterable[UUID]) -> dict[UUID, ServiceView]:
    """Services by id, closed ones too: for the names in lists of referrals."""
    return {view.id: view for view in _views(gate, _services().where(Service.id.in_(set(ids))))}


def agency_names(gate: Gate, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of agencies by id."""
    rows = gate.db.execute(select(Agency.id, Agency.name).where(Agency.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def province_of_unit(gate: Gate, unit_id: UUID | None) -> str:
    """Province of an office; empty when there is none."""
    return gate.db.scalar(select(Unit.province).where(Unit.id == unit_id)) or "" if unit_id else ""


def my_places(gate: Gate) -> tuple[ServicePlaces, ...]:
    """The places of one's own agency, service by service."""
    gate.permit("place:manage")
    mine = _services().where(Service.agency_id == gate.member.agency_id, Service.has_places)
    now = gate.now()
    return tuple(
        ServicePlaces(view, matching.freshness(view.free_places_at, now), _places(gate, view.id))
        for view in _views(gate, mine)
    )


def add_places(gate: Gate, service_id: UUID, number: int) -> None:
    """Add numbered places to a service of one's own agency. Raises NotFound, and ValueError beyond the limit."""
    if not 1 <= number <= MOST_PLACES:
        raise ValueError(number)
    service = _own_service(gate, service_id)
    known = set(gate.db.scalars(select(Place.label).where(Place.service_id == service.id)))
    free_labels = (label for label in map(str, range(1, 10_000)) if label.zfill(2) not in known)
    for _, label in zip(range(number), free_labels, strict=False):
        gate.db.add(Place(agency_id=service.agency_id, service_id=service.id, label=label.zfill(2)))
    count_places(gate, service.id)
    gate.record("place:add", Ref("service", service.id))


def confirm_count(gate: Gate, service_id: UUID) -> None:
    """Say that the shown count is right today, so that others can trust it again."""
    service = _own_service(gate, service_id)
    count_places(gate, service.id)
    gate.record("place:confirm", Ref("service", service.id))


def release_place(gate: Gate, place_id: UUID) -> None:
    """Give a taken place back: the person has left, or does not come. Nothing happens when it is free."""
    place = gate.find(Place, place_id, "place:manage")
    taken = select(Stay.referral_id).where(Stay.place_id == place.id, Stay.status.in_(LIVE))
    for referral_id in gate.db.scalars(taken).all():
        release(gate, referral_id, place.service_id)
    gate.record("place:release", Ref("place", place.id))


def _own_service(gate: Gate, service_id: UUID) -> Service:
    service = gate.find(Service, service_id, "place:manage")
    if not service.has_places:
        raise NotFound("Service")
    return service


def _services() -> Select[Service, str]:
    return select(Service, Agency.name).join(Agency, Agency.id == Service.agency_id).order_by(Service.name)


def _open_services() -> Select[Service, str]:
    return _services().where(Service.is_open)


def _views(gate: Gate, statement: Select[Service, str]) -> tuple[ServiceView, ...]:
    return tuple(_view(service, agency) for service, agency in gate.db.execute(statement))


def _view(row: Service, agency: str) -> ServiceView:
    return ServiceView(
        id=row.id, agency_id=row.agency_id, agency=agency, name=row.name, service_type=row.service_type,
        province=row.province, sexes=frozenset(row.sexes), majorities=frozenset(row.majorities),
        has_places=row.has_places, free_places=row.free_places, free_places_at=row.free_places_at,
    )  # fmt: skip


def _places(gate: Gate, service_id: UUID) -> tuple[PlaceView, ...]:
    now = gate.now()
    live = (Stay.place_id == Place.id) & Stay.status.in_(LIVE) & Stay.during.contains(now)
    rows = gate.db.execute(
        select(Place.id, Place.label, func.coalesce(Stay.status, "free"), Stay.referral_id)
        .outerjoin(Stay, live)
        .where(Place.service_id == service_id)
        .order_by(Place.label)
    )
    return tuple(PlaceView(*row) for row in rows)
