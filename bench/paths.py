"""The data path: from the rows of the database to the values of a list or a case, and nothing around it.

Session, scope, row-level security and working columns are the same on every side, and every side reads bare columns
by a statement that is made once; what differs is the fields. Beside it the twins as the ORM reads them, into objects.
"""

import uuid
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import load_only

from bench.example import FIELDS, LISTED
from bench.people import Person
from bench.timing import Act
from bench.twins import WORKING, EncryptedCase, PlainCase, Twin
from protect.access.gate import Gate
from protect.access.keyring import Keyring
from protect.access.opening import COMPARTMENT, Opening
from protect.cases.actions_reading import ListedRow, case_with_parts, page_with_parts
from protect.cases.models import CaseFile

PAGE = 50
Found = dict[uuid.UUID, dict[str, str]]
SHOWN = ListedRow._fields


def newest(model: Any, *columns: str) -> Select[Any]:
    """The first page, in the order of the product: objects, or these columns."""
    wanted = [getattr(model, name) for name in columns] or [model]
    return select(*wanted).order_by(model.urgent.desc(), model.opened_at.desc(), model.id).limit(PAGE)


def case_ids(person: Person) -> Sequence[uuid.UUID]:
    """Every case within reach."""
    with person.gate() as gate:
        return gate.db.scalars(select(CaseFile.id).order_by(CaseFile.id)).all()


def keyring_of(person: Person) -> Keyring:
    """The keys of the session, as they are when the entry has been written: unwrapped once, outside the measure."""
    with person.gate() as gate:
        return gate.keyring


class Sealed:
    """Sealed compartments, opened."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._keyring = keyring_of(person)
        self._ids = cycle(case_ids(person))

    def list(self) -> Found:
        """Four fields of fifty cases."""
        with self._person.gate() as gate:
            _cases, parts = page_with_parts(gate, 0, PAGE, "identity")
            opening = self._opening(gate)
            opening.require_newest(COMPARTMENT, parts)
            return {part.case_id: opening.fields(part, LISTED) for part in parts}

    def open(self) -> dict[str, str]:
        """Thirty fields of one case."""
        with self._person.gate() as gate:
            _case, parts = case_with_parts(gate, next(self._ids))
            opening = self._opening(gate)
            opening.require_newest(COMPARTMENT, parts)
            values: dict[str, str] = {}
            for part in parts:
                values |= opening.fields(part)
            return values

    def _opening(self, gate: Gate) -> Opening:
        """What `gate.opening` gives once the entry is written."""
        return Opening(self._keyring, self._person.runtime.shred, gate._written)  # noqa: SLF001 -- without the entry


class Unsealed:
    """Columns of a twin, read."""

    def __init__(self, person: Person, model: Twin) -> None:
        self._person = person
        self._page = newest(model, *SHOWN, *LISTED)
        columns = [getattr(model, name) for name in (*WORKING, *FIELDS)]
        self._case = select(*columns).where(model.id == bindparam("case_id"))
        self._ids = cycle(case_ids(person))

    def list(self) -> Found:
        """Four fields of fifty cases; the other columns are left where they are."""
        at = len(SHOWN)
        with self._person.gate() as gate:
            return {row[0]: dict(zip(LISTED, row[at:], strict=True)) for row in gate.db.execute(self._page)}

    def open(self) -> dict[str, str]:
        """Thirty fields of one case."""
        with self._person.gate() as gate:
            row = gate.db.execute(self._case, {"case_id": next(self._ids)}).one()
            return dict(zip(FIELDS, row[len(WORKING) :], strict=True))


class Objects:
    """The same columns through the ORM."""

    def __init__(self, person: Person, model: Twin) -> None:
        self._person = person
        self._model = model
        self._page = newest(model).options(load_only(*[getattr(model, name) for name in (*WORKING, *LISTED)]))
        self._ids = cycle(case_ids(person))

    def list(self) -> Found:
        """Four fields of fifty cases."""
        with self._person.gate() as gate:
            rows = gate.db.scalars(self._page).all()
            return {row.id: {name: getattr(row, name) for name in LISTED} for row in rows}

    def open(self) -> dict[str, str]:
        """Thirty fields of one case."""
        with self._person.gate() as gate:
            row = gate.db.get_one(self._model, next(self._ids))
            return {name: getattr(row, name) for name in FIELDS}


def sides(person: Person, what: str) -> dict[str, Act]:
    """The ways to list or to open, which must all say the same."""
    ways: dict[str, Sealed | Unsealed | Objects] = {
        "protect": Sealed(person),
        "plain": Unsealed(person, PlainCase),
        "utils": Unsealed(person, EncryptedCase),
        "plain, as objects": Objects(person, PlainCase),
        "utils, as objects": Objects(person, EncryptedCase),
    }
    acts: dict[str, Act] = {name: getattr(way, what) for name, way in ways.items()}
    first, *others = [act() for act in acts.values()]
    if any(other != first for other in others):
        raise AssertionError(f"the sides do not {what} the same")
    return acts


def statements(person: Person) -> dict[str, Act]:
    """The statements of list and open alone, nothing opened: for the price of row-level security."""
    ids = cycle(case_ids(person))

    def listed() -> None:
        with person.gate() as gate:
            page_with_parts(gate, 0, PAGE, "identity")

    def opened() -> None:
        with person.gate() as gate:
            case_with_parts(gate, next(ids))

    return {"list": listed, "open": opened}
