"""The end of a consent, and the time after a service: who opens until when, and what is destroyed then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, pool, text

from protect.access.errors import Denied, NotFound
from protect.cases.consents import ConsentRefused
from protect.referrals import actions_follow, actions_inbox, actions_package, actions_request, reach
from protect.referrals.actions_package import OpenedPackage
from protect.referrals.lifecycle import Step, StepRefused
from protect.vault.errors import CiphertextRejected
from tests.referrals import hands
from tests.referrals.test_trail import entries
from tests.world import Person, World

MINUTES = 10  # short enough for everybody's session to live on


def accepted(world: World, **changes: Any) -> UUID:
    """An accepted referral whose consent ends in ten minutes."""
    referral = sent(world, **changes)
    hands.accept(world.shelter_intake, referral)
    return referral


def sent(world: World, **changes: Any) -> UUID:
    until = {"valid_until": world.runtime.clock() + timedelta(minutes=MINUTES), **changes}
    return hands.sent_to_shelter(world, **until)


def opened(person: Person, referral: UUID) -> OpenedPackage:
    with person.gate() as gate:
        return actions_package.open_package(gate, referral)


def later(world: World, **by: float) -> None:
    """Some days on: both sides sign in again."""
    world.runtime.clock.move(**by)
    world.officer.sign_in()
    world.shelter_intake.sign_in()


def step(world: World, referral: UUID, *steps: Step) -> None:
    for one in steps:
        with world.shelter_intake.gate() as gate:
            actions_package.progress(gate, referral, one, None)


def key_of(world: World, referral: UUID) -> bytes | None:
    return world.runtime.shred.get("package", str(referral))


def as_dba(world: World, statement: str, **values: Any) -> None:
    url = world.runtime.engine.url.set(username="protect_owner")
    with create_engine(url, poolclass=pool.NullPool).begin() as connection:
        for table in ("disclosure_package", "referral"):
            connection.execute(text(f"alter table {table} no force row level security"))
        assert connection.execute(text(statement), values).rowcount == 1


def test_it_opens_until_the_consent_ends_and_not_a_second_longer(world: World) -> None:
    referral = accepted(world)
    world.runtime.clock.move(minutes=MINUTES, seconds=-1)
    assert (opened(world.shelter_intake, referral).values or {})["surname"] == hands.NAME
    world.runtime.clock.move(seconds=1)
    assert opened(world.shelter_intake, referral).values is None
    assert key_of(world, referral) is None
    assert [row[:3] for row in entries(world, "package:open", "package:refuse")] == [
        ("package:open", "allowed", "referral"),
        ("package:refuse", "allowed", "referral"),
    ]


def test_a_clock_that_is_put_back_opens_nothing_again(world: World) -> None:
    referral = accepted(world)
    world.runtime.clock.move(minutes=MINUTES)
    opened(world.shelter_intake, referral)
    world.runtime.clock.move(minutes=-MINUTES)
    with pytest.raises(NotFound):
        opened(world.shelter_intake, referral)


def test_without_an_end_it_stays_open(world: World) -> None:
    referral = accepted(world, valid_until=None)
    later(world, days=400)
    assert opened(world.shelter_intake, referral).values


def test_who_writes_to_the_database_cannot_extend_the_consent(world: World) -> None:
    referral = accepted(world)
    later = "update disclosure_package set valid_until = :at, closes_at = :at where referral_id = :id"
    as_dba(world, later, at=world.runtime.clock() + timedelta(days=900), id=referral)
    with pytest.raises(CiphertextRejected):
        opened(world.shelter_intake, referral)
    as_dba(world, "update disclosure_package set valid_until = null where referral_id = :id", id=referral)
    with pytest.raises(CiphertextRejected):
        opened(world.shelter_intake, referral)


def test_who_writes_to_the_database_cannot_extend_the_time_after_the_service(world: World) -> None:
    referral = accepted(world, valid_until=None)
    step(world, referral, Step.START, Step.COMPLETE)
    as_dba(world, "update disclosure_package set closes_at = null where referral_id = :id", id=referral)
    as_dba(world, "update referral set status = 'in_progress', completed_at = null where id = :id", id=referral)
    assert opened(world.shelter_intake, referral).values
    later(world, days=30)
    with pytest.raises(NotFound):
        opened(world.shelter_intake, referral)


@pytest.mark.parametrize(("until", "days"), [(None, 30), (timedelta(days=7), 7), (timedelta(days=90), 30)])
def test_a_finished_service_reads_for_a_time_and_never_beyond_the_consent(
    world: World, until: timedelta | None, days: int
) -> None:
    now = world.runtime.clock()
    referral = accepted(world, valid_until=until and now + until)
    step(world, referral, Step.START, Step.COMPLETE)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.reach.closes_at == now + timedelta(days=days)
    later(world, days=days, seconds=-1)
    assert opened(world.shelter_intake, referral).values
    world.runtime.clock.move(seconds=1)
    assert opened(world.shelter_intake, referral).values is None
    assert key_of(world, referral) is None


def test_who_did_not_come_leaves_nothing_to_open(world: World) -> None:
    referral = accepted(world)
    assert key_of(world, referral) is not None
    step(world, referral, Step.MISS)
    assert key_of(world, referral) is None
    with pytest.raises(NotFound):
        opened(world.shelter_intake, referral)
    with world.officer.gate() as gate:
        shown = actions_follow.show_referral(gate, referral).referral
    assert shown.is_shut
    assert not shown.ended_by_sender


@pytest.mark.parametrize("name", ["other_shelter_intake", "officer", "foreign_officer", "auditor"])
def test_others_learn_nothing_of_its_end_and_destroy_nothing(world: World, name: str) -> None:
    referral = accepted(world)
    world.runtime.clock.move(minutes=MINUTES)
    with pytest.raises((Denied, NotFound)):
        opened(getattr(world, name), referral)
    assert key_of(world, referral) is not None


def at(world: World, **by: float) -> datetime:
    return world.runtime.clock() + timedelta(**by)


@pytest.mark.parametrize("act", [actions_request.preview, actions_request.request], ids=["preview", "send"])
def test_nothing_is_sent_under_a_consent_that_is_over(world: World, act: Callable[..., Any]) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer)
    once = [uuid4()] if act is actions_request.request else []
    with pytest.raises(ConsentRefused) as refused, world.officer.gate() as gate:
        act(gate, case, shelter, "urgent", hands.agreed(shelter, valid_until=gate.now()), *once)
    assert refused.value.field == "until"
    with world.officer.gate() as gate:
        assert act(gate, case, shelter, "urgent", hands.agreed(shelter, valid_until=at(world, seconds=1)), *once)


def test_what_was_not_answered_before_the_end_is_accepted_no_more(world: World) -> None:
    referral = sent(world)
    world.runtime.clock.move(minutes=MINUTES, seconds=-1)
    with world.shelter_intake.gate() as gate:
        assert Step.ACCEPT in actions_inbox.show_request(gate, referral).steps
    world.runtime.clock.move(seconds=1)
    with world.shelter_intake.gate() as gate:
        assert actions_inbox.show_request(gate, referral).steps == (Step.DECLINE,)
    with pytest.raises(StepRefused), world.shelter_intake.gate() as gate:
        actions_inbox.accept(gate, referral, None)
    with world.shelter_intake.gate() as gate:
        actions_inbox.decline(gate, referral, None, "criteria")


def test_the_pages_say_until_when_and_since_when(world: World) -> None:
    referral = accepted(world, valid_until=datetime.fromisoformat("2099-12-31T00:00:00+00:00"))
    sender, receiver, here = world.officer.client, world.shelter_intake.client, f"/demandes/{referral}"
    assert "jusqu’au 31 décembre 2099" in sender.get(f"/referencements/{referral}").text
    assert "Vous pouvez l’ouvrir jusqu’au 31 décembre 2099" in receiver.get(here).text
    later(world, days=(datetime(2100, 1, 1, tzinfo=UTC) - world.runtime.clock()).days)
    sender, receiver = world.officer.client, world.shelter_intake.client
    page = receiver.get(f"{here}/dossier", status=410)
    assert "Le consentement a pris fin le 31 décembre 2099" in page.text
    assert hands.NAME not in page.html
    page = receiver.get(here)
    assert "Le consentement a pris fin le 31 décembre 2099" in page.text
    assert f"{here}/dossier" not in page.links
    page = sender.get(f"/referencements/{referral}")
    assert "Le consentement a pris fin le 31 décembre 2099" in page.text
    assert not [link for link in page.links if link.endswith("/retrait")]


def test_the_same_moment_always_reads_the_same() -> None:
    here = datetime.fromisoformat("2027-12-31T01:00:00+01:00")
    assert reach.as_text(here) == "2027-12-31T00:00:00.000000+00:00"
    assert reach.as_text(None) == ""
