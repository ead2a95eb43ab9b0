"""Appending to the trail from sixteen hands, until every entry is sealed; and plain inserts that nothing chains.

Both sides write the same columns of the same types, each row in a durable transaction of its own, into a table with the
same index for reading. The trail's side begins and ends with everything sealed: its sealer works beside the writers as
in the program, once a second, and a round lasts long enough that it has to.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

from sqlalchemy import Column, MetaData, Table, func, insert, select

from bench.server import as_owner
from bench.timing import Act
from bench.world import DATABASE, World
from protect.access.runtime import Runtime
from protect.access.trail_log import log_signer
from protect.audit.append import append
from protect.audit.entry import CONTENT, Entry, content, leaf_of
from protect.audit.models import TrailEntry, TrailHead
from protect.audit.sealer import Sealer
from protect.store.engine import engine
from protect.store.roles import WEB

WRITERS = 16
EACH = 600
BATCHES = 2
"""So many heads at least are sealed while the writers of a round are at work; with fewer nothing was measured."""
PLAIN = "bench_trail"
_ENTRY = Entry(
    at=datetime(2026, 6, 1, 8, tzinfo=UTC), actor_id=uuid4(), agency_id=uuid4(), role="officer",
    session_hash=bytes(32), action="case:open", result="allowed", purpose="assistance",
    authorisation="case:open", program="bench", detail=bytes(320),
)  # fmt: skip
_types = TrailEntry.__table__.columns
_plain = Table(
    PLAIN, MetaData(), *[Column(name, _types[name].type) for name in (*CONTENT, "leaf")], info={"rls": "open"}
)
_INSERT = insert(_plain).inline()


class NotBeside(Exception):
    """The sealer did not work beside the writers, so the round says nothing of it."""


@contextmanager
def sides(world: World) -> Iterator[dict[str, Act]]:
    """Both ways of writing sixteen times some hundred rows."""
    as_owner(
        world.server,
        DATABASE,
        f"create table {PLAIN} as select {', '.join(CONTENT)}, leaf from trail_entry with no data",
        f"alter table {PLAIN} add id bigint generated always as identity primary key",
        f"create index on {PLAIN} (agency_id, id)",
        f"grant select, insert on {PLAIN} to {WEB}",
    )
    measured = world.people["officer"].runtime
    runtime = replace(measured, engine=engine(measured.engine.url, pool_size=WRITERS + 4))
    sealer(runtime).seal_now()
    with ThreadPoolExecutor(WRITERS) as threads:
        yield {
            "trail": lambda: _sealed(runtime, threads),
            "plain": lambda: _at_once(threads, lambda: _insert(runtime)),
        }
    runtime.engine.dispose()


def sealer(runtime: Runtime) -> Sealer:
    """A sealer as the program runs one."""
    return Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime))


def gaps(world: World) -> int:
    """Numbers of the trail that no entry has, and entries that have none."""
    with world.people["officer"].runtime.unit_of_work() as session:
        numbers = session.scalars(select(TrailEntry.sequence).order_by(TrailEntry.id)).all()
    given = {number for number in numbers if number is not None}
    return len(numbers) - len(given & set(range(1, len(numbers) + 1)))


def _sealed(runtime: Runtime, threads: ThreadPoolExecutor) -> None:
    working, before = sealer(runtime), _heads(runtime)
    working.start()
    _at_once(threads, lambda: _append(runtime))
    beside = _heads(runtime) - before
    working.stop()
    working.seal_now()
    if beside < BATCHES or working.failures:
        raise NotBeside(f"{beside} batches were sealed beside the writers, {working.failures} rounds failed")


def _heads(runtime: Runtime) -> int:
    with runtime.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(TrailHead)) or 0


def _at_once(threads: ThreadPoolExecutor, write: Callable[[], None]) -> None:
    barrier = Barrier(WRITERS)

    def work(_number: int) -> None:
        barrier.wait()
        for _ in range(EACH):
            write()

    list(threads.map(work, range(WRITERS)))


def _append(runtime: Runtime) -> None:
    with runtime.unit_of_work() as session:
        append(session, _ENTRY)


def _insert(runtime: Runtime) -> None:
    """The same row, with a digest of its own: what is left out is order, codes, tree and signature."""
    values = content(_ENTRY)
    with runtime.unit_of_work() as session:
        session.execute(_INSERT, {**dict(zip(CONTENT, values, strict=True)), "leaf": leaf_of(values)})
