"""What the commission receives of a person: a compact coded record, without name, place or file."""

import json
from dataclasses import dataclass
from datetime import date

from protect.cases.facts import CodedFacts
from protect.statistics.period import Quarter

VERSION = 1
UNKNOWN = {"sex": "U", "majority_status": "unknown", "exploitation_main": "unknown"}
"""Field → the code of its list that says the answer is not known."""

_NAMES = ("person", "registered", "status", "identified", "sex", "majority", "form")


class RecordUnreadable(ValueError):
    """A record was written by a version of the program that this one does not know."""


@dataclass(frozen=True)
class CountedRecord:
    """What is read back from a record of a person who agreed to statistics."""

    person: str
    registered: date
    status: str
    identified: date | None
    sex: str
    majority: str
    form: str


@dataclass(frozen=True)
class ExcludedRecord:
    """All that is known of a person who did not agree: the quarter of registration."""

    quarter: str


def encode(facts: CodedFacts, today: date) -> bytes:
    """The record as it is sealed to the commission: a version byte, then JSON of one fixed length.

    Without consent to statistics it says nothing but the quarter, and nothing in its length tells that apart.
    A day of registration that is not known counts as `today`, an answer that is not known as the code for unknown.
    """
    known = facts.values
    registered = known.get("registration_date") or today.isoformat()
    if not facts.agreed:
        return _pack({"excluded": True, "quarter": str(Quarter.of(date.fromisoformat(registered)))})
    values = (
        facts.person_code.hex,
        registered,
        known.get("identification_status", ""),
        known.get("identification_date", ""),
        *(known.get(field) or unknown for field, unknown in UNKNOWN.items()),
    )
    return _pack(dict(zip(_NAMES, values, strict=True)))


def decode(record: bytes) -> CountedRecord | ExcludedRecord:
    """The record again. Raises RecordUnreadable."""
    if record[:1] != bytes([VERSION]):
        raise RecordUnreadable(f"record version {record[:1].hex() or 'none'}")
    try:
        return _unpack(json.loads(record[1:]))
    except (KeyError, TypeError, AttributeError, ValueError):  # its message would quote the record
        raise RecordUnreadable("not a record") from None


def _unpack(content: dict[str, str]) -> CountedRecord | ExcludedRecord:
    if content.get("excluded"):
        return ExcludedRecord(str(Quarter.parse(content["quarter"])))
    person, registered, status, identified, sex, majority, form = (content[name] for name in _NAMES)
    day = date.fromisoformat(identified) if identified else None
    return CountedRecord(person, date.fromisoformat(registered), status, day, sex, majority, form)


def _pack(content: dict[str, object]) -> bytes:
    plain = json.dumps(content, separators=(",", ":")).encode()
    return bytes([VERSION]) + plain.ljust(_LENGTH)


_LENGTH = 319
"""Room for the longest codes; every record has this length, so that excluded persons do not stand out."""
