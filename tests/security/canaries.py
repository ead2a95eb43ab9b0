"""Unique words for every sealed field, and every form in which such a word could come out again."""

import base64
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

CONSONANTS, VOWELS = "bdfgklmnprtvz", "aeiou"
SYLLABLES, TAIL = 4, 3
DIGITS = "23456789"


def _syllables(number: int) -> str:
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(number))


def _digits(number: int) -> str:
    return "".join(secrets.choice(DIGITS) for _ in range(number))


def _other_than(taken: Collection[str], draw: Callable[[], str]) -> str:
    """One that was not drawn before: of hundreds two would be equal now and then."""
    return next(drawn for drawn in iter(draw, "") if drawn not in taken)


def _base64_forms(word: bytes) -> set[bytes]:
    """What every base64 text of something that holds the word must contain, for its three possible beginnings."""
    found = set()
    for shift, cut in ((0, 0), (1, 2), (2, 3)):
        whole = len(word) + shift - (len(word) + shift) % 3
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            found.add(encode((b"\0" * shift + word)[:whole])[cut:])
    return found


def _folded_forms(text: str) -> list[bytes]:
    """UTF-8, both UTF-16 and hexadecimal, in small letters."""
    plain, wide = text.lower().encode(), text.lower().encode("utf-16-le")
    return [plain, wide, text.lower().encode("utf-16-be"), plain.hex().encode(), wide.hex().encode()]


@dataclass
class Canaries:
    """The canaries of one run. Words, numbers and days each begin alike, so that one search looks for all of them."""

    marker: str = field(default_factory=lambda: _syllables(SYLLABLES))
    prefix: str = field(default_factory=lambda: _digits(5))
    year: int = field(default_factory=lambda: 1903 + secrets.randbelow(40))
    told: dict[str, str] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    def word(self, what: str) -> str:
        """A word that stands nowhere else, for what is named; the same word each time."""
        if what not in self.told:
            self.told[what] = _other_than(self.told.values(), lambda: f"{self.marker}{_syllables(TAIL)}")
        return self.told[what]

    def phone(self) -> str:
        """A telephone number that stands nowhere else."""
        self.phones.append(_other_than(self.phones, lambda: f"{self.prefix}{_digits(4)}"))
        return f"+243{self.phones[-1]}"

    def day(self) -> date:
        """A day so long ago that nothing else has it."""
        day = date(self.year, 1, 1) + timedelta(days=secrets.randbelow(365))
        self.days.append(day.isoformat())
        return day

    def code(self, name: str, code: str) -> str:
        """Keep a code that answers a sealed question."""
        self.codes[name] = code
        return code

    def keep(self, text: str) -> str:
        """Keep a secret that the program made: it must come out nowhere either."""
        self.kept.append(text)
        return text

    def leaks(self, data: bytes) -> list[str]:
        """What of the canaries is in the bytes, in any form; which one, as far as it can be told."""
        folded = data.lower()
        found = _those_in(folded, self.marker, self.told.values()) or _those_in(folded, self.marker, [self.marker])
        found += _those_in(folded, self.prefix, self.phones)
        found += _those_in(folded, f"{self.year}-", self.days)
        found += [text for text in self.kept if any(form in folded for form in _folded_forms(text))]
        names = {word: what for what, word in self.told.items()}
        encoded = ["a word in base64"] if any(form in data for form in self._exact) else []
        return [*(names.get(text, text) for text in found), *encoded]

    def coded_leaks(self, data: bytes) -> list[str]:
        """Which questions have their code in the bytes."""
        return [f"{name} {code}" for name, code in self.codes.items() if code.encode() in data]

    @property
    def _exact(self) -> set[bytes]:
        """Base64 tells capitals and small letters apart, so each way of writing the marker counts."""
        words = (self.marker, self.marker.upper(), self.marker.capitalize())
        both = [text.encode(code) for text in words for code in ("utf-8", "utf-16-le")]
        return {form for word in both for form in _base64_forms(word)}


def _those_in(folded: bytes, beginning: str, texts: Iterable[str]) -> list[str]:
    """The texts that are in the bytes, looked for one by one only where something begins as they all do."""
    if not any(form in folded for form in _folded_forms(beginning)):
        return []
    return [text for text in texts if any(form in folded for form in _folded_forms(text))]
