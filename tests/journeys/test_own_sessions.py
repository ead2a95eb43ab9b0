"""Where somebody is signed in: one device is signed out from another, or all of them; and where one is allowed, the newer stays."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from protect.access.runtime import system_clock
from protect.store.embedded import EmbeddedServer
from tests.browser import Tab
from tests.conftest import opened
from tests.database import cloned
from tests.journeys.instance import Instance
from tests.journeys.serving import gunicorn
from tests.journeys.steps import inspect, press, said, title
from tests.journeys.test_passkey import sign_in
from tests.world import World


@pytest.fixture(scope="module")
def roomy(
    server: EmbeddedServer, settled: tuple[str, Path, World], browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    """The small world, served by an operator who allows three devices each."""
    name, folder, original = settled
    data = tmp_path_factory.mktemp("devices")
    shutil.copytree(folder, data, dirs_exist_ok=True)
    with (
        cloned(server, name) as database,
        opened(database, data) as runtime,
        gunicorn(data, database.url("web"), "sessions_each = 3") as base,
    ):
        yield Instance(original.copied(replace(runtime, clock=system_clock)), base, browser)


def seated(stack: ExitStack, instance: Instance, name: str) -> Tab:
    """A device on which the person has just signed in."""
    tab = stack.enter_context(instance.visitor())
    sign_in(tab.open("/connexion"), instance, name)
    return tab


def is_out(tab: Tab) -> None:
    title(tab.open("/"), "Se connecter")


def is_in(tab: Tab) -> None:
    title(tab.open("/"), "Ce qui vous attend")


def test_the_lost_telephone_is_signed_out_and_the_others_go_on(roomy: Instance) -> None:
    with ExitStack() as stack:
        lost, desk, here = (seated(stack, roomy, "supervisor") for _ in range(3))
        page = here.open("/sessions")
        inspect(page, "sessions-three-360")
        said(page, "cet appareil")
        listed = page.locator(".app-queue").first.get_by_role("listitem")
        expect(listed).to_have_count(3)
        listed.last.get_by_role("button").click()  # the oldest: the telephone
        said(page, "L’appareil est déconnecté.")
        is_out(lost)
        is_in(desk)
        is_in(here)


def test_every_other_device_is_signed_out_at_once(roomy: Instance) -> None:
    with ExitStack() as stack:
        one, two, here = (seated(stack, roomy, "auditor") for _ in range(3))
        page = here.open("/sessions")
        press(page, "Déconnecter tous les autres appareils")
        said(page, "Tous les autres appareils sont déconnectés.")
        inspect(page, "sessions-others-out-360")
        is_out(one)
        is_out(two)
        is_in(here)


def test_where_one_is_allowed_a_second_sign_in_ends_the_first(instance: Instance) -> None:
    with ExitStack() as stack:
        first = seated(stack, instance, "supervisor")
        is_in(first)
        second = seated(stack, instance, "supervisor")
        is_out(first)
        is_in(second)
