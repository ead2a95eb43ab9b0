"""What to say when an answer cannot be kept, and the titles of the steps, as English texts to be translated."""

from collections.abc import Mapping
from typing import Final

MESSAGES: Final[Mapping[str, str]] = {
    "date": "Enter a real date, such as 27 3 2026",
    "partial_date": "Enter a year, or a month and a year, or a full date",
    "future": "This date is in the future: check the year",
    "too_old": "This date is too far in the past: check the year",
    "time": "Enter a date and a time, such as 2026-03-27T14:30+01:00",
    "integer": "Enter a whole number, such as 12",
    "decimal": "Enter a number, such as 12.5",
    "too_large": "This number is too large: check it",
    "boolean": "Choose yes or no",
    "phone": "Enter a telephone number, such as 0812 345 678",
    "email": "Enter an e-mail address, such as nom@exemple.cd",
    "code": "Choose one of the answers listed",
    "reference": "Choose one of the answers listed",
    "length": "This answer is too long: shorten it",
    "text": "This text contains characters that cannot be kept: type it again",
}

STEP_TITLES: Final[Mapping[str, str]] = {
    "danger": "Immediate danger",
    "safety": "Safety of the interview",
    "identity": "The person",
    "contact": "Safe contact",
    "situation": "Situation",
    "identification": "Identification",
    "needs": "Needs",
    "protection": "Protection",
    "health": "Health",
    "legal": "Rights and proceedings",
}
