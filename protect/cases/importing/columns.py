"""Which column of a file means what: our own field names, the case data standard's, the collaborative's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from protect.cases.facts import ADMINISTRATIVE, KEPT_BY_ITSELF
from protect.cases.identification import COMPUTED
from protect.cases.importing import ctdc
from protect.cases.importing.codes import UNKNOWN, code_of, codes_of, split, split_places, squeezed
from protect.cases.importing.ctdc import Reader
from protect.cases.importing.draft import Draft
from protect.cases.importing.problems import FileRefused
from protect.vocab import Field, FieldType, load, normalise

CODED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE})
NOT_READ: Final = frozenset({FieldType.REF, FieldType.LIST, FieldType.FILE, FieldType.STRING_LIST})
# Groups of fields that are records of their own, not answers of a case.
OTHER_RECORDS: Final = frozenset({"perpetrator", "consent", "services_provided", "referral"})
# What every case computes of its other answers.
DERIVED: Final = frozenset(COMPUTED) - {"registration_date"}
# What may be told of the record's one consent.
CONSENT: Final = frozenset({"consent_given_by", "child_assent", "consent_mode", "information_given", "legal_basis"})


@dataclass(frozen=True)
class Column:
    """A column that is read. `private` says that its cells may name a person and are never repeated in a report."""

    index: int
    title: str
    read: Reader
    private: bool


@dataclass(frozen=True)
class Plan:
    """The columns of a file: those that are read, and the titles of those that are not."""

    columns: tuple[Column, ...]
    ignored: tuple[str, ...]
    width: int


def plan(titles: Sequence[str], phone_prefix: str) -> Plan:
    """What will be read of a file with these titles. FileRefused if it is nothing, or if two columns say the same."""
    collaborative = any(squeezed(title) == ctdc.SIGN for title in titles)
    read: dict[str, Column] = {}
    ignored = []
    for index, title in enumerate(titles):
        found = _column(index, title, phone_prefix, collaborative=collaborative)
        if found is None:
            ignored += [title] if title else []
            continue
        name, column = found
        if name in read:
            raise FileRefused("same_meaning", f"{read[name].title}, {title}")
        read[name] = column
    if not read:
        raise FileRefused("no_known_column")
    return Plan(tuple(read.values()), tuple(ignored), len(titles))


def _column(index: int, title: str, phone_prefix: str, *, collaborative: bool) -> tuple[str, Column] | None:
    """The column with what it is about, so that two columns about one thing are noticed."""
    if title.casefold() in _SPECIAL:
        return title.casefold(), Column(index, title, _SPECIAL[title.casefold()], private=False)
    field = field_of(title)
    if field is not None:
        private = field.type not in CODED and field.compartment != ADMINISTRATIVE
        return field.name, Column(index, title, _reader(field, phone_prefix), private)
    by_collaborative = ctdc.reader(title) if collaborative else None
    return (squeezed(title), Column(index, title, by_collaborative, private=False)) if by_collaborative else None


def field_of(title: str) -> Field | None:
    """The field of a case that a title names and that is read, in our words or the standard's."""
    own = load().fields.get(title)
    candidates = (own,) if own else load().by_htcds(title)
    return next((field for field in candidates if _is_read(field)), None)


def _is_read(field: Field) -> bool:
    if field.name in CONSENT:
        return True
    core = field.name in load().fields and field.name not in KEPT_BY_ITSELF | DERIVED
    return core and field.group not in OTHER_RECORDS and field.type not in NOT_READ


def _reader(field: Field, phone_prefix: str) -> Reader:
    if field.name == "registration_date":
        return _registration
    if field.type in CODED:
        return _coded(field)

    def read(draft: Draft, cell: str) -> None:
        if cell.casefold() not in UNKNOWN:
            draft.answers[field.name] = normalise(field, _answer(field, cell), prefix=phone_prefix)

    return read


def _answer(field: Field, cell: str) -> str:
    """A moment where a day is asked for is that day; yes and no also in French."""
    if field.type in {FieldType.DATE, FieldType.PARTIAL_DATE}:
        return cell.partition("T")[0].partition(" 00:00")[0]
    if field.type is FieldType.BOOLEAN:
        return {"oui": "true", "non": "false", "1.0": "true", "0.0": "false"}.get(cell.casefold(), cell)
    return cell


def _coded(field: Field) -> Reader:
    def read(draft: Draft, cell: str) -> None:
        codes = codes_of(field, cell)
        if field.name in CONSENT:
            draft.consent[field.name] = codes
        elif field.type is FieldType.MULTICODE:
            draft.codes.setdefault(field.name, set()).update(codes.split())
        elif codes:
            draft.answers[field.name] = codes

    return read


def _registration(draft: Draft, cell: str) -> None:
    field = load().field("registration_date")
    draft.registered_on = date.fromisoformat(normalise(field, _answer(field, cell)))


def _status(draft: Draft, cell: str) -> None:
    draft.status = code_of(load().field("case_status"), cell)


def _agreed(draft: Draft, cell: str) -> None:
    yes = normalise(load().field("screening_conditions_met"), _answer(load().field("screening_conditions_met"), cell))
    draft.agreed = yes == "true"


def _stages(draft: Draft, cell: str) -> None:
    listed = load().field("route_points")
    draft.stages = [code_of(listed, stage) for stage in split(cell)]


def _countries(draft: Draft, cell: str) -> None:
    listed = load().field("exploitation_country")
    draft.countries = [code_of(listed, country) if country else "" for country in split_places(cell)]


def _provinces(draft: Draft, cell: str) -> None:
    draft.provinces = split_places(cell)


def _residence(draft: Draft, cell: str) -> None:
    draft.residence = cell


def _purposes(draft: Draft, cell: str) -> None:
    draft.codes.setdefault("tip_purpose", set()).update(codes_of(load().field("tip_purpose"), cell).split())


def _gender(draft: Draft, cell: str) -> None:
    if cell.casefold() not in UNKNOWN:
        draft.answers["gender_identity"] = code_of(load().field("gender_identity"), cell)


_SPECIAL: Final[Mapping[str, Callable[[Draft, str], None]]] = {
    "cas_status": _status,
    "case_status": _status,
    "con_consent": _agreed,
    "hte_type": _stages,
    "hte_country": _countries,
    "hte_state": _provinces,
    "prs_mailingstate": _residence,
    "vic_typeofexploitation": _purposes,
    "prs_gender": _gender,
}
