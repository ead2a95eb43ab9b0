"""A word of its own in every field of a case, whatever its type, so that a page tells which fields it shows.

A code that its list no longer has is shown as it is: even of a closed list the answer is a word that stands nowhere
else. The few fields whose answers decide how a page is built keep a real one, and are known by their row.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from protect.access.gate import Gate, Ref
from protect.cases.actions_compartments import compartments_of, open_to_change
from protect.cases.actions_search import change_in_search
from protect.cases.facts import NAMES
from protect.cases.models import CaseCompartment, CaseFile
from protect.cases.sections import answerable
from protect.vocab import ADMINISTRATIVE, COMPARTMENTS, FieldType, load, present
from tests.security.canaries import Canaries
from tests.world import Person

PLAIN = tuple(
    name for name in load().fields if name in answerable() and load().field(name).compartment == "administrative"
)
SEALED = {name: tuple(each.name for each in load().fields_of(name)) for name in COMPARTMENTS}
OF = {**SEALED, ADMINISTRATIVE: PLAIN}  # every field that a case keeps, by the compartment that keeps it
TRUE = {name: "true" for names in OF.values() for name in names if load().field(name).type is FieldType.BOOLEAN}
REAL = {"majority_status": "adult", "amp_assessment": "met", **TRUE}
ROW = re.compile(
    r'<dt class="govuk-summary-list__key">(.*?)</dt>\s*<dd[^>]*>\s*<span class="app-pre">(.*?)</span>', re.DOTALL
)
DATES = frozenset({FieldType.DATE, FieldType.PARTIAL_DATE})


@dataclass
class Words:
    """What was planted: for each thing that has fields, the answer to each of them."""

    canaries: Canaries = field(default_factory=Canaries)
    planted: dict[str, dict[str, str]] = field(default_factory=dict)
    _number: int = 0
    _day: date = field(init=False)

    def __post_init__(self) -> None:
        self._day = date(self.canaries.year, 1, 1)

    def of(self, thing: str, names: Iterable[str]) -> dict[str, str]:
        """An answer for each field that nothing else has."""
        made = {name: self._answer(thing, name) for name in names}
        self.planted.setdefault(thing, {}).update(made)
        return made

    def _answer(self, thing: str, name: str) -> str:
        kind = load().field(name).type
        if name in REAL:
            return REAL[name]
        self._number += 1
        if kind in DATES:
            self._day += timedelta(days=1)
            return self._day.isoformat()
        if kind is FieldType.INTEGER:
            return f"{self.canaries.prefix}{self._number:04}"
        return self.canaries.phone() if kind is FieldType.PHONE else self.canaries.word(f"{thing} {name}")

    def seen(self, html: str) -> set[tuple[str, str]]:
        """Which fields of which things the page shows, in the stored form or in French."""
        found = {place for mark in set(self._marks.findall(html.lower())) for place in self._places.get(mark, ())}
        rows = {(" ".join(key.split()), " ".join(value.split())) for key, value in ROW.findall(html)}
        for thing in {thing for thing, _ in found}:
            found |= {(thing, name) for name in REAL.keys() & self.planted[thing].keys() if _row_of(name) in rows}
        return found

    @property
    def _marks(self) -> re.Pattern[str]:
        """Whatever looks like a word, a number or a day that was planted."""
        words, year = self.canaries, f"(?:{'|'.join(str(self.canaries.year + more) for more in range(3))})"
        return re.compile(rf"{words.marker}[a-z]*|{words.prefix}\d*|{year}-\d\d-\d\d|\b\w+ \w+ {year}")

    @cached_property
    def _places(self) -> dict[str, set[tuple[str, str]]]:
        """Where each mark was planted; asked for when all is."""
        found: dict[str, set[tuple[str, str]]] = {}
        for thing, values in self.planted.items():
            for name in values.keys() - REAL.keys():
                stored = values[name].lower().removeprefix("+243")
                for mark in (stored, present(load().field(name), values[name], "fr").lower()):
                    found.setdefault(mark, set()).add((thing, name))
        return found


def _row_of(name: str) -> tuple[str, str]:
    """How a list shows one of the few real answers: the question, and the words."""
    return load().field(name).label_fr, present(load().field(name), REAL[name], "fr")


def plant(person: Person, case_id: uuid.UUID, words: Words, thing: str, names: Iterable[str] = COMPARTMENTS) -> None:
    """Give every field of these compartments a new answer, sealed with own keys, or dropped in by who has none."""
    with person.gate() as gate:
        row = gate.find(CaseFile, case_id, "case:edit", lock=True)
        case = open_to_change(gate, "case:edit", row, NAMES)
        for name in names:
            seal(gate, row, name, words.of(thing, SEALED[name]))
        row.administrative = {**row.administrative, **words.of(thing, PLAIN)}
        row.version += 1
        gate.db.flush()
        case.values |= words.planted[thing]
        change_in_search(gate, case)
        gate.record("case:save", Ref("case", case_id), generation=row.version)


def seal(gate: Gate, row: CaseFile, name: str, values: Mapping[str, str]) -> None:
    """Seal the values into a compartment of the case, whatever any form would ask."""
    parts = compartments_of(gate, [row.id], name)
    own = next((part for part in parts if part.part == 0), None)
    if own is not None and gate.holds(name):
        for column, value in gate.seals.change(own, values).items():
            setattr(own, column, value)
        return
    part = 0 if gate.holds(name) else 1 + max((one.part for one in parts), default=0)
    sealed = gate.seals.compartment(row.id, name, values, part=part)
    gate.db.add(CaseCompartment(**sealed.columns(), unit_id=row.unit_id))
