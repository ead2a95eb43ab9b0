"""The story as it is told once and what it left behind, and copies of it that tests may spoil."""

import dataclasses
import io
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, pool, text

from protect.cases.actions import one_listed
from tests.security import troubles
from tests.security.canaries import Canaries
from tests.security.places import Recorder, Writes
from tests.security.story import CHILD, CONSENT, Story
from tests.world import Clock, World

if TYPE_CHECKING:
    from tests.database import ClonedDatabase

GUARDED = ("trail_entry", "trail_head", "trail_epoch", "trail_state", "release")
PROTECTED = text("select relname from pg_class where relforcerowsecurity")


@dataclass
class Told:
    """The story when it is over: where its database and files lie, and what it left behind."""

    database: "ClonedDatabase"
    folder: Path
    world: World
    story: Story
    canaries: Canaries
    log: io.StringIO = field(default_factory=io.StringIO)
    known: dict[str, str] = field(default_factory=dict)  # of the case, as it stands at the end
    recorder: Recorder | None = None
    writes: Writes = field(default_factory=Writes)

    def later(self, **by: float) -> World:
        """The same people over the same database, by a clock that goes ahead."""
        clock = Clock(self.world.runtime.clock())
        clock.move(**by)
        return self.world.copied(dataclasses.replace(self.world.runtime, clock=clock))


@contextmanager
def overheard(told: Told) -> Iterator[None]:
    """Everything that any logger says, down to the least detail, and everything that is printed."""
    handler = logging.StreamHandler(told.log)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    loggers = [logging.getLogger(name) for name in ("", "sqlalchemy", "protect", "werkzeug", "flask")]
    levels, others = [logger.level for logger in loggers], loggers[0].handlers
    loggers[0].handlers = [handler]  # a test that fails later need not show all of this
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(told.log), redirect_stderr(told.log):
            yield
    finally:
        loggers[0].handlers = others
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@dataclass
class Copy:
    """A copy of the story for one file of tests."""

    database: "ClonedDatabase"
    folder: Path
    world: World
    ids: dict[str, uuid.UUID]
    known: dict[str, str]

    @contextmanager
    def as_dba(self) -> Iterator[Connection]:
        """The database in the hands of its owner, who is held by nothing once it is loosened."""
        engine = create_engine(self.database.url("owner"), poolclass=pool.NullPool)
        with engine.begin() as connection:
            yield connection

    def loosen(self) -> None:
        """Take row-level security and triggers away, as an owner of the database can."""
        with self.as_dba() as connection:
            for table in connection.execute(PROTECTED).scalars().all():
                connection.execute(text(f'alter table "{table}" no force row level security'))
            for table in GUARDED:
                connection.execute(text(f"alter table {table} disable trigger user"))
            # No guard: it writes what honest saves are asked for afterwards.
            connection.execute(text("alter table trail_entry enable trigger trail_entry_spread"))


def tell(told: Told) -> None:
    """From the first question to the last error."""
    story, world, filler = told.story, told.world, told.story.filler
    story.enrol_somebody()
    services = story.services()
    officer, shelter = world.house_officer, services["Hébergement Une"]
    for person, service in (("shelter_intake", shelter), ("other_shelter_intake", services["Hébergement Deux"])):
        world.people[person].client.get("/places")
        world.people[person].client.submit(f"/places/{service}", {"number": "3"})
    filler.next_round()
    story.live_and_be_erased(officer, world.house_supervisor, shelter)
    filler.next_round(age_at_registration="14", birth_date="")
    child = story.intake("child", officer, CHILD)
    story.ask_for_erasure("approval", officer, child)
    filler.next_round()
    case = story.intake("case", officer, CONSENT)
    filler.next_round()
    story.edit_everything(officer, case)
    told.known = dict(filler.known)
    story.consent(officer, case, shelter)
    with officer.gate() as gate:
        code = one_listed(gate, case).code
    story.break_glass(world.house_officer_beside, world.house_supervisor, code)
    story.export(officer, world.house_supervisor, case)
    story.look_and_search(officer)
    story.open_too_many(officer, world.house_officer_beside)
    accepted = story.refer("accepted", officer, case, shelter)
    story.accept(world.shelter_intake, accepted)
    story.complete(world.shelter_worker, accepted)
    story.refer("waiting", officer, case, services["Hébergement Deux"])
    withdrawn = story.refer("withdrawn", officer, case, services["Soins"])
    story.accept(world.clinic_intake, withdrawn)
    story.withdraw(officer, world.clinic_intake, withdrawn)
    story.refer("agreed", officer, case, shelter)
    story.accept(world.shelter_intake, story.ids["agreed"])
    _reread(told, case, child)
    _trouble(told, case)


def _reread(told: Told, case: object, child: object) -> None:
    """Everybody who may reads once more, then the commission counts and the auditors read."""
    story, world = told.story, told.world
    for person in (world.house_officer, world.house_supervisor):
        for address in (f"/dossiers/{case}", f"/dossiers/{child}", "/dossiers?noms=1", "/referencements", "/"):
            person.client.get(address)
    story.release(told.later(days=100))
    story.read_the_trail(world.house_auditor)
    story.fail_to_sign_in()


def _trouble(told: Told, case: object) -> None:
    world, filler, ids = told.world, told.story.filler, told.story.ids
    steps: list[Callable[[], None]] = [
        lambda: troubles.without_token(world.house_officer, ids["case"], filler),
        lambda: troubles.refused_input(world.house_officer, ids["case"], filler),
        lambda: troubles.out_of_reach(world.house_officer_beside, ids["case"], filler),
        lambda: troubles.broken_actions(world.house_officer, ids["case"], filler),
        lambda: troubles.broken_inbox(world.shelter_intake, ids["accepted"], filler),
        lambda: troubles.expired_session(told.later(minutes=1), "house_officer", ids["case"], filler),
        lambda: troubles.leave_in_a_hurry(world.house_intake),
    ]
    for step in steps:
        filler.next_round()
        step()
    for name in ("house_officer", "house_intake", "analyst", "publisher"):
        world.people[name].sign_in()
