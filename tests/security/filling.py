"""Forms filled in so that every sealed answer is a canary."""

import re
from typing import Any

from protect.statistics.tables import DIMENSIONS
from protect.vocab import COMPARTMENTS, Field, FieldType, load
from tests.pages import PageClient
from tests.security.canaries import Canaries

TYPED = {FieldType.STRING, FieldType.TEXT, FieldType.STRING_LIST, FieldType.LIST}
LONG_ENOUGH = 10
TABULATED = {field.codelist.name for name in DIMENSIONS.values() if (field := load().field(name)).codelist}
PLAIN_LISTS = frozenset({"service_type", "language", "consent_status", "urgency", *TABULATED})
FIXED = {
    "immediate_danger": "no", "screening_conditions_met": "true", "age_at_registration": "24", "sex": "F",
    "identification_status": "presumed", "exploitation_main": "forced_labour", "guardian_conflict": "no",
    "risk_level": "high", "current_province": "CD-KN", "primary_language": "lin", "identification_date": "",
    "case_status": "",
}  # fmt: skip


class Filler:
    """Answers questions with canaries and remembers what it answered last, in its stored form."""

    def __init__(self, canaries: Canaries, before: bytes) -> None:
        self.canaries = canaries
        self.known: dict[str, str] = {}
        self.fixed = dict(FIXED)
        self._before = before  # codes that stood in the database before anything was typed prove nothing
        self._round = 0

    def next_round(self, **fixed: str) -> None:
        """From now on other words, for what was answered before must be gone as well; `fixed` are no canaries."""
        self._round += 1
        self.known, self.fixed = {}, {**FIXED, **fixed}

    def answer(self, name: str) -> str:
        """The stored form of an answer; empty for a question that is left open."""
        field = load().field(name)
        if name in self.fixed:
            value = self.fixed[name]
        elif field.type in TYPED:
            value = self.canaries.word(f"{name} {self._round}").capitalize()
        elif field.type is FieldType.PHONE:
            value = self.canaries.phone()
        elif field.type in {FieldType.DATE, FieldType.PARTIAL_DATE} and field.compartment in COMPARTMENTS:
            value = self.canaries.day().isoformat()
        else:
            value = self._chosen(field)
        if value:
            self.known[name] = value
        return value

    def _chosen(self, field: Field) -> str:
        if field.codelist is None:
            return {FieldType.BOOLEAN: "true", FieldType.INTEGER: "17"}.get(field.type, "")
        code = max(field.codelist.codes(), key=len)
        sealed = field.compartment != "administrative" and field.codelist.name not in PLAIN_LISTS
        named = any(code in name for name in load().fields)  # names of fields stand beside what is sealed
        if sealed and len(code) >= LONG_ENOUGH and not named and code.encode() not in self._before:
            return self.canaries.code(field.name, code)
        return code

    def sent(self, names: list[str], **fixed: Any) -> dict[str, Any]:
        """What a browser sends for these questions."""
        data: dict[str, Any] = {"asked": " ".join(names)}
        for name in names:
            field, value = load().field(name), self.answer(name)
            if field.type in {FieldType.DATE, FieldType.PARTIAL_DATE}:
                boxes = zip(("year", "month", "day"), value.split("-"), strict=False)
                data.update({f"{name}-{box}": part for box, part in boxes})
            else:
                data[name] = value.split() if field.type is FieldType.MULTICODE else value
        return {**data, **fixed}


def asked(client: PageClient) -> list[str]:
    """The questions of the form on the page."""
    assert client.page is not None
    found = re.findall(r'name="asked" value="([^"]*)"', client.page.html)
    return found[0].split()
