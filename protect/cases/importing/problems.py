"""What can be wrong with a file of records, as data: where, and the key of the sentence that says it."""

from dataclasses import dataclass


class FileRefused(Exception):
    """The file as a whole cannot be read; `key` is one of `report.FILE_TEXTS`."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.detail = detail


class CellRefused(ValueError):
    """A cell cannot be kept; `key` is one of `report.TEXTS` or of the vocabulary's messages."""

    def __init__(self, key: str, column: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.column = column


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in one row. `value` is only kept where it cannot name a person."""

    line: int
    column: str
    key: str
    value: str = ""
