"""A demonstration from nothing: instance, agencies, people, referrals, one published release."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

from protect.access.founding import read_root
from protect.access.trail_log import log_signer
from protect.app import connect_slices, found_instance, open_runtime
from protect.audit.sealer import Sealer
from protect.demonstration.accounts import copy_accounts, is_built, write_accounts
from protect.demonstration.again import making
from protect.demonstration.agencies import ANALYST, PLANS, PUBLISHER
from protect.demonstration.people import people
from protect.demonstration.play import Play, furnish
from protect.demonstration.stage import Stage, set_stage
from protect.demonstration.story import referrals
from protect.i18n import gettext
from protect.statistics.actions import build as build_release
from protect.statistics.actions import decide, propose, review
from protect.statistics.period import Period, Quarter

PEOPLE: Final = 200
QUARTERS: Final = 4


def build(data: Path, accounts: Path | None, say: Callable[[str], None], count: int = PEOPLE) -> None:
    """Make the demonstration in folder `data` unless it is there; write its accounts to a further file if one is named.

    One whose making was broken off is made again. Raises ConfigurationRefused where the folder holds an instance
    that is no demonstration, or another process is making one.
    """
    if not is_built(data):
        with making(data):
            _build(data, say, count)
    if accounts is not None:
        copy_accounts(data, accounts)


def _build(data: Path, say: Callable[[str], None], count: int) -> None:
    begun = time.monotonic()
    say(gettext("The demonstration is being made; this takes about a minute."))
    key = found_instance(data, demonstration=True)
    runtime, database = open_runtime(data)
    connect_slices()
    try:
        stage = set_stage(runtime, read_root(key.read_bytes()), PLANS)
        say(gettext("Agencies and members: %(count)s accounts", count=len(stage.accounts)))
        now = runtime.clock()
        furnish(stage)
        invented = people(count, now.date())
        Play(stage, invented).run(referrals(invented, now), now)
        say(gettext("Invented people with their cases and referrals: %(count)s", count=len(invented)))
        publish(stage)
        Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime)).seal_now()
        write_accounts(data, stage.accounts)
    finally:
        runtime.engine.dispose()
        database.stop()
    say(gettext("Ready after %(seconds)s seconds", seconds=int(time.monotonic() - begun)))


def publish(stage: Stage) -> None:
    """A release of the last whole quarters: built and proposed by the analyst, approved by the publisher."""
    last = Quarter.of(stage.runtime.clock().date()).preceding
    first = last
    for _ in range(QUARTERS - 1):
        first = first.preceding
    period = Period(first.first_day, last.last_day)
    with stage.gate(ANALYST) as gate:
        preview = build_release(gate, period)
    with stage.gate(ANALYST) as gate:
        proposed = propose(gate, period, preview.seen, uuid4())
    with stage.gate(PUBLISHER) as gate:
        decide(gate, proposed, review(gate, proposed).release.digest, approve=True)
