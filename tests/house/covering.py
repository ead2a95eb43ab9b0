"""A plugin for pytest that writes down which test ran which line of a room, and how long each test took."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData

NOBODY = ""  # what runs lines outside of any test: imports, and fixtures that all tests share
_ROOM, _DATA = os.environ.get("COVERED_ROOM", ""), os.environ.get("COVERED_DATA", "")
_watch = Coverage(data_file=_DATA, include=[f"protect/{_ROOM}/*"], config_file=False) if _DATA else None
_took: dict[str, float] = {}
if _watch:
    _watch.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if _watch:
        _watch.switch_context(item.nodeid)
    began = time.monotonic()
    outcome = yield
    _took[item.nodeid] = time.monotonic() - began
    return outcome


def pytest_sessionfinish() -> None:
    if _watch:
        _watch.stop()
        _watch.save()
        Path(f"{_DATA}.json").write_text(json.dumps(_took), encoding="utf-8")


class Covered:
    """What was written down."""

    def __init__(self, data: Path) -> None:
        self._lines = CoverageData(str(data))
        self._lines.read()
        self._took: dict[str, float] = json.loads(Path(f"{data}.json").read_text(encoding="utf-8"))

    def tests_of(self, module: Path, first: int, last: int) -> list[str]:
        """The tests that ran one of these lines, the shortest first; those of the whole module where none did.

        Lines that run at the import alone (a constant, a default value) have no test of their own.
        """
        by_line = self._lines.contexts_by_lineno(str(module))
        found = {test for line in range(first, last + 1) for test in by_line.get(line, ())} - {NOBODY}
        found = found or {test for tests in by_line.values() for test in tests} - {NOBODY}
        return sorted(found, key=lambda test: (self._took.get(test, 0), test))
