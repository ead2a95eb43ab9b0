"""What an import tells the person who runs it, line by line, in the language of the screens."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from protect.cases.importing.checking import Checked
from protect.cases.importing.problems import FileRefused, Problem
from protect.i18n import format_number, gettext, lazy, ngettext
from protect.vocab import MESSAGES

FILE_TEXTS: Final[Mapping[str, Any]] = {
    "not_csv": lazy("This is not a CSV file: save the table as “CSV UTF-8” first"),
    "empty": lazy("The file is empty: its first line must name the columns"),
    "column_twice": lazy("Two columns have the same name"),
    "same_meaning": lazy("Two columns mean the same: leave one out"),
    "no_known_column": lazy("No column has a known name: use those of HTCDS 2.0, of the CTDC data or of this program"),
    "quoting": lazy("The quotation marks are not balanced from this line on"),
}
TEXTS: Final[Mapping[str, Any]] = {
    "code": lazy("This answer is not in the list of this column"),
    "one_only": lazy("Only one answer is possible here"),
    "flag": lazy("Write 1 for yes, 0 for no, or -99 for unknown"),
    "year": lazy("Write a year with four digits that is not in the future"),
    "age_band": lazy("Write an age group of the CTDC data, such as 9--17"),
    "too_many_cells": lazy("This line has more cells than there are columns: put answers with a separator in quotes"),
    "nothing_read": lazy("No known column of this line is filled in"),
    "uneven_events": lazy("Give as many places as hte_Type names events"),
    "consent_conflict": lazy("A guardian with a conflict of interest cannot consent"),
    "consent_guardian": lazy("A child needs the consent of a guardian: fill in consent_given_by"),
    "consent_adult": lazy("The person is an adult: nobody else can consent"),
    "consent_giver": lazy("Say who consented: fill in consent_given_by"),
    "consent_assent": lazy("Say whether the child agreed: fill in child_assent"),
    "consent_ground": lazy("Without consent another legal ground is needed"),
    "consent_informed": lazy("A consent without information is none: fill in information_given"),
}


def file_text(refused: FileRefused) -> str:
    """Why a file cannot be read at all."""
    detail = f" ({refused.detail})" if refused.detail else ""
    return f"{FILE_TEXTS[refused.key]}{detail}."


def problem_text(problem: Problem) -> str:
    """One problem with its place: `ligne 12, colonne prs_Gender : …`."""
    told = TEXTS.get(problem.key) or gettext(MESSAGES[problem.key])
    value = f" [{problem.value}]" if problem.value else ""
    if not problem.column:
        return gettext("line %(line)s: %(told)s", line=problem.line, told=told)
    place = gettext("line %(line)s, column %(column)s: %(told)s", line=problem.line, column=problem.column, told=told)
    return f"{place}{value}"


def check_text(checked: Checked) -> Iterator[str]:
    """The report of a dry run."""
    if checked.ignored:
        yield gettext("Columns that are not read: %(titles)s", titles=", ".join(checked.ignored))
    yield from (problem_text(problem) for problem in checked.problems)
    if checked.untold:
        yield gettext("… and %(count)s more problems.", count=format_number(checked.untold))
    if checked.silent:
        yield gettext(
            "Consent of children told without who gave it, to be asked again: %(count)s",
            count=format_number(checked.silent),
        )
    good = ngettext("%(num)s row can be imported", "%(num)s rows can be imported", checked.good)
    bad = ngettext("%(num)s row has problems", "%(num)s rows have problems", checked.bad)
    yield f"{good} ; {bad}."


def done_text(new: int, known: int) -> str:
    """What an import did."""
    opened = ngettext("%(num)s case was opened", "%(num)s cases were opened", new)
    return f"{opened} ; " + ngettext("%(num)s row was there already.", "%(num)s rows were there already.", known)
