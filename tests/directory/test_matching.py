"""Ranking of services: the order, its reasons, and the trust in a count of places."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from protect.directory.matching import Freshness, Reason, ServiceView, Wanted, freshness, rank, takes

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def service(**changes: object) -> ServiceView:
    values: dict[str, object] = {
        "id": uuid4(), "agency_id": uuid4(), "agency": "Maison", "name": "Accueil", "service_type": "emergency_shelter",
        "province": "CD-NK", "sexes": frozenset(), "majorities": frozenset(), "has_places": True, "free_places": 3,
        "free_places_at": NOW - timedelta(hours=1),
    }  # fmt: skip
    return ServiceView(**{**values, **changes})


services = st.builds(
    service,
    name=st.text(max_size=5),
    service_type=st.sampled_from(["emergency_shelter", "medical"]),
    province=st.sampled_from(["CD-NK", "CD-KN"]),
    sexes=st.frozensets(st.sampled_from(["F", "M"])),
    majorities=st.frozensets(st.sampled_from(["child", "adult"])),
    has_places=st.booleans(),
    free_places=st.integers(0, 5),
    free_places_at=st.none() | st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda ago: NOW - ago),
)


def test_near_free_and_fitting_comes_first() -> None:
    near = service(name="near")
    far = service(name="far", province="CD-KN")
    full = service(name="full", free_places=0)
    men = service(name="men", sexes=frozenset({"M"}))
    wanted = Wanted("emergency_shelter", "F", "adult", "CD-NK")
    assert [match.service.name for match in rank([men, full, far, near], wanted, NOW)] == ["near", "far", "full", "men"]


def test_reasons_say_why() -> None:
    (match,) = rank([service()], Wanted("emergency_shelter", "F", "adult", "CD-NK"), NOW)
    assert match.reasons == (Reason.OFFERS_NEED, Reason.TAKES_PERSON, Reason.SAME_PROVINCE, Reason.FREE_PLACES)
    assert match.fits


def test_an_old_count_is_neither_free_nor_full() -> None:
    (match,) = rank([service(free_places=0, free_places_at=None)], Wanted("emergency_shelter"), NOW)
    assert Reason.PLACES_UNSURE in match.reasons
    assert match.fits


def test_unknown_age_counts_as_child() -> None:
    adults = service(majorities=frozenset({"adult"}))
    assert takes(adults, "F", "adult")
    assert not takes(adults, "F", "unknown")
    assert not takes(adults, "F", "")
    assert not takes(adults, "F", "child")


def test_unknown_sex_excludes_nothing() -> None:
    women = service(sexes=frozenset({"F"}))
    assert takes(women, "U", "adult")
    assert not takes(women, "M", "adult")


def test_freshness_decays() -> None:
    ages = {0: Freshness.FRESH, 23: Freshness.FRESH, 24: Freshness.AGEING, 71: Freshness.AGEING, 72: Freshness.STALE}
    assert {hours: freshness(NOW - timedelta(hours=hours), NOW) for hours in ages} == ages
    assert freshness(None, NOW) is Freshness.STALE


@given(st.lists(services, max_size=12), st.sampled_from(["", "F", "M", "U"]), st.sampled_from(["", "child", "adult"]))
def test_everyone_who_offers_the_need_is_listed_and_the_fitting_come_first(
    listed: list[ServiceView], sex: str, majority: str
) -> None:
    matches = rank(listed, Wanted("medical", sex, majority, "CD-NK"), NOW)
    assert {m.service.id for m in matches} == {s.id for s in listed if s.service_type == "medical"}
    fits = [match.fits for match in matches]
    assert fits == sorted(fits, reverse=True)
    scores = [match.score for match in matches if match.fits]
    assert scores == sorted(scores, reverse=True)
