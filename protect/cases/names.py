"""Names as they compare: without accents, and by a sound key for French and Congolese spellings."""

import re
import unicodedata
from typing import Final

_LIGATURES: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ŋ": "ng", "ɔ": "o", "ɛ": "e"}
)
_JOINED: Final = re.compile(r"['’ʼ`´.]")  # N'Landu is Nlandu
_APART: Final = re.compile(r"[^a-z0-9]+")  # Mbuyi-Kabongo is two names
_DOUBLED: Final = re.compile(r"(.)\1+")
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(ts|t)?ch|tsh|sch|sh|tc(?=[eiy])", "s"),  # Tshibangu, Chibangu, Cibangu
        (r"ph", "f"),
        (r"c(?=[eiy])", "s"),
        (r"qu|q|ck|c|kh", "k"),
        (r"x", "ks"),
        (r"d?j|g(?=[eiy])", "j"),  # Djuma, Juma
        (r"(?<=j)e(?=[aou])", ""),  # Georges, Jorge
        (r"gn|ny|ni(?=[aeou])", "n"),  # Nyota, Gnota, Niota
        (r"h", ""),
        (r"eau|au", "o"),
        (r"ou|oo|w", "u"),  # Wembo, Ouembo, Uembo
        (r"[ae][iy](?![aeou])", "e"),
        (r"y", "i"),
        (r"n(?=[bp])", "m"),  # Mbuyi, Nbuyi
        (r"r", "l"),  # one sound in several languages of the west
        (r"z", "s"),
        (r"v", "f"),
    )
)
_FINAL: Final = re.compile(r"(?<=..)e?s$|(?<=..)e$")


def words(name: str) -> tuple[str, ...]:
    """The words of a name as they compare: no accents, capitals, apostrophes, hyphens or doubled letters."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LIGATURES))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    split = _APART.sub(" ", _JOINED.sub("", letters)).split()
    return tuple(word if word.isdigit() else _DOUBLED.sub(r"\1", word) for word in split)


def sound(word: str) -> str:
    """The sound key of one word that `words` gave; spellings that are heard alike get the same key."""
    key = word
    for pattern, heard in _SOUNDS:
        key = pattern.sub(heard, key)
    return _DOUBLED.sub(r"\1", _FINAL.sub("", _DOUBLED.sub(r"\1", key))) or word


def sounds(names: tuple[str, ...]) -> tuple[str, ...]:
    """The sound keys of several words."""
    return tuple(sound(word) for word in names)
