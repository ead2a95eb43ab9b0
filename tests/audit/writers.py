"""A worker of its own process: some threads that append entries, beside a sealer. `python -m tests.audit.writers`."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import URL, make_url

from protect.audit.sealer import Sealer
from protect.store.engine import engine
from tests.audit.hands import LOG, SECRET, Trail


@dataclass(frozen=True)
class Told:
    """What a worker did."""

    pid: int
    written: int
    failures: int


def begin(address: URL, *, threads: int, each: int, first: int) -> subprocess.Popen[str]:
    """Start a worker; it waits until it is let go."""
    shown = address.render_as_string(hide_password=False)
    words = [sys.executable, "-m", __name__, shown, str(threads), str(each), str(first)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def let_go(workers: Iterable[subprocess.Popen[str]]) -> None:
    """Let all of them write at once, when each is ready."""
    for worker in (ready := list(workers)):
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in ready:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()


def end(worker: subprocess.Popen[str]) -> Told:
    """Wait for a worker."""
    out, _ = worker.communicate(timeout=300)
    assert worker.returncode == 0
    return Told(**json.loads(out))


def main(address: str, threads: int, each: int, first: int) -> Told:
    """Write from so many threads, and seal beside them."""
    web = engine(make_url(address), pool_size=threads + 2)
    trail = Trail(web, web)
    sealer = Sealer(trail.work, SECRET, LOG, interval=0.02)
    hands = [threading.Thread(target=trail.write, args=(each, first + number * each)) for number in range(threads)]
    with web.connect():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
    sys.stdin.readline()
    sealer.start()
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    sealer.stop()
    web.dispose()
    return Told(os.getpid(), threads * each, sealer.failures)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(sys.argv[1], *map(int, sys.argv[2:])))))
