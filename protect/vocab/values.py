"""Answers: from what was typed to the text that is stored, and from that to what a screen shows."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from protect.vocab import words
from protect.vocab.fields import Field, FieldType
from protect.vocab.messages import MESSAGES
from protect.vocab.partial_date import PartialDate

LONGEST: Final[Mapping[FieldType, int]] = {FieldType.TEXT: 4000, FieldType.STRING_LIST: 1000, FieldType.LIST: 4000}
LONGEST_LINE: Final = 200
OLDEST_YEAR: Final = 1900
LARGEST: Final = 999_999_999

_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})[/. ]([0-9]{1,2})[/. ]([0-9]{4})")
_MONTH: Final = re.compile(r"([0-9]{1,2})[/. ]([0-9]{4})")
_WHOLE: Final = re.compile(r"[0-9]{1,12}")
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@(?:[^@\s.]{1,63}\.)+[^@\s.]{2,63}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SPACING: Final = "\n\t"
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they reorder a line


class ValueProblem(ValueError):
    """An answer that cannot be kept; `key` is one of MESSAGES. The answer itself is never in it."""

    def __init__(self, key: str) -> None:
        super().__init__(MESSAGES[key])
        self.key = key


@dataclass(frozen=True)
class _Setting:
    """What the reading of an answer depends on besides the answer."""

    prefix: str
    today: date


def normalise(field: Field, raw: str | Sequence[str] | None, *, prefix: str = "", today: date | None = None) -> str:
    """The text to store for an answer, empty for none; ValueProblem if it cannot be kept. Twice is the same as once.

    `prefix` is the telephone prefix of the country, such as `+243`; without it a national number is refused.
    `today` is the last day that is not in the future; by default today anywhere on earth.
    """
    many = field.type in _MANY
    text = _joined(raw, "\n" if many else "")
    if not text:
        return ""
    setting = _Setting(prefix.removeprefix("+"), today or (datetime.now(UTC) + timedelta(hours=14)).date())
    value = _READERS.get(field.type, _line)(field, text, setting)
    if len(value) > LONGEST.get(field.type, LONGEST_LINE) and field.type is not FieldType.MULTICODE:
        raise ValueProblem("length")
    return value


def present(field: Field, value: str, locale: str) -> str:
    """The words a screen shows for a stored value: labels of codes, dates in words, anything else as it is."""
    if not value:
        return ""
    shown = words.SHOWN.get(field.type)
    if field.codelist is not None and field.type in words.CODED:
        return words.of_codes(field.codelist, value, locale)
    return shown(value, locale) if shown else value


def _joined(raw: str | Sequence[str] | None, mark: str) -> str:
    """One text from what a form sent; a single answer sent twice is not a single answer."""
    parts = [raw] if isinstance(raw, str) else list(raw or ())
    if not mark and len(parts) > 1:
        raise ValueProblem("text")
    text = unicodedata.normalize("NFC", mark.join(parts).replace("\r\n", "\n").replace("\r", "\n"))
    if any(_unkeepable(letter) for letter in text):
        raise ValueProblem("text")
    return text.strip()


def _unkeepable(letter: str) -> bool:
    """Control characters, halves of a character and marks that reorder a line: no keyboard makes them by intent."""
    return letter in _DIRECTIONS or (unicodedata.category(letter) in {"Cc", "Cs"} and letter not in _SPACING)


def _line(_field: Field, text: str, _setting: _Setting) -> str:
    return " ".join(text.split())


def _text(_field: Field, text: str, _setting: _Setting) -> str:
    return text


def _lines(_field: Field, text: str, _setting: _Setting) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _code(field: Field, text: str, _setting: _Setting) -> str:
    if field.codelist is None or text not in field.codelist:
        raise ValueProblem("code")
    return text


def _codes(field: Field, text: str, setting: _Setting) -> str:
    return " ".join(sorted({_code(field, code, setting) for code in text.split()}))


def _boolean(_field: Field, text: str, _setting: _Setting) -> str:
    if text.lower() in _TRUE:
        return "true"
    if text.lower() in _FALSE:
        return "false"
    raise ValueProblem("boolean")


def _day(field: Field, text: str, setting: _Setting) -> str:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueProblem("date")
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    return str(_dated(field, f"{year}-{month}-{day}", setting, "date"))


def _partial(field: Field, text: str, setting: _Setting) -> str:
    if _DAY.fullmatch(text):
        return _day(field, text, setting)
    found = _MONTH.fullmatch(text)
    return str(_dated(field, f"{found[2]}-{found[1]}" if found else text, setting, "partial_date"))


def _dated(field: Field, text: str, setting: _Setting, key: str) -> PartialDate:
    try:
        made = PartialDate.parse(text)
    except ValueError:
        raise ValueProblem(key) from None
    if made.year < OLDEST_YEAR:
        raise ValueProblem("too_old")
    if made.earliest() > setting.today and "PLAN" not in field.tags:
        raise ValueProblem("future")
    return made


def _moment(_field: Field, text: str, _setting: _Setting) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueProblem("time")
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise ValueProblem("time") from None


def _integer(field: Field, text: str, _setting: _Setting) -> str:
    digits = re.sub(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3})", "", text)
    if not _WHOLE.fullmatch(digits):
        raise ValueProblem("integer")
    if int(digits) > (field.largest or LARGEST):
        raise ValueProblem("too_large")
    return str(int(digits))


def _decimal(field: Field, text: str, _setting: _Setting) -> str:
    digits = re.sub(r"[ \u00a0\u202f]", "", text).replace(",", ".")
    if not _DECIMAL.fullmatch(digits):
        raise ValueProblem("decimal")
    if Decimal(digits) > (field.largest or LARGEST):
        raise ValueProblem("too_large")
    whole = format(Decimal(digits), "f")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


def _phone(_field: Field, text: str, setting: _Setting) -> str:
    digits = re.sub(r"[\s().\-/\u2011\u2013]", "", text)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0") and setting.prefix:
        digits = f"+{setting.prefix}{digits[1:]}"
    elif setting.prefix and digits.startswith(setting.prefix):
        digits = f"+{digits}"
    if not _PHONE.fullmatch(digits):
        raise ValueProblem("phone")
    return digits


def _email(_field: Field, text: str, _setting: _Setting) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueProblem("email")
    name, _, host = text.rpartition("@")
    return f"{name}@{host.lower()}"


def _reference(_field: Field, text: str, _setting: _Setting) -> str:
    if not _REFERENCE.fullmatch(text):
        raise ValueProblem("reference")
    return text


_MANY: Final = frozenset({FieldType.MULTICODE, FieldType.STRING_LIST, FieldType.LIST})
_READERS: Final[Mapping[FieldType, Callable[[Field, str, _Setting], str]]] = {
    FieldType.STRING: _line,
    FieldType.TEXT: _text,
    FieldType.CODE: _code,
    FieldType.MULTICODE: _codes,
    FieldType.DATE: _day,
    FieldType.PARTIAL_DATE: _partial,
    FieldType.DATETIME: _moment,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.REF: _reference,
    FieldType.FILE: _reference,
    FieldType.STRING_LIST: _lines,
    FieldType.LIST: _lines,
}
