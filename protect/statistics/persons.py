"""Persons out of records: several files of one person, from several agencies, count once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from protect.statistics.feed import UNKNOWN, CountedRecord

REGISTERED = frozenset({"presumed", "identified"})
IDENTIFIED = "identified"


@dataclass(frozen=True)
class Person:
    """What the tables need to know of one person."""

    registered: date | None
    identified: date | None
    sex: str
    majority: str
    form: str


def distinct(records: Iterable[CountedRecord]) -> tuple[Person, ...]:
    """One person for each pseudonym: first registration, first decision, first known answer to each question."""
    files: dict[str, list[CountedRecord]] = {}
    for record in records:
        files.setdefault(record.person, []).append(record)
    return tuple(_person(sorted(files[code], key=_order)) for code in sorted(files))


def _order(record: CountedRecord) -> tuple[date, str, str, str, str]:
    return record.registered, record.status, record.sex, record.majority, record.form


def _person(files: list[CountedRecord]) -> Person:
    registered = [file.registered for file in files if file.status in REGISTERED]
    identified = [file.identified for file in files if file.status == IDENTIFIED and file.identified]
    return Person(
        registered=min(registered, default=None),
        identified=min(identified, default=None),
        sex=_known("sex", (file.sex for file in files)),
        majority=_known("majority_status", (file.majority for file in files)),
        form=_known("exploitation_main", (file.form for file in files)),
    )


def _known(field: str, answers: Iterable[str]) -> str:
    """The first answer that is one, else the code for unknown."""
    unknown = UNKNOWN[field]
    return next((answer for answer in answers if answer not in {"", unknown}), unknown)
