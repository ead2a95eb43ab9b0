"""The words of the product: fields, closed lists, measures and first questions, typed, from data files."""

from protect.vocab.codelists import CodeList, CodeValue, UnknownCode
from protect.vocab.fields import ADMINISTRATIVE, COMPARTMENTS, Field, FieldType, Requirement
from protect.vocab.indicators import Indicator
from protect.vocab.intake import IntakeStep, Question, asked
from protect.vocab.messages import MESSAGES, STEP_TITLES
from protect.vocab.partial_date import PartialDate
from protect.vocab.reading import BrokenVocabulary, load, read
from protect.vocab.values import ValueProblem, normalise, present
from protect.vocab.vocabulary import UnknownField, Vocabulary

__all__ = [
    "ADMINISTRATIVE",
    "COMPARTMENTS",
    "MESSAGES",
    "STEP_TITLES",
    "BrokenVocabulary",
    "CodeList",
    "CodeValue",
    "Field",
    "FieldType",
    "Indicator",
    "IntakeStep",
    "PartialDate",
    "Question",
    "Requirement",
    "UnknownCode",
    "UnknownField",
    "ValueProblem",
    "Vocabulary",
    "asked",
    "load",
    "normalise",
    "present",
    "read",
]
