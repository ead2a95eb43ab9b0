"""A record while its columns are read: answers by field, and what several columns together will decide."""

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Draft:
    """What one row says so far: canonical values by field, and the codes of multiple-answer fields apart."""

    answers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, set[str]] = field(default_factory=dict)
    registered_on: date | None = None
    status: str = ""
    agreed: bool | None = None
    consent: dict[str, str] = field(default_factory=dict)
    majority: str = ""
    stages: list[str] = field(default_factory=list)  # of the events that the next two belong to, in order
    countries: list[str] = field(default_factory=list)
    provinces: list[str] = field(default_factory=list)
    residence: str = ""  # the province of stay as it is written; it is one of ours only inside the country
    remarks: list[str] = field(default_factory=list)  # what our lists cannot hold, kept word by word

    def add(self, name: str, code: str) -> None:
        """One more answer of a multiple-answer field."""
        self.codes.setdefault(name, set()).add(code)
