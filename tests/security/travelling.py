"""What of a case goes to a shelter, derived from the dictionary and from what a request says, not from the program."""

from protect.vocab import load
from tests.security.acting import CLASSES

REQUEST = {  # what a request says, by the field that it says it of
    "sex": "sex", "majority": "majority_status", "age_group": "age_group", "language": "primary_language",
    "province": "current_province", "needs": "needs", "immediate_danger": "immediate_danger",
}  # fmt: skip
LIVING = {"waiting", "agreed", "accepted"}  # the referrals whose packages have their key
AT_HAND = {"agreed", "accepted"}  # those whose packages the receiver is shown
EMPTIED = {"withdrawn", "erased"}  # those whose requests say nothing any more


def travelling() -> list[str]:
    """The fields of a package when all is agreed that was asked about: those that the dictionary marks for a shelter."""
    fields = [field for name in CLASSES for field in load().fields_of(name)]
    return [field.name for field in fields if field.tags & {"REF:A", "REF:S"}]
