"""Runs wapiti over pages that it is led to, with a cookie and nothing of the world outside, and reads what it found."""

import json
import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(os.environ.get("SCANNERS", ".venv-scanners/bin"))
# Every module but those that look for products (cms, nikto, wapp, …), ask servers elsewhere (takeover, log4shell, …),
# guess names and passphrases, or judge certificates. `ldap` compares whole pages, and each of ours has fresh tokens:
# it takes any page for vulnerable, and the program speaks no LDAP.
QUICK = (
    "backup", "cookieflags", "crlf", "csp", "csrf", "htaccess", "http_headers", "methods", "permanentxss", "redirect", "sql",
    "ssrf", "upload", "xss",
)  # fmt: skip
SLOW = ("exec", "file", "timesql", "xxe")  # three quarters of all requests
EVERY = (*QUICK, *SLOW)
WHOLE = os.environ.get("SCAN") == "whole"  # every module everywhere, however long it takes
LONGEST = (
    3600 if WHOLE else 3
)  # seconds of one module; what is cut short is told, and must not be where all is asked for
MARKS = ("csrf_token", "once")  # of a form, by which it is taken at all
PATIENCE = 4 * 3600 if WHOLE else 300
# A module that is cut short at an unlucky moment leaves wapiti's own notes locked, and wapiti stops: it begins again.
LOCKED, TRIES = "database is locked", 3
CUT = re.compile(r"Max attack time was reached for module (\w+)")
LOST = re.compile(r"(\d+) requests were skipped")
LOST_ON_THE_WAY = re.compile(r"\[!\] \w+Error with URL")


@dataclass(frozen=True)
class Report:
    """What wapiti found, by kind: where and in which parameter. And whether it could go through with it."""

    found: dict[str, list[str]]
    noted: dict[str, list[str]]
    crawled: int
    launched: frozenset[str]
    cut: tuple[str, ...]  # modules that ran out of time
    lost: int  # requests that got no answer
    again: int  # how often it had to begin again
    seconds: float


@dataclass(frozen=True)
class Target:
    """Where to look, as whom, and what to leave alone."""

    base: str
    cookie: str
    pages: Sequence[str]
    spared: Sequence[str] = ()
    modules: tuple[str, ...] = EVERY
    depth: int = 1
    longest: int = LONGEST


def scan(target: Target, endpoint: str, folder: Path) -> Report:
    """Let wapiti loose on the target; servers that it would ask outside are told to be at `endpoint`."""
    report, log = folder / "report.json", folder / "wapiti.log"
    led = [f"--start={target.base}{page}" for page in target.pages]
    left = [f"--exclude={target.base}{page}" for page in target.spared]
    skipped = [f"--skip={name}" for name in MARKS]
    command = [
        BIN / "wapiti", f"--url={target.base}/", *led, *left, f"--depth={target.depth}", f"--cookie-value={target.cookie}",
        f"--module={','.join(target.modules)}", *skipped, f"--max-attack-time={target.longest}",
        f"--endpoint={endpoint}", "--dns-endpoint=127.0.0.1", "--no-bugreport", "--format=json", f"--output={report}", "--verbose=1",
        "--header=Connection: close",  # a server may end a connection just when the next form sets out
    ]  # fmt: skip
    began = time.monotonic()
    for session in range(TRIES):
        places = [f"--store-session={folder}/session{session}", f"--store-config={folder}/config{session}"]
        with log.open("wb") as out:
            done = subprocess.run([*command, *places], stdout=out, stderr=out, check=False, timeout=PATIENCE, env={**os.environ, "HOME": str(folder)})  # fmt: skip
        found = log.read_text(encoding="utf-8")
        if done.returncode == 0 or LOCKED not in found:
            break
    assert done.returncode == 0, found
    return _read(json.loads(report.read_text(encoding="utf-8")), found, session, time.monotonic() - began)


def _read(told: dict[str, dict[str, list[dict[str, str]]]], log: str, again: int, seconds: float) -> Report:
    found = {
        kind: _where(each) for part in ("vulnerabilities", "anomalies") for kind, each in told[part].items() if each
    }
    return Report(
        found,
        {kind: _where(each) for kind, each in told["additionals"].items() if each},
        int(told["infos"]["crawled_pages_nbr"]),  # type: ignore[call-overload]  # a number, the only one
        frozenset(line.rpartition(" ")[2] for line in log.splitlines() if "Launching module" in line),
        tuple(CUT.findall(log)),
        sum(map(int, LOST.findall(log))) + len(LOST_ON_THE_WAY.findall(log)),
        again,
        seconds,
    )


def _where(found: list[dict[str, str]]) -> list[str]:
    return [f"{each['method']} {each['path']} {each['parameter'] or ''}: {each['info']}" for each in found]
