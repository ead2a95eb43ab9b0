"""Finding people by name or code among opened search entries, through accents, spellings and slips of the finger."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Generic, Protocol, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from protect.cases.code import squeezed
from protect.cases.names import sound, words

HEARD_WEIGHT: Final = 0.95  # the same sound counts a little less than the same letters
STARTS_WEIGHT: Final = 0.93
ENTRY_AT_LEAST: Final = 0.75  # mean of the words asked for, below which it is somebody else
SHORT: Final = 3  # so short a word has no room for a slip of the finger
PER_SLIP: Final = 4  # one slip for so many letters
OTHER_YEAR: Final = 0.05
SURPLUS_WORD: Final = 0.001
CODE_LEAST: Final = 3
CODE_LETTERS: Final = 5
AT_A_TIME: Final = 1024
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


class Entry(Protocol):
    """What a search entry offers."""

    @property
    def code(self) -> str:
        """The case code."""

    @property
    def names(self) -> tuple[str, ...]:
        """The words of the name, normalised."""

    @property
    def phonetic(self) -> tuple[str, ...]:
        """The sound keys of those words."""

    @property
    def birth_year(self) -> int | None:
        """The year of birth, where known."""


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Hit(Generic[E]):
    """An entry that was found and how well it fits, 0 to 1."""

    entry: E
    score: float


@dataclass(frozen=True)
class Question:
    """What somebody typed: words of a name, years of birth, and a piece of a code."""

    names: tuple[str, ...]
    years: frozenset[int]
    code: str

    @classmethod
    def read(cls, typed: str) -> "Question":
        """Take apart a line such as `Mbuyi Beatrice 1998` or `kn-26-7f3q`."""
        found = words(typed)
        years = frozenset(int(word) for word in found if _YEAR.fullmatch(word))
        names = tuple(word for word in found if not any(sign.isdigit() for sign in word))
        code = squeezed(typed)
        return cls(names, years, code if _could_be_code(code) else "")


def find(entries: Iterable[E], typed: str, *, limit: int = 50) -> list[Hit[E]]:
    """The entries that fit what was typed, best first; a whole or begun code comes before any name.

    Entries are looked at some at a time and let go again: an agency may have many thousands.
    """
    question = Question.read(typed)
    likeness = _Likeness(question.names)
    by_code: list[Hit[E]] = []
    by_name: list[Hit[E]] = []
    waiting = iter(entries)
    while some := list(islice(waiting, AT_A_TIME)):
        if question.code:
            by_code += [Hit(entry, 1.0) for entry in some if _has_code(entry.code, question.code)]
        if question.names and not by_code:
            by_name += _by_name(some, question, likeness)
    if by_code:
        return sorted(by_code, key=lambda hit: hit.entry.code)[:limit]
    return sorted(by_name, key=lambda hit: (-hit.score, hit.entry.code))[:limit]


def _could_be_code(piece: str) -> bool:
    """Most names are too long: what begins a code by letters alone is the country and the province."""
    return len(piece) >= CODE_LEAST and not (piece.isalpha() and len(piece) > CODE_LETTERS)


def _has_code(code: str, piece: str) -> bool:
    """A code is found by its start, with or without the country, or by its last four signs."""
    whole = code.replace("-", "")
    return whole.startswith(piece) or whole[2:].startswith(piece) or (whole.endswith(piece) and not piece.isalpha())


class _Likeness:
    """How well entries fit the words that were asked for; every name and every sound is judged once."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._asked = asked
        self._scores: list[tuple[dict[str, float], dict[str, float]]] = [({}, {}) for _ in asked]
        self._read: set[str] = set()
        self._heard: set[str] = set()
        self._known: set[str] = set()  # of those that were read or heard the ones that fit any word
        self._audible: set[str] = set()

    def judge(self, entries: Iterable[Entry]) -> None:
        """Compare the names and sounds of some entries that are new."""
        names = set(chain.from_iterable([entry.names for entry in entries])) - self._read
        keys = set(chain.from_iterable([entry.phonetic for entry in entries])) - self._heard
        for word, (spelled, sounded) in zip(self._asked, self._scores, strict=True):
            spelled.update(_written_like(word, names))
            sounded.update(_heard_like(word, keys))
            self._known |= spelled.keys()
            self._audible |= sounded.keys()
        self._read |= names
        self._heard |= keys

    def of(self, entry: Entry) -> float:
        """The mean, over the words asked for, of the name that fits best; the entry was judged before."""
        if self._known.isdisjoint(entry.names) and self._audible.isdisjoint(entry.phonetic):
            return 0.0
        return sum(_best(entry, *scores) for scores in self._scores) / len(self._scores)


def _by_name(entries: Sequence[E], question: Question, likeness: _Likeness) -> Iterator[Hit[E]]:
    likeness.judge(entries)
    for entry in entries:
        score = likeness.of(entry)
        if score >= ENTRY_AT_LEAST:
            yield Hit(entry, max(0.0, score - _discount(entry, question)))


def _discount(entry: Entry, question: Question) -> float:
    """Less for another year of birth, and a trifle less for each word of the name that was not asked for."""
    other_year = bool(question.years) and entry.birth_year not in question.years
    surplus = max(0, len(entry.names) - len(question.names))
    return OTHER_YEAR * other_year + SURPLUS_WORD * surplus


def _best(entry: Entry, spelled: dict[str, float], sounded: dict[str, float]) -> float:
    best = 0.0
    for name in entry.names:
        best = max(best, spelled.get(name, 0.0))
    for key in entry.phonetic:
        best = max(best, sounded.get(key, 0.0))
    return best


def _written_like(word: str, choices: Collection[str]) -> dict[str, float]:
    """Likeness of each spelling that could be this word: begun like it, or a few slips away."""
    scores = {choice: STARTS_WEIGHT for choice in choices if choice.startswith(word)}
    slips = len(word) // PER_SLIP if len(word) > SHORT else 0
    near = process.extract_iter(word, choices, scorer=DamerauLevenshtein.distance, score_cutoff=slips, processor=None)
    for choice, distance, _ in near:
        likeness = JaroWinkler.similarity(word, choice) if distance else 1.0
        scores[choice] = max(scores.get(choice, 0.0), likeness)
    return scores


def _heard_like(word: str, choices: Collection[str]) -> dict[str, float]:
    """Likeness of each sound key to the sound of this word."""
    key = sound(word)
    slips = len(key) // (PER_SLIP + 1)
    near = process.extract_iter(key, choices, scorer=DamerauLevenshtein.distance, score_cutoff=slips, processor=None)
    return {
        choice: HEARD_WEIGHT * (JaroWinkler.similarity(key, choice) if distance else 1.0)
        for choice, distance, _ in near
    }
