"""Runs wapiti over pages that it is led to, with a cookie and nothing of the world outside, and reads what it found."""

import json
import os
import subprocess
from collections.abc import Iterable
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
LONGEST = 900 if WHOLE else 4  # seconds of one module
PATIENCE = 3600 if WHOLE else 300


@dataclass(frozen=True)
class Report:
    """What wapiti found, by kind: where and in which parameter. And whether it could go through with it."""

    found: dict[str, list[str]]
    noted: dict[str, list[str]]
    crawled: int
    launched: frozenset[str]
    cut: tuple[str, ...]  # modules that ran out of time


@dataclass(frozen=True)
class Target:
    """Where to look, as whom, and what to leave alone."""

    base: str
    cookie: str
    pages: tuple[str, ...]
    spared: tuple[str, ...] = ()
    modules: tuple[str, ...] = EVERY
    depth: int = 1


def scan(target: Target, endpoint: str, folder: Path) -> Report:
    """Let wapiti loose on the target; servers that it would ask outside are told to be at `endpoint`."""
    report, log = folder / "report.json", folder / "wapiti.log"
    led = [f"--start={target.base}{page}" for page in target.pages]
    left = [f"--exclude={target.base}{page}" for page in target.spared]
    command = [
        BIN / "wapiti", f"--url={target.base}/", *led, *left, f"--depth={target.depth}", f"--cookie-value={target.cookie}",
        f"--module={','.join(target.modules)}", "--skip=csrf_token", "--skip=once", f"--max-attack-time={LONGEST}",
        f"--endpoint={endpoint}", "--dns-endpoint=127.0.0.1", "--no-bugreport", "--format=json", f"--output={report}",
        f"--store-session={folder}/session", f"--store-config={folder}/config", "--verbose=1",
    ]  # fmt: skip
    with log.open("wb") as out:
        subprocess.run(command, stdout=out, stderr=out, check=True, timeout=PATIENCE, env={**os.environ, "HOME": str(folder)})  # fmt: skip
    return _read(json.loads(report.read_text(encoding="utf-8")), log.read_text(encoding="utf-8").splitlines())


def _read(told: dict[str, dict[str, list[dict[str, str]]]], log: Iterable[str]) -> Report:
    lines = list(log)
    found = {
        kind: _where(each) for part in ("vulnerabilities", "anomalies") for kind, each in told[part].items() if each
    }
    return Report(
        found,
        {kind: _where(each) for kind, each in told["additionals"].items() if each},
        int(told["infos"]["crawled_pages_nbr"]),  # type: ignore[call-overload]  # a number, the only one
        frozenset(line.rpartition(" ")[2] for line in lines if "Launching module" in line),
        tuple(line for line in lines if "Max attack time was reached" in line),
    )


def _where(found: list[dict[str, str]]) -> list[str]:
    return [f"{each['method']} {each['path']} {each['parameter'] or ''}: {each['info']}" for each in found]
