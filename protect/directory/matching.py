"""Which service fits a need best, and why: pure, so that the order can be explained on the screen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

FRESH: Final = timedelta(hours=24)
AGEING: Final = timedelta(hours=72)
UNKNOWN: Final = frozenset({"", "unknown", "U"})
PRESUMED: Final = "child"  # in doubt, a person is presumed a child


class Freshness(StrEnum):
    """How far a count of free places can be trusted."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"


class Reason(StrEnum):
    """Why a service is proposed at its rank."""

    OFFERS_NEED = "offers_need"
    TAKES_PERSON = "takes_person"
    SAME_PROVINCE = "same_province"
    FREE_PLACES = "free_places"
    NO_PLACE_NEEDED = "no_place_needed"
    OTHER_PROVINCE = "other_province"
    PLACES_UNSURE = "places_unsure"
    NO_FREE_PLACE = "no_free_place"
    MAY_NOT_TAKE_PERSON = "may_not_take_person"


GOOD: Final = frozenset(
    {Reason.OFFERS_NEED, Reason.TAKES_PERSON, Reason.SAME_PROVINCE, Reason.FREE_PLACES, Reason.NO_PLACE_NEEDED}
)
WEIGHTS: Final = {
    Reason.TAKES_PERSON: 8,
    Reason.FREE_PLACES: 4,
    Reason.NO_PLACE_NEEDED: 4,
    Reason.PLACES_UNSURE: 2,
    Reason.SAME_PROVINCE: 3,
}


@dataclass(frozen=True)
class ServiceView:
    """A service of the directory, as a person reads it. It has no address on purpose."""

    id: UUID
    agency_id: UUID
    agency: str
    name: str
    service_type: str
    province: str
    sexes: frozenset[str]
    majorities: frozenset[str]
    has_places: bool
    free_places: int
    free_places_at: datetime | None


@dataclass(frozen=True)
class Wanted:
    """What is known of the person and of the need. Empty means that it is not known."""

    need: str
    sex: str = ""
    majority: str = ""
    province: str = ""


@dataclass(frozen=True)
class Match:
    """A proposed service, with the reasons for its rank and the trust in its count of places."""

    service: ServiceView
    reasons: tuple[Reason, ...]
    freshness: Freshness

    @property
    def score(self) -> int:
        """What the order goes by: the sum of the weights of the reasons."""
        return sum(WEIGHTS.get(reason, 0) for reason in self.reasons)

    @property
    def fits(self) -> bool:
        """Whether nothing known speaks against the service."""
        return not {Reason.NO_FREE_PLACE, Reason.MAY_NOT_TAKE_PERSON} & set(self.reasons)


def freshness(counted_at: datetime | None, now: datetime) -> Freshness:
    """How far a count of that moment can be trusted now; one that was never made is stale."""
    if counted_at is None or now - counted_at >= AGEING:
        return Freshness.STALE
    return Freshness.FRESH if now - counted_at < FRESH else Freshness.AGEING


def rank(services: Iterable[ServiceView], wanted: Wanted, now: datetime) -> tuple[Match, ...]:
    """The services that offer the need, the best fit first; nobody is left out, so that a human can decide."""
    offering = (service for service in services if service.service_type == wanted.need)
    matches = [_match(service, wanted, now) for service in offering]
    return tuple(sorted(matches, key=lambda m: (not m.fits, -m.score, -m.service.free_places, m.service.name)))


def takes(service: ServiceView, sex: str, majority: str) -> bool:
    """Whether the service says it takes such a person. An unknown sex excludes nothing; unknown age counts as child."""
    known_majority = PRESUMED if majority in UNKNOWN else majority
    sex_fits = not service.sexes or sex in UNKNOWN or sex in service.sexes
    return sex_fits and (not service.majorities or known_majority in service.majorities)


def _match(service: ServiceView, wanted: Wanted, now: datetime) -> Match:
    trust = freshness(service.free_places_at, now)
    taken = Reason.TAKES_PERSON if takes(service, wanted.sex, wanted.majority) else Reason.MAY_NOT_TAKE_PERSON
    near = (Reason.SAME_PROVINCE if service.province == wanted.province else Reason.OTHER_PROVINCE,)
    reasons = (Reason.OFFERS_NEED, taken, *(near if wanted.province else ()), _places(service, trust))
    return Match(service, reasons, trust)


def _places(service: ServiceView, trust: Freshness) -> Reason:
    if not service.has_places:
        return Reason.NO_PLACE_NEEDED
    if trust is Freshness.STALE:
        return Reason.PLACES_UNSURE
    return Reason.FREE_PLACES if service.free_places else Reason.NO_FREE_PLACE
