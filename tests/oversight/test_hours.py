"""Outside of working hours: a mark for the auditors, and a filter."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from protect.config import Settings
from protect.oversight.hours import WorkingHours
from tests.world import World

KINSHASA = ZoneInfo("Africa/Kinshasa")
DAY = WorkingHours.of(Settings())
NIGHT = WorkingHours(KINSHASA, {5}, time(20), time(6))  # the night from Friday to Saturday


@pytest.mark.parametrize(
    ("hours", "at", "held"),
    [
        (DAY, "2026-03-27T06:00", True),  # Friday, seven o'clock in Kinshasa
        (DAY, "2026-03-27T05:59", False),
        (DAY, "2026-03-27T17:59", True),
        (DAY, "2026-03-27T18:00", False),
        (DAY, "2026-03-29T10:00", False),  # Sunday
        (NIGHT, "2026-03-27T19:00", True),
        (NIGHT, "2026-03-28T04:59", True),
        (NIGHT, "2026-03-28T05:00", False),
        (NIGHT, "2026-03-27T04:00", False),
        (NIGHT, "2026-03-28T19:00", False),
    ],
)
def test_when_people_work(hours: WorkingHours, at: str, held: bool) -> None:
    assert hours.hold(datetime.fromisoformat(at).replace(tzinfo=UTC)) is held


def test_the_journal_marks_and_finds_it(world: World) -> None:
    world.runtime.clock.now = _next(world.runtime.clock.now, 23)  # type: ignore[attr-defined]  # the clock of the tests
    world.officer.sign_in()
    world.officer.client.get("/dossiers/recherche")
    world.officer.client.post("/dossiers/recherche", {"typed": "Kabongo"}, status=200)
    world.runtime.clock.now = _next(world.runtime.clock.now, 9)  # type: ignore[attr-defined]  # the clock of the tests
    world.auditor.sign_in()
    client = world.auditor.client
    (night,) = [
        line for line in _entries(client.get("/journal").html) if "Recherche de dossiers" in line or "Recherche" in line
    ]
    assert "Hors des heures de service" in night
    found = _entries(client.get("/journal?hours=out").html)
    assert found
    assert all("Hors des heures de service" in line for line in found)


def _entries(html: str) -> list[str]:
    return html.split('<li class="app-timeline__entry')[1:]


def _next(after: datetime, hour: int) -> datetime:
    """The next working day after that moment, at this hour in Kinshasa."""
    day = after.astimezone(KINSHASA).replace(hour=hour, minute=30)
    while day <= after or day.isoweekday() == 7:
        day = datetime.fromtimestamp(day.timestamp() + 86400, KINSHASA)
    return day.astimezone(UTC)
