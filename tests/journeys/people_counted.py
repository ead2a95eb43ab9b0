"""Cases of past quarters, opened by the real action, so that there is something to count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.consents import ConsentAnswers
from protect.statistics import actions
from protect.statistics.period import Period, Quarter
from tests.cases.stories import consent
from tests.world import Person

CHILD = 2  # of three persons the third
FORMS = ("sexual", "forced_labour", "sexual", "forced_labour", "domestic_servitude")


def last_quarter(before: int = 0) -> Quarter:
    """The last quarter that is over, or one before it."""
    found = Quarter.of(datetime.now(UTC).date()).preceding
    for _ in range(before):
        found = found.preceding
    return found


def count(person: Person, quarter: Quarter, number: int) -> None:
    """So many persons, registered and identified in the quarter, who agreed to be counted."""
    with person.gate() as gate:
        for one in range(number):
            day = quarter.first_day + timedelta(days=1 + one % 80)
            open_case(gate, IntakeAnswers(_answers(one, day), day, None, "active", _agreed(child=one % 3 == CHILD)))


def propose(analyst: Person, quarter: Quarter) -> UUID:
    """A proposal of that quarter's figures; its id."""
    period = Period(quarter.first_day, quarter.last_day)
    with analyst.gate() as gate:
        return actions.propose(gate, period, actions.build(gate, period).seen, uuid4())


def _agreed(*, child: bool) -> tuple[ConsentAnswers, ...]:
    """That the file is kept, and that it is counted; a parent says so for a child, who agrees."""
    usual = consent()
    if child:
        usual = replace(usual, given_by="parent", child_assent="given")
    return usual, replace(usual, scope="research_statistics")


def _answers(number: int, day: date) -> dict[str, str]:
    return {
        "sex": "FFFM"[number % 4],
        "age_at_registration": ("24", "31", "12")[number % 3],
        "detection_date": day.isoformat(),
        "identification_status": "identified",
        "identification_date": day.isoformat(),
        "tip_act": "recruitment",
        "tip_means": "deception",
        "tip_purpose": FORMS[number % 5],
        "exploitation_main": FORMS[number % 5],
    }
