"""The legal test act / means / purpose, and the age of a person at registration: advice only, a human decides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from protect.vocab import PartialDate

MAJORITY: Final = 18
DOUBT_YEARS: Final = 2  # an age that nobody documented may be wrong by this much; the doubt favours the child
UNDOCUMENTED: Final = frozenset({"contested"})
COMPUTED: Final = ("registration_date", "age_group", "majority_status", "amp_assessment")  # never typed
NOT_AN_ANSWER: Final = frozenset({"unknown", "not_asked", "declined", "na"})


@dataclass(frozen=True)
class Age:
    """What is known of an age: the years for certain at least and at most, and whether they are an estimate."""

    least: int
    most: int
    estimated: bool
    stated: int | None = None

    @property
    def years(self) -> int:
        """The age that is recorded: the stated one where the date of birth allows it, else the youngest possible."""
        return self.least if self.stated is None else self.stated


def age_on(day: date, born: str, stated: str, *, estimated: bool) -> Age | None:
    """The age on `day` from a (partial) date of birth, else from a stated number of years; None if neither is known."""
    if born:
        least, most = PartialDate.parse(born).years_at(day)
        told = int(stated) if stated and least <= int(stated) <= most else None
        return Age(max(least, 0), max(most, 0), estimated or least != most, told)
    return Age(int(stated), int(stated), estimated) if stated else None


def majority(age: Age | None, established: str = "") -> str:
    """Code of `majority_status`: child if under 18, or if there is a doubt; unknown only if nothing is known.

    `established` is a code of `age_assessment_status`.
    """
    if established == "presumed_child":
        return "child"
    if age is None:
        return "unknown"
    doubtful = age.estimated or established in UNDOCUMENTED
    return "child" if age.least < MAJORITY + DOUBT_YEARS * doubtful else "adult"


def age_group(age: Age | None, bands: Sequence[str]) -> str:
    """The band of the code list `age_group` (`05-09`, `60+`, `unknown`) that holds the recorded age."""
    if age is None:
        return "unknown"
    for band in bands:
        low, _, high = band.rstrip("+").partition("-")
        if low.isdigit() and int(low) <= age.years and (band.endswith("+") or age.years <= int(high)):
            return band
    return "unknown"


def legal_elements(act: Collection[str], means: Collection[str], purpose: Collection[str], majority_status: str) -> str:
    """Code of `amp_result` for act AND purpose AND (means OR child).

    One element that is missing is named; with more, or with the age open where it decides, it is incomplete.
    """
    child = majority_status == "child"
    absent = [name for name, found in (("act", act), ("purpose", purpose)) if NOT_AN_ANSWER.issuperset(found)]
    if not child and NOT_AN_ANSWER.issuperset(means):
        absent.append("means" if majority_status == "adult" else "age")
    if not absent:
        return "met_child" if child else "met"
    return f"missing_{absent[0]}" if len(absent) == 1 and absent[0] != "age" else "incomplete"


def reassessed(values: Mapping[str, str]) -> dict[str, str]:
    """The legal test anew, by the age as it was computed before: for who does not have the date of birth open."""
    status, at_entry = (values.get(name) or "unknown" for name in ("majority_status", "majority_at_entry"))
    act, means, purpose = (values.get(name, "").split() for name in ("tip_act", "tip_means", "tip_purpose"))
    return {"amp_assessment": legal_elements(act, means, purpose, "child" if at_entry == "child" else status)}


def computed(values: Mapping[str, str], registered: date, bands: Sequence[str]) -> dict[str, str]:
    """Every computed field of a case from its answers: age, band, majority, legal test, registration date."""
    estimated = values.get("age_estimated") == "true"
    age = age_on(registered, values.get("birth_date", ""), values.get("age_at_registration", ""), estimated=estimated)
    status = majority(age, values.get("age_assessment_status", ""))
    at_entry = "child" if status == "child" else values.get("majority_at_entry") or "unknown"
    act, means, purpose = (values.get(name, "").split() for name in ("tip_act", "tip_means", "tip_purpose"))
    facts = {
        "registration_date": registered.isoformat(),
        "age_group": age_group(age, bands),
        "majority_status": status,
        "majority_at_entry": at_entry,
        "amp_assessment": legal_elements(act, means, purpose, "child" if at_entry == "child" else status),
    }
    return facts | ({"age_at_registration": str(age.years)} if age else {})
