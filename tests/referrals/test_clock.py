"""Due moments and lateness."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.config import Settings
from protect.referrals.clock import Pace, UrgencyUnknown, due_at, read

SENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOURS = Settings().response_hours


@pytest.mark.parametrize(("urgency", "hours"), [("immediate", 24), ("urgent", 72), ("routine", 168)])
def test_due_by_urgency(urgency: str, hours: int) -> None:
    assert due_at(urgency, SENT, HOURS) == SENT + timedelta(hours=hours)


def test_an_urgency_without_a_delay_is_refused() -> None:
    with pytest.raises(UrgencyUnknown):
        due_at("whenever", SENT, HOURS)


@pytest.mark.parametrize(
    ("elapsed", "pace", "hours"),
    [(0, Pace.IN_TIME, 24), (17, Pace.IN_TIME, 7), (18, Pace.SOON, 6), (24, Pace.LATE, 0), (30, Pace.LATE, 6)],
)
def test_the_clock_runs(elapsed: int, pace: Pace, hours: int) -> None:
    shown = read(SENT, SENT + timedelta(hours=24), None, SENT + timedelta(hours=elapsed))
    assert (shown.pace, shown.hours) == (pace, hours)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_clock_stops_at_the_answer(decided: int, later: int) -> None:
    decided_at = SENT + timedelta(hours=decided)
    due = SENT + timedelta(hours=72)
    assert read(SENT, due, decided_at, decided_at + timedelta(hours=later)) == read(SENT, due, decided_at, decided_at)
    assert read(SENT, due, decided_at, decided_at).pace is Pace.ANSWERED
