"""Stored answers as other systems call them, each so that our own importer takes it for the same answer again."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from protect.cases.importing.codes import codes_of, names_of
from protect.cases.importing.problems import CellRefused
from protect.vocab import Field, FieldType, load

BETWEEN: Final = "|"  # the importer takes ; too, but that stands between the cells
UNKNOWN: Final = "n/a"  # holds the place of an event of which the country, or the province, is not known
CODED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE})


def in_words(field: Field, value: str, *, standard: bool) -> str:
    """The cell of a stored value; `standard` prefers the standard's names to our codes."""
    if field.type not in CODED:
        return value
    return BETWEEN.join(_named(field.name, code, standard) for code in value.split())


@cache
def _named(name: str, code: str, standard: bool) -> str:  # noqa: FBT001 -- a key of the cache
    """The first name of an answer that means it and nothing else: the code `na` is also a way to say nothing."""
    field = load().field(name)
    if field.codelist is None or code not in field.codelist:
        return code
    value = field.codelist.get(code)
    names = (*names_of(value), value.label_en, value.label_fr)
    ordered = (*names_of(value), code, *names) if standard else (code, *names)
    return next((one for one in ordered if _means(field, one, code)), code)


def _means(field: Field, name: str, code: str) -> bool:
    try:
        return codes_of(field, name) == code
    except CellRefused:
        return False


def events(values: Mapping[str, str]) -> tuple[str, str, str]:
    """Stages, countries and provinces of what happened, in parallel as the standard has them."""
    told = [event for event in _events(values) if event[1] or event[2]]
    stages = BETWEEN.join(stage for stage, _country, _province in told)
    return stages, _parallel([event[1] for event in told]), _parallel([event[2] for event in told])


def _events(values: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    yield "Recruitment", _place(values, "recruitment_country"), _place(values, "recruitment_province")
    for code in values.get("transit_countries", "").split():
        yield "Transit", _named("transit_countries", code, True), ""  # noqa: FBT003 -- a key of the cache
    yield "Exploitation", _place(values, "exploitation_country"), _place(values, "exploitation_province")


def _place(values: Mapping[str, str], name: str) -> str:
    return in_words(load().field(name), values.get(name, ""), standard=True)


def _parallel(places: list[str]) -> str:
    return BETWEEN.join(place or UNKNOWN for place in places) if any(places) else ""
