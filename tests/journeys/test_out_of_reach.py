"""Whoever is not concerned finds nothing: the same page as for an address that never existed."""

import pytest

from tests.journeys.instance import Instance
from tests.journeys.steps import title
from tests.referrals import hands

OWN = {
    "officer": ("/dossiers/{case}", "/dossiers/{case}/compartiments/identity", "/referencements/{referral}"),
    "supervisor": ("/dossiers/{case}", "/referencements/{referral}"),
    "shelter_intake": ("/demandes/{referral}", "/demandes/{referral}/dossier"),
    "shelter_worker": ("/demandes/{referral}", "/demandes/{referral}/dossier"),
}
EVERY = (
    *OWN["officer"], *OWN["shelter_intake"], "/dossiers/{case}/saisie/identity", "/dossiers/{case}/danger",
    "/dossiers/{case}/entretien", "/dossiers/{case}/accord", "/dossiers/{case}/consentements/nouveau",
    "/dossiers/{case}/consentements/{consent}/retrait", "/dossiers/{case}/referencements/nouveau",
    "/dossiers/{case}/referencements/nouveau/{service}",
)  # fmt: skip
STRANGERS = ("officer_other_unit", "foreign_officer", "foreign_supervisor", "other_shelter_intake", "clinic_intake")


@pytest.fixture(scope="module")
def places(instance: Instance) -> dict[str, str]:
    """The identifiers of one accepted referral."""
    referral = instance.request(hands.SHELTER)
    hands.accept(instance.person("shelter_intake"), referral)
    return instance.identifiers(referral)


@pytest.mark.parametrize("name", OWN)
def test_those_concerned_find_it(instance: Instance, places: dict[str, str], name: str) -> None:
    with instance.seat(name) as seat:
        for address in OWN[name]:
            assert seat.status(address.format(**places)) == 200, address


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_find_nothing(instance: Instance, places: dict[str, str], name: str) -> None:
    with instance.seat(name) as seat:
        for address in EVERY:
            assert seat.status(address.format(**places)) == 404, address
            title(seat.page, "Cette page est introuvable")
            assert hands.NAME not in seat.page.content()
        seat.expect_status(404)
