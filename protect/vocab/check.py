"""Whether the rows of the vocabulary agree with one another."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from protect.vocab.codelists import CodeList
from protect.vocab.fields import ADMINISTRATIVE, COMPARTMENTS, Field, FieldType
from protect.vocab.indicators import Indicator
from protect.vocab.intake import CONDITIONS, IntakeStep
from protect.vocab.messages import STEP_TITLES
from protect.vocab.vocabulary import Vocabulary

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_CODE: Final = re.compile(r"[A-Za-z0-9_+-]+")  # no space: the codes of a multiple answer are kept between spaces
_TAG: Final = re.compile(r"QI|STAT|CHILD|CALC|PLAN|REF:[SMLPA]|MAX:[1-9][0-9]*")
_LISTED: Final = frozenset({FieldType.CODE, FieldType.MULTICODE})
_POINTING: Final = frozenset({FieldType.REF, FieldType.LIST})
_PRIORITIES: Final = frozenset({"core", "extended"})


def problems(vocabulary: Vocabulary) -> list[str]:
    """One sentence for each row that contradicts another; empty when all is well."""
    found: list[str] = []
    for listed in vocabulary.lists.values():
        found += [f"the list {listed.name}: {problem}" for problem in _of_list(listed)]
    for field in vocabulary.every():
        found += [f"the field {field.name}: {problem}" for problem in _of_field(field, vocabulary)]
    for indicator in vocabulary.indicators:
        found += [f"the indicator {indicator.id}: {problem}" for problem in _of_indicator(indicator, vocabulary)]
    for step in vocabulary.intake:
        found += [f"the step {step.name}: {problem}" for problem in _of_step(step, vocabulary)]
    return [*found, *_twice(vocabulary)]


def _of_list(listed: CodeList) -> Iterator[str]:
    if not listed.values:
        yield "it is empty"
    if not (listed.title_fr.strip() and listed.title_en.strip()):
        yield "a title is empty"
    for code in _repeated(listed.codes()):
        yield f"the code {code} stands twice"
    for value in listed.values:
        if not _CODE.fullmatch(value.code):
            yield f"the code {value.code!r} has characters that a code cannot have"
        if not (value.label_fr.strip() and value.label_en.strip()):
            yield f"a label of {value.code} is empty"


def _of_field(field: Field, vocabulary: Vocabulary) -> Iterator[str]:
    if not _NAME.fullmatch(field.name):
        yield "its name is not lower case"
    if not (field.label_fr.strip() and field.label_en.strip()):
        yield "a label is empty"
    if field.compartment not in (*COMPARTMENTS, ADMINISTRATIVE):
        yield f"the compartment {field.compartment} is unknown"
    if field.htcds is not None and field.htcds not in vocabulary.htcds_columns:
        yield f"{field.htcds} is no field of HTCDS"
    yield from _of_type(field, vocabulary)
    for tag in sorted(field.tags):
        if not _TAG.fullmatch(tag):
            yield f"the tag {tag} is unknown"


def _of_type(field: Field, vocabulary: Vocabulary) -> Iterator[str]:
    if field.type in _LISTED and field.codelist is None:
        yield "it needs a list of answers"
    if field.codelist is not None and vocabulary.lists.get(field.codelist.name) != field.codelist:
        yield f"its list {field.codelist.name} is not in the vocabulary"
    if (field.type in _POINTING) != (field.target is not None):
        yield "a reference must say to what, and nothing else may"


def _of_indicator(indicator: Indicator, vocabulary: Vocabulary) -> Iterator[str]:
    if not all((indicator.name_fr, indicator.name_en, indicator.definition, indicator.formula, indicator.unit)):
        yield "its name, definition, formula or unit is empty"
    if indicator.priority not in _PRIORITIES:
        yield f"the priority {indicator.priority} is unknown"
    if not indicator.fields and not indicator.other_source:
        yield "it is counted from nothing"
    yield from _missing(indicator.fields, vocabulary)


def _of_step(step: IntakeStep, vocabulary: Vocabulary) -> Iterator[str]:
    if step.name not in STEP_TITLES:
        yield "it has no title"
    yield from _missing((question.field for question in step.questions), vocabulary)
    for question in step.questions:
        if question.when and question.when not in CONDITIONS:
            yield f"the condition {question.when} of {question.field} is unknown"
        if not (question.hint_fr.strip() and question.hint_en.strip()):
            yield f"a hint of {question.field} is empty"


def _missing(names: Iterable[str], vocabulary: Vocabulary) -> Iterator[str]:
    known = {field.name for field in vocabulary.every()}
    return (f"the field {name} does not exist" for name in names if name not in known)


def _twice(vocabulary: Vocabulary) -> Iterator[str]:
    asked = [question.field for step in vocabulary.intake for question in step.questions]
    named = {
        "field": [field.name for field in vocabulary.every()],
        "indicator": [indicator.id for indicator in vocabulary.indicators],
        "step": [step.name for step in vocabulary.intake],
        "question": asked,
    }
    for kind, names in named.items():
        yield from (f"the {kind} {name} stands twice" for name in _repeated(names))


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
