"""Every look at a request or a package leaves its entry first, and every refusal leaves one too."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from protect.access.errors import AlreadyDone, Conflict, Denied
from protect.audit.models import TrailEntry
from protect.directory import actions as directory
from protect.referrals import actions_follow, actions_inbox, actions_package
from protect.referrals.lifecycle import StepRefused
from tests.referrals import hands
from tests.world import World


def entries(world: World, *actions: str) -> list[tuple[Any, ...]]:
    columns = (TrailEntry.action, TrailEntry.result, TrailEntry.purpose, TrailEntry.authorisation)
    with world.runtime.session() as db:
        found = db.execute(select(*columns).where(TrailEntry.action.in_(actions)).order_by(TrailEntry.id))
        return [tuple(row) for row in found]


def test_the_way_of_a_referral_in_the_trail(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)
    with world.shelter_intake.gate() as gate:
        actions_package.open_package(gate, referral)
    steps = ("referral:request", "referral:see", "referral:read", "referral:accept", "package:open")
    assert entries(world, *steps) == [
        ("referral:request", "allowed", "referral", "referral:request"),
        ("referral:see", "allowed", "referral", "inbox:read"),
        ("referral:read", "allowed", "referral", "inbox:read"),
        ("referral:accept", "allowed", "referral", "inbox:answer"),
        ("package:open", "allowed", "referral", "package:open"),
    ]


def test_the_entry_stands_even_when_the_page_fails_after_it(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)

    def open_and_fail() -> None:
        with world.shelter_intake.gate() as gate:
            actions_package.open_package(gate, referral)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        open_and_fail()
    assert [row[0] for row in entries(world, "package:open")] == ["package:open"]


def test_a_refusal_is_recorded(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with pytest.raises(Denied), world.shelter_worker.gate() as gate:
        actions_inbox.accept(gate, referral, None)
    assert ("inbox:answer", "denied", None, "inbox:answer") in entries(world, "inbox:answer")


def test_of_eight_answers_at_one_instant_one_stands(world: World) -> None:
    referral = hands.sent_to_shelter(world, places=3)
    with world.shelter_intake.gate() as gate:
        version = actions_inbox.show_request(gate, referral).referral.version
    barrier = threading.Barrier(8)

    def answer(number: int) -> bool:
        barrier.wait()
        try:
            with world.shelter_intake.gate() as gate:
                if number % 2:
                    actions_inbox.decline(gate, referral, version, "criteria")
                else:
                    actions_inbox.accept(gate, referral, version)
        except (Conflict, StepRefused):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(answer, range(8))) == 1
    with world.officer.gate() as gate:
        status = actions_follow.show_referral(gate, referral).referral.status
    with world.shelter_intake.gate() as gate:
        assert directory.my_places(gate)[0].service.free_places == (2 if status == "accepted" else 3)


def test_the_same_request_posted_at_one_instant_is_sent_once(world: World) -> None:
    shelter, case, once = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer), uuid4()
    barrier = threading.Barrier(4)

    def post(_number: int) -> str:
        barrier.wait()
        try:
            return str(hands.send(world.officer, case, shelter, once))
        except AlreadyDone as done:
            return done.outcome.rpartition("/")[2]

    with ThreadPoolExecutor(4) as pool:
        (only,) = set(pool.map(post, range(4)))
    with world.officer.gate() as gate:
        assert [str(one.id) for one in actions_follow.referrals_of_case(gate, case)] == [only]
