"""A real server over a world of tests: its own processes, its own settings file, nothing shared but the database."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0
WORKERS = 2
PROGRAM = "protect.cli"


@contextmanager
def gunicorn(data: Path, database: str, settings: str = "", program: str = PROGRAM) -> Iterator[str]:
    """The instance in folder `data` as an operator serves it, with more settings; gives its address.

    A test that shows what it would see of a fault names a program of its own, which plants the fault and goes on.
    """
    (data / "config.toml").write_text(f'database = "{database}"\n{settings}', encoding="utf-8")
    port, log = _free_port(), data / "server.log"
    command = [sys.executable, "-m", program, "serve", "--data", str(data), "--workers", str(WORKERS)]
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}"], stdout=out, stderr=out)
        try:
            _wait(process, port, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)
    told = log.read_text(encoding="utf-8")
    assert "fault " not in told, told


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/connexion", timeout=PATIENCE):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer: {log.read_text(encoding='utf-8')}")
