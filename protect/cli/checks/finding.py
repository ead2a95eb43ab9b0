"""One line of the doctor: what was looked at, how it is, and what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Level(Enum):
    """How bad it is; the value is the mark before the line."""

    GOOD = "✓"
    WARNING = "!"
    FAULT = "✗"


WORDS: Final[Mapping[Level, str]] = {Level.GOOD: "good", Level.WARNING: "warning", Level.FAULT: "fault"}

CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # what a terminal obeys; names come from the database


@dataclass(frozen=True)
class Finding:
    """`check` names it for programs; `told` and `remedy` are for people."""

    check: str
    level: Level
    told: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.level.value} {self.told}"
        return CONTROL.sub("\N{REPLACEMENT CHARACTER}", f"{line} – {self.remedy}" if self.remedy else line)

    def as_json(self) -> dict[str, str]:
        """The same for a program."""
        return {"check": self.check, "level": WORDS[self.level], "told": self.told, "remedy": self.remedy}


def good(check: str, told: str) -> Finding:
    """It is as it should be."""
    return Finding(check, Level.GOOD, told)


def warning(check: str, told: str, remedy: str) -> Finding:
    """It works, and somebody should look after it."""
    return Finding(check, Level.WARNING, told, remedy)


def fault(check: str, told: str, remedy: str) -> Finding:
    """It is wrong."""
    return Finding(check, Level.FAULT, told, remedy)
