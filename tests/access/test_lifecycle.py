"""A state machine of members and keys: somebody opens a compartment if and only if a live chain of grants says so.

The normal run is short and always the same. `make lifecycle STEPS=10000` draws anew, and prints the seed; `SEED=` repeats.
"""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from protect.app import connect_slices
from protect.config import make_secrets
from protect.store.embedded import EmbeddedServer
from tests.access.lifecycle import cases
from tests.access.lifecycle.small import ALONE, TWO, Small
from tests.access.lifecycle.watch import Watched
from tests.conftest import opened
from tests.database import cloned

SHORT = 100
STEPS = int(os.environ.get("STEPS") or SHORT)
SEED = int(os.environ.get("SEED") or (secrets.randbelow(2**32) if STEPS > SHORT else 8))
OF_ONE = 80 if STEPS > SHORT else 40  # rules of one agency, before another is founded
AGENCIES = 20 if STEPS > SHORT else 6  # of one round: the first is always the simplest, in which little happens
VERBS = (
    "invite", "certify", "change role", "grant", "revoke", "suspend", "return", "rotate", "rotate: to the end", "reset",
    "begin anew", "leave", "hand over", "recover",
)  # fmt: skip
# They are steps of a transition, or change neither a membership nor who has a key.
BESIDE = ("recover: arrive", "recover: export", "recover: shares", "rotate: a piece", "sign in", "write")


def least() -> int:
    """How often each verb must have been applied: one in two hundred, and once in the short run."""
    return max(1, STEPS // 200)


def applied() -> int:
    """How many transitions of members and keys took place."""
    return sum(number for verb, number in Watched.done.items() if verb not in BESIDE)


@pytest.fixture(scope="module")
def founded(server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens a copy of a small agency, with one registrar or two; each is founded once."""
    connect_slices()
    folder: Path = tmp_path_factory.mktemp("small")
    make_secrets(folder / "secrets")
    with ExitStack() as stack:
        originals = []
        for plan in (ALONE, TWO):
            database = stack.enter_context(cloned(server, template))
            with opened(database, folder) as runtime:
                original = Small.founded(runtime, plan)
                cases.write(original, original.gate("first"))
            originals.append((database.name, original))

        @contextmanager
        def copy(*, two: bool) -> Iterator[Small]:
            name, original = originals[two]
            apart = tmp_path_factory.mktemp("apart")  # a code that was taken in one agency is good in its twin
            shutil.copytree(folder, apart, dirs_exist_ok=True)
            with cloned(server, name) as own, opened(own, apart) as runtime:
                hasty = runtime.settings.model_copy(update={"cooling_off_hours": 1})
                yield original.copied(replace(runtime, settings=hasty))
            if Watched.agencies % 10 == 0:
                print(f"{Watched.agencies} agencies, {applied()} applied, {Watched.held} steps", flush=True)

        yield copy


def test_whoever_opens_has_a_live_chain_of_grants(founded: Any) -> None:
    Watched.open_small = staticmethod(founded)
    began, rounds = time.monotonic(), 0
    print(f"\nSEED={SEED} STEPS={STEPS}", flush=True)
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    plan = settings(
        max_examples=AGENCIES, stateful_step_count=OF_ONE, deadline=None,
        suppress_health_check=checks, database=None, report_multiple_bugs=False,
    )  # fmt: skip
    while applied() < STEPS:
        before = applied()
        run_state_machine_as_test(seed(SEED + rounds)(type("Lifecycle", (Watched,), {})), settings=plan)
        rounds += 1
        assert applied() > before
    print(table(time.monotonic() - began))
    few = {verb: Watched.done[verb] for verb in VERBS if Watched.done[verb] < least()}
    assert not few, f"too few to tell anything: {few}"


def table(seconds: float) -> str:
    """What was done, by verb, and why what was refused was."""
    done, refused = Watched.done, Watched.refused
    verbs = sorted(done | refused, key=lambda verb: (verb in BESIDE, verb))
    lines = [f"| {verb} | {done[verb]} | {refused[verb]} |" for verb in verbs]
    lines.insert(len([verb for verb in verbs if verb not in BESIDE]), f"| **together** | {applied()} | |")
    head = ["| verb | applied | refused as foretold |", "|---|---|---|"]
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(Watched.kinds.items()))
    held = f"{Watched.agencies} agencies, all held after each of {Watched.held} steps; refused: {kinds}"
    return "\n".join([*head, *lines, held, f"SEED={SEED}, {seconds:.0f} s"])
