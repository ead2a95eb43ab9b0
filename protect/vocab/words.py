"""Stored values in words: dates, yes and no, labels of codes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from babel import Locale
from babel.dates import format_date, get_month_names

from protect.vocab.codelists import CodeList
from protect.vocab.fields import FieldType
from protect.vocab.partial_date import PartialDate
from protect.vocab.reading import load

CODED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE})
_YES_NO: Final = {"true": "yes", "false": "no"}


def of_codes(listed: CodeList, value: str, locale: str) -> str:
    """Labels of the codes in the order of their list; a code that the list no longer has is shown as it is."""
    codes = set(value.split())
    known = [answer.label(locale) for answer in listed.values if answer.code in codes]
    return ", ".join([*known, *sorted(codes - set(listed.codes()))])


def of_partial_date(value: str, locale: str) -> str:
    """`12 avril 1998`, `1er avril 1998`, `avril 1998` or `1998`."""
    made = PartialDate.parse(value)
    if made.month is None:
        return str(made.year)
    if made.day is None:
        return f"{get_month_names('wide', 'stand-alone', locale)[made.month]} {made.year}"
    if made.day == 1 and _language(locale) == "fr":
        return f"1er {get_month_names('wide', 'format', locale)[made.month]} {made.year}"
    return format_date(made.earliest(), "d MMMM y", locale)


def of_moment(value: str, locale: str) -> str:
    """A moment as its date and its hour in universal time."""
    moment = datetime.fromisoformat(value)
    return f"{of_partial_date(moment.date().isoformat(), locale)}, {moment:%H:%M} UTC"


def of_boolean(value: str, locale: str) -> str:
    """Yes or no."""
    return load().lists["yes_no_unknown"].get(_YES_NO[value]).label(locale)


def of_decimal(value: str, locale: str) -> str:
    """A number with the decimal mark of the language."""
    return value if _language(locale) == "en" else value.replace(".", ",")


def of_list(value: str, _locale: str) -> str:
    """The rows of a list, one after the other."""
    return ", ".join(value.splitlines())


def _language(locale: str) -> str:
    return Locale.parse(locale).language


SHOWN: Final[Mapping[FieldType, Callable[[str, str], str]]] = {
    FieldType.DATE: of_partial_date,
    FieldType.PARTIAL_DATE: of_partial_date,
    FieldType.DATETIME: of_moment,
    FieldType.BOOLEAN: of_boolean,
    FieldType.DECIMAL: of_decimal,
    FieldType.STRING_LIST: of_list,
    FieldType.LIST: of_list,
}
