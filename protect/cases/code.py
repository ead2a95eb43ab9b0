"""Case codes such as CD-KN-26-7F3Q: the only name of a case that is spoken, written on paper or sent by phone."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, without 0 and 1, which are heard and read as O and I
LENGTH: Final = 4
_CODE: Final = re.compile(rf"([A-Z]{{2}}-[A-Z0-9]{{1,3}})-(\d{{2}})-([{ALPHABET}]{{{LENGTH}}})")


def new_code(province: str, opened: date, choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A fresh code of a case opened on that day in a province (ISO 3166-2). The caller checks that it is free."""
    return f"{province}-{opened:%y}-{''.join(choose(ALPHABET) for _ in range(LENGTH))}"


def is_code(text: str) -> bool:
    """Whether `text` is a whole case code, written exactly."""
    return _CODE.fullmatch(text) is not None


def squeezed(text: str) -> str:
    """A code, or a piece of one, as it compares: capitals and digits only."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())
