"""Places: holding one without ever promising it twice, giving it back, counting what is free.

The database's exclusion constraint is what keeps a place from being promised twice. The locks only spare the losers a
collision, and waiting for the taker tells "all are being taken just now" from "none is free".
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, Update, distinct, exists, func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from protect.access.gate import Gate
from protect.directory.models import Place, Service, Stay
from protect.store.scope import GatedSession

LIVE: Final = ("held", "confirmed", "occupied")
ATTEMPTS: Final = 8  # each failed one means that somebody else got a place
EXCLUDED: Final = "23P01"  # SQLSTATE of an exclusion constraint that refused a row


class NoPlaceFree(Exception):
    """Every place of the service is taken for that time."""


def hold_place(gate: Gate, service_id: UUID, referral_id: UUID) -> UUID:
    """Hold a free place of the service for the referral from now on, and say which. Raises NoPlaceFree.

    However many ask at one time, a place is held for one of them.
    """
    during = Range(gate.now(), None)
    for _ in range(ATTEMPTS):
        place_id = _find_free(gate.db, service_id, during)
        if _insert(gate, place_id, referral_id, during):
            count_places(gate, service_id)
            return place_id
    raise NoPlaceFree


def occupy(gate: Gate, referral_id: UUID) -> None:
    """Turn the held place of a referral into an occupied one: the person has arrived."""
    gate.db.execute(_live_stays(referral_id).values(status="occupied"))


def release(gate: Gate, referral_id: UUID, service_id: UUID) -> None:
    """Give back what the referral holds or occupies; nothing happens when it has no place."""
    gate.db.execute(_ended(gate, _live_stays(referral_id)))
    count_places(gate, service_id)


def release_held(gate: Gate, referral_id: UUID, service_id: UUID) -> None:
    """Give back a place that waits for a person who will not come; one where a person lives stays as it is."""
    gate.db.execute(_ended(gate, _live_stays(referral_id).where(Stay.status != "occupied")))
    count_places(gate, service_id)


def held_for(gate: Gate, service_id: UUID) -> tuple[UUID, ...]:
    """The referrals for which places of the service are held."""
    held = select(Stay.referral_id).join(Place, Place.id == Stay.place_id).where(Place.service_id == service_id)
    return tuple(gate.db.scalars(held.where(Stay.status.in_(("held", "confirmed")))))


def announce_freed(gate: Gate, service_id: UUID) -> None:
    """Show one more free place, as the sender who needs it no longer; the receiver's rows follow at its next touch."""
    freed = update(Service).where(Service.id == service_id, Service.has_places)
    gate.db.execute(freed.values(free_places=Service.free_places + 1))


def count_places(gate: Gate, service_id: UUID) -> int:
    """Count the free places anew and show the count, with its moment, in the directory."""
    gate.db.flush()
    gate.db.execute(select(Service.id).where(Service.id == service_id).with_for_update())  # counts stand in a queue
    taken = _count_taken(service_id, gate.now())
    places = select(func.count()).select_from(Place).where(Place.service_id == service_id)
    free = (gate.db.scalar(places) or 0) - (gate.db.scalar(taken) or 0)
    counted = update(Service).where(Service.id == service_id).values(free_places=free, free_places_at=gate.now())
    gate.db.execute(counted)
    return free


def _count_taken(service_id: UUID, at: datetime) -> Select[int]:
    joined = select(func.count(distinct(Stay.place_id))).join(Place, Place.id == Stay.place_id)
    return joined.where(Place.service_id == service_id, Stay.status.in_(LIVE), Stay.during.contains(at))


def _find_free(db: GatedSession, service_id: UUID, during: Range[datetime]) -> UUID:
    """A free place that nobody else is taking at this instant, or a free one after waiting for its taker."""
    free = _free_places(service_id, during)
    found = db.scalar(free.with_for_update(skip_locked=True, of=Place))
    if found is None and db.scalar(free) is not None:
        found = db.scalar(free.with_for_update(of=Place))
    if found is None:
        raise NoPlaceFree
    return found


def _free_places(service_id: UUID, during: Range[datetime]) -> Select[UUID]:
    taken = exists().where(Stay.place_id == Place.id, Stay.status.in_(LIVE), Stay.during.overlaps(during))
    return select(Place.id).where(Place.service_id == service_id, ~taken).order_by(Place.label).limit(1)


def _insert(gate: Gate, place_id: UUID, referral_id: UUID, during: Range[datetime]) -> bool:
    """Whether the stay was written; the constraint refuses it when somebody else's stands."""
    owner = gate.member.agency_id
    stay = Stay(agency_id=owner, place_id=place_id, referral_id=referral_id, during=during, status="held")
    try:
        with gate.db.begin_nested():
            gate.db.add(stay)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == EXCLUDED:
            return False
        raise
    return True


def _live_stays(referral_id: UUID) -> Update:
    return update(Stay).where(Stay.referral_id == referral_id, Stay.status.in_(LIVE))


def _ended(gate: Gate, stays: Update) -> Update:
    """The stays end now; their beginning is kept."""
    until = func.greatest(gate.now(), func.lower(Stay.during))
    return stays.values(status="released", during=func.tstzrange(func.lower(Stay.during), until))
