"""Answers of other systems as codes of our lists: by code, by standard name, by label, by ISO code."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from babel import Locale

from protect.cases.importing.problems import CellRefused
from protect.vocab import CodeList, CodeValue, Field, FieldType, load

UNKNOWN: Final = frozenset({"-99", "na", "n/a", "null"})  # how the standards say that nothing is known
_MARKS: Final = re.compile(r"[;|\n]")
_ISO_639_3: Final = re.compile(r"[a-z]{3}")
_STANDARD_NAME: Final = re.compile(r"[A-Za-z0-9_]+")

# Where one name of the standard stands for several of our codes: the one that claims least.
LEAST: Final[Mapping[tuple[str, str], str]] = {
    ("identification_status", "possiblevictimoftrafficking"): "presumed",
    ("recruiter_relationship", "acquainted"): "friend",
    ("recruiter_relationship", "unaquainted"): "stranger",  # so spelled in the standard
    ("recruiter_relationship", "unacquainted"): "stranger",
    ("service_type", "socialcare"): "case_management",
    ("service_type", "health"): "medical",
    ("service_type", "livelihood"): "livelihood",
    ("case_status", "active"): "active",
    ("exploitation_type", "servitude"): "servitude",
    ("vulnerability_factor", "socialgroup"): "discrimination",
}
ALSO: Final[Mapping[tuple[str, str], str]] = {
    ("sex", "woman"): "F", ("sex", "feminine"): "F", ("sex", "femme"): "F",
    ("sex", "man"): "M", ("sex", "masculine"): "M", ("sex", "homme"): "M",
    ("country", "rdc"): "CD", ("country", "drc"): "CD", ("country", "congokinshasa"): "CD",
    ("country", "congodemocraticrepublicofthe"): "CD", ("country", "republicofthecongo"): "CG",
}  # fmt: skip
LANGUAGES: Final[Mapping[str, str]] = {  # ISO 639-1 and 639-2 to the 639-3 codes of the list
    "fr": "fra", "fre": "fra", "ln": "lin", "sw": "swc", "swa": "swc", "kg": "ktu", "kon": "ktu", "en": "eng",
    "pt": "por", "rw": "kin", "rn": "run", "sg": "sag", "ar": "ara", "zh": "zho", "chi": "zho", "mis": "other",
    "mul": "other", "und": "unknown",
}  # fmt: skip


def split(cell: str) -> list[str]:
    """The several answers of one cell, separated by `;` or `|`; what stands for unknown is left out."""
    return [part for part in (part.strip() for part in _MARKS.split(cell)) if part and part.casefold() not in UNKNOWN]


def split_places(cell: str) -> list[str]:
    """The same for lists that run in parallel: an unknown one among others keeps its place, as an empty answer."""
    parts = [part for part in (part.strip() for part in _MARKS.split(cell)) if part]
    found = ["" if part.casefold() in UNKNOWN else part for part in parts]
    return found if any(found) else []


def code_of(field: Field, answer: str) -> str:
    """The code of the field's list that the answer means. CellRefused if it means none."""
    if field.codelist is None:
        raise CellRefused("code")
    listed = field.codelist
    if answer in listed:
        return answer
    key = squeezed(answer)
    found = _known(listed.name).get(key) or (_language(answer.casefold()) if listed.name == "language" else None)
    if found is None:
        raise CellRefused("code")
    return found


def codes_of(field: Field, cell: str) -> str:
    """All codes that a cell means, as they are stored. CellRefused where one code is wanted and several stand."""
    found = sorted({code_of(field, answer) for answer in split(cell)})
    if field.type is FieldType.CODE and len(found) > 1:
        raise CellRefused("one_only")
    return " ".join(found)


def squeezed(text: str) -> str:
    """Letters and digits only, without accents or capitals: how names of answers compare."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


@cache
def _known(name: str) -> dict[str, str]:
    """Every name under which the codes of a list are known, the surest last so that it wins."""
    listed = load().lists[name]
    known: dict[str, str] = {}
    for value in reversed(listed.values):  # of two codes with one name the first wins
        known |= {squeezed(label): value.code for label in (value.label_fr, value.label_en)}
    known |= _standard(listed)
    known |= {key: code for (of, key), code in {**ALSO, **LEAST}.items() if of == name}
    return known | {squeezed(value.code): value.code for value in listed.values}


def _standard(listed: CodeList) -> dict[str, str]:
    meant: dict[str, list[str]] = {}
    for value in listed.values:
        for name in names_of(value):
            meant.setdefault(squeezed(name), []).append(value.code)
    return {key: min(codes, key=lambda code: (code != "other", len(code))) for key, codes in meant.items()}


def names_of(value: CodeValue) -> Iterator[str]:
    """What the standards call an answer; remarks in brackets and choices of two are no names."""
    for written in (value.htcds, value.ctdc, value.extra.get("iso_alpha3")):
        bare = str(written or "").partition(" (")[0]
        if _STANDARD_NAME.fullmatch(bare):
            yield bare


def _language(code: str) -> str | None:
    if code in LANGUAGES:
        return LANGUAGES[code]
    return "other" if _ISO_639_3.fullmatch(code) or code in Locale("en").languages else None
