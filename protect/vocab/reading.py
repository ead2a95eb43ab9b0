"""The data files become typed objects; a row that cannot become one stops the start, with its name."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from protect.typography import french
from protect.vocab.codelists import CodeList, CodeValue
from protect.vocab.fields import Field, FieldType, Requirement
from protect.vocab.indicators import Indicator
from protect.vocab.intake import IntakeStep, Question
from protect.vocab.vocabulary import Vocabulary

Row = Mapping[str, str]
_TAGS: Final = re.compile(r"((?:\[[^\]]*\])*)\s*(.*)", re.DOTALL)
_ONE_TAG: Final = re.compile(r"\[([^\]]*)\]")
_OWN_KEYS: Final = frozenset({"code", "label_fr", "label_en", "htcds", "ctdc"})


class BrokenVocabulary(ValueError):
    """A row of the data files that cannot be understood."""


@cache
def load() -> Vocabulary:
    """The vocabulary that ships with the product, read once."""
    return read(files("protect.vocab") / "data")


def read(folder: Traversable) -> Vocabulary:
    """The vocabulary of a folder. BrokenVocabulary names the first row that cannot be understood."""
    lists = _lists(json.loads((folder / "codelists.json").read_text("utf-8")))
    return Vocabulary(
        fields=_fields(folder / "data_dictionary.csv", lists),
        optional=_fields(folder / "data_dictionary_extended.csv", lists),
        lists=lists,
        indicators=tuple(_indicator(row) for row in _rows(folder / "indicators.csv")),
        intake=_intake(_rows(folder / "intake.csv")),
        htcds_columns=frozenset(
            row["Field Name including Prefix"] for row in _rows(folder / "htcds_2.0_fields.csv")
        ),
    )  # fmt: skip


def _rows(file: Traversable) -> Iterator[Row]:
    for row in csv.DictReader(StringIO(file.read_text("utf-8-sig"), newline="")):
        if None in row or None in row.values():
            raise BrokenVocabulary(f"{file.name}: a row has too many or too few cells: {next(iter(row.values()))}")
        yield _set(row)


def _set(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its French typeset; the files have what a keyboard types."""
    return {key: french(cell) if key.endswith("_fr") else cell for key, cell in row.items()}


def _lists(document: Mapping[str, Any]) -> Mapping[str, CodeList]:
    made = {
        name: CodeList(
            name, french(listed["title_fr"]), listed["title_en"], tuple(_value(_set(row)) for row in listed["values"])
        )
        for name, listed in document["lists"].items()
    }
    return MappingProxyType(made)


def _value(row: Mapping[str, Any]) -> CodeValue:
    extra = {key: value for key, value in row.items() if key not in _OWN_KEYS}
    return CodeValue(
        row["code"], row["label_fr"], row["label_en"], row.get("htcds"), row.get("ctdc"), MappingProxyType(extra)
    )


def _fields(file: Traversable, lists: Mapping[str, CodeList]) -> Mapping[str, Field]:
    made: dict[str, Field] = {}
    for row in _rows(file):
        if row["field"] in made:
            raise BrokenVocabulary(f"{file.name}: the field {row['field']} stands twice")
        made[row["field"]] = _field(row, lists)
    return MappingProxyType(made)


def _field(row: Row, lists: Mapping[str, CodeList]) -> Field:
    kind, _, target = row["type"].partition(":")
    tags, note = _tags(row["notes"])
    try:
        return Field(
            name=row["field"],
            group=row["group"],
            label_fr=row["label_fr"],
            label_en=row["label_en"],
            type=FieldType(kind),
            codelist=lists[row["codelist"]] if row["codelist"] else None,
            required=Requirement(row["required"]),
            compartment=row["sensitivity_class"],
            htcds=row["htcds_field"] or None,
            concept=row["ic_tip_concept"],
            tags=tags,
            note=note,
            target=target or None,
        )
    except (KeyError, ValueError) as wrong:
        raise BrokenVocabulary(f"the field {row['field']}: {wrong} is unknown") from wrong


def _tags(notes: str) -> tuple[frozenset[str], str]:
    """Tags and note of a cell such as `[STAT][REF:M,L] Partial dates allowed`."""
    found = _TAGS.fullmatch(notes)
    bracketed, note = found.groups() if found else ("", notes)
    tags: set[str] = set()
    for tag in _ONE_TAG.findall(bracketed):
        head, colon, rest = tag.partition(":")
        tags.update(f"{head}:{letter}" for letter in rest.split(",")) if colon else tags.add(head)
    return frozenset(tags), note


def _indicator(row: Row) -> Indicator:
    return Indicator(
        id=row["id"],
        pillar=row["pillar"],
        name_fr=row["name_fr"],
        name_en=row["name_en"],
        definition=row["definition"],
        formula=row["formula"],
        disaggregation=_split(row["disaggregation"].replace("none", ""), ";"),
        frequency=row["frequency"],
        unit=row["unit"],
        standard=row["source_standard"],
        fields=_split(row["fields"], ","),
        other_source=row["other_source"],
        priority=row["priority"],
        note=row["note"],
    )


def _split(cell: str, mark: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(mark) if part.strip())


def _intake(rows: Iterator[Row]) -> tuple[IntakeStep, ...]:
    return tuple(IntakeStep(name, _questions(list(group))) for name, group in groupby(rows, lambda row: row["step"]))


def _questions(rows: Sequence[Row]) -> tuple[Question, ...]:
    return tuple(Question(row["field"], row["when"], row["hint_fr"], row["hint_en"]) for row in rows)
