"""`python -m bench`: measure, print the tables, and say which targets are met."""

import argparse
import sys
import time
from functools import partial
from pathlib import Path

from bench import machine, report, search
from bench.measures import MEASURES, QUICK, Effort
from bench.world import built

CASES = 400


def main(given: list[str] | None = None) -> int:
    """Measure what is asked for. The exit status says nothing of the targets: a busy machine breaks no build."""
    asked = _arguments().parse_args(given)
    unknown = set(asked.only) - set(MEASURES)
    if unknown:
        sys.exit(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    began = time.monotonic()
    agencies = [name for name in search.SIZES if "P6" in asked.only]
    parts = []
    _say("building the world …")
    with built(CASES, partial(search.fill, names=agencies)) as world:
        for name in (name for name in MEASURES if name in asked.only):
            _say(f"{time.monotonic() - began:5.0f} s  {name} …")
            world.keep_open()
            parts.append(MEASURES[name](world, QUICK if asked.quick else Effort()))
        described = machine.described(world)
    print(report.screen(described, parts))
    if asked.json:
        report.write_json(asked.json, described, parts)
    if asked.write:
        report.write_docs(asked.write, report.markdown(described, parts))
    _say(f"{time.monotonic() - began:5.0f} s")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it runs")
    parser.add_argument("--only", type=_names, default=list(MEASURES), help="some measures, such as P1,P2")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every reading")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this document")
    return parser


def _names(given: str) -> list[str]:
    return [name.strip().upper() for name in given.split(",")]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
