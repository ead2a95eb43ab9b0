"""The last bed: 64 requests at one instant by the real action; and the naive way, which must fail, as a control."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import Engine, create_engine, select, text

from bench.server import as_owner
from bench.world import DATABASE, World
from protect.access.gate import Gate
from protect.cases.models import CaseFile
from protect.directory.actions import add_places
from protect.directory.actions_capacity import NoPlaceFree, hold_place, release
from protect.directory.models import Service
from protect.referrals.models import Referral
from protect.store.engine import engine
from protect.store.sealed import Sealed

REQUESTS = 64
CONNECTIONS = 32  # the private server takes 50; the other half waits for the first connection that is free
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Race:
    """In how many rounds how many requests got the bed."""

    winners: tuple[int, ...]

    @property
    def exact(self) -> bool:
        """Whether each round had exactly one winner."""
        return set(self.winners) == {1}

    @property
    def doubled(self) -> int:
        """Rounds in which the bed was promised more than once."""
        return sum(count > 1 for count in self.winners)


def _at_once(act: Callable[[int], bool], threads: ThreadPoolExecutor) -> int:
    barrier = Barrier(REQUESTS)

    def begin(number: int) -> bool:
        barrier.wait()
        return act(number)

    return sum(threads.map(begin, range(REQUESTS)))


def protected(world: World, rounds: int) -> Race:
    """Rounds of the product: the winner's stay is released before the next one."""
    service, referrals = _prepare(world)
    intake = world.people["intake"]
    busy = engine(intake.runtime.engine.url, pool_size=CONNECTIONS)
    person = replace(intake, runtime=replace(intake.runtime, engine=busy))
    actor = person.actor

    def ask(number: int) -> bool:
        with Gate(person.runtime, actor, token=person.token) as gate:
            try:
                hold_place(gate, service, referrals[number])
            except NoPlaceFree:
                return False
            return True

    winners = []
    with ThreadPoolExecutor(REQUESTS) as threads:
        for _ in range(rounds):
            winners.append(_at_once(ask, threads))
            with person.gate() as gate:
                for referral in referrals:
                    release(gate, referral, service)
    busy.dispose()
    return Race(tuple(winners))


def _prepare(world: World) -> tuple[uuid.UUID, list[uuid.UUID]]:
    intake, officer = world.people["intake"], world.people["officer"]
    with intake.gate() as gate:
        service = gate.db.scalars(select(Service).where(Service.agency_id == gate.member.agency_id)).one()
        add_places(gate, service.id, 1)
    with officer.gate() as gate:
        case = gate.db.scalars(select(CaseFile).limit(1)).one()
        rows = [_referral(case, service, gate.member.member_id) for _ in range(REQUESTS)]
        gate.db.add_all(rows)
    return service.id, [row.id for row in rows]


def _referral(case: CaseFile, service: Service, member_id: uuid.UUID) -> Referral:
    """A row to hold a place for; what it says is nobody's business here."""
    return Referral(
        id=uuid.uuid4(), code=uuid.uuid4().hex, agency_id=case.agency_id, to_agency_id=service.agency_id,
        unit_id=case.unit_id, case_id=case.id, service_id=service.id, urgency="urgent", status="requested",
        request=Sealed(b"-"), sender_copy=Sealed(b"-"), due_at=NOW, sent_at=NOW, created_by=member_id, version=1,
    )  # fmt: skip


def naive(world: World, rounds: int) -> Race:
    """Rounds of looking first and inserting then, without a constraint."""
    as_owner(world.server, DATABASE, "create table bench_stay (bed integer not null, held_by integer not null)")
    winners = []
    with _owners(world) as owner, ThreadPoolExecutor(REQUESTS) as threads:

        def ask(number: int) -> bool:
            with owner.begin() as connection:
                if connection.scalar(text("select count(*) from bench_stay where bed = 1")):
                    return False
                connection.execute(text("insert into bench_stay values (1, :number)"), {"number": number})
            return True

        for _ in range(rounds):
            winners.append(_at_once(ask, threads))
            with owner.begin() as connection:
                connection.execute(text("truncate bench_stay"))
    return Race(tuple(winners))


@contextmanager
def _owners(world: World) -> Iterator[Engine]:
    owner = create_engine(world.server.url("owner", DATABASE), pool_size=CONNECTIONS)
    yield owner
    owner.dispose()
