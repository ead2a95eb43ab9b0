"""Columns of the public data of the Counter Trafficking Data Collaborative: bands, flags and years.

Both generations of its files are read: the k-anonymised one (2017 to 2020) and the synthetic one. Where a flag stands
for several of our codes none of them is claimed: the answer is `other`, and the flag is kept by name as a remark.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from protect.cases.importing.codes import UNKNOWN, code_of, squeezed
from protect.cases.importing.draft import Draft
from protect.cases.importing.problems import CellRefused
from protect.vocab import load

Reader = Callable[[Draft, str], None]

SIGN: Final = "yearofregistration"  # the column by which such a file is known
OLDEST: Final = 1990
_FLAGS: Final[Mapping[str, tuple[str, str]]] = {
    "isForcedLabour": ("tip_purpose", "forced_labour"),
    "isSexualExploit": ("tip_purpose", "sexual"),
    "isOtherExploit": ("tip_purpose", "other"),
    "isForcedMarriage": ("tip_purpose", "forced_marriage"),
    "isForcedMilitary": ("tip_purpose", "armed_recruitment"),
    "isOrganRemoval": ("tip_purpose", "organ_removal"),
    "isSlaveryAndPractices": ("tip_purpose", "slavery_like"),
    "isAbduction": ("tip_means", "abduction"),
    "typeOfLabourBegging": ("tip_purpose", "forced_begging"),
    "typeOfLabourIllicitActivities": ("tip_purpose", "forced_criminality"),
    "typeOfLabourAgriculture": ("labour_sector", "A"),
    "typeOfLabourAquafarming": ("labour_sector", "A-fishing"),
    "typeOfLabourConstruction": ("labour_sector", "F"),
    "typeOfLabourDomesticWork": ("labour_sector", "T"),
    "typeOfLabourHospitality": ("labour_sector", "I"),
    "typeOfLabourManufacturing": ("labour_sector", "C"),
    "typeOfLabourMiningOrDrilling": ("labour_sector", "B"),
    "typeOfLabourPeddling": ("labour_sector", "G-street"),
    "typeOfLabourTransportation": ("labour_sector", "H"),
    "typeOfLabourOther": ("labour_sector", "unknown"),
    "typeOfLabourNotSpecified": ("labour_sector", "unknown"),
    "typeOfSexProstitution": ("sexual_exploitation_type", "prostitution"),
    "typeOfSexPornography": ("sexual_exploitation_type", "pornography"),
    "typeOfSexRemoteInteractiveServices": ("sexual_exploitation_type", "remote"),
    "typeOfSexPrivateSexualServices": ("sexual_exploitation_type", "private"),
    "recruiterRelationIntimatePartner": ("recruiter_relationship", "intimate_partner"),
    "recruiterRelationFriend": ("recruiter_relationship", "friend"),
    "recruiterRelationFamily": ("recruiter_relationship", "family"),
    "recruiterRelationOther": ("recruiter_relationship", "other"),
    "recruiterRelationUnknown": ("recruiter_relationship", "unknown"),
    "meansOfControlDebtBondage": ("control_methods", "debt_bondage"),
    "meansOfControlTakesEarnings": ("control_methods", "takes_earnings"),
    "meansOfControlRestrictsFinancialAccess": ("control_methods", "restricts_finances"),
    "meansOfControlThreats": ("control_methods", "threats"),
    "meansOfControlThreatOfLawEnforcement": ("control_methods", "threats_law_enforcement"),
    "meansOfControlPsychologicalAbuse": ("control_methods", "psychological_abuse"),
    "meansOfControlPhysicalAbuse": ("control_methods", "physical_abuse"),
    "meansOfControlSexualAbuse": ("control_methods", "sexual_abuse"),
    "meansOfControlFalsePromises": ("control_methods", "false_promises"),
    "meansOfControlPsychoactiveSubstances": ("control_methods", "substances"),
    "meansOfControlRestrictsMovement": ("control_methods", "restricts_movement"),
    "meansOfControlRestrictsMedicalCare": ("control_methods", "restricts_medical_care"),
    "meansOfControlExcessiveWorkingHours": ("control_methods", "excessive_hours"),
    "meansOfControlUsesChildren": ("control_methods", "uses_children"),
    "meansOfControlWithholdsNecessities": ("control_methods", "withholds_necessities"),
    "meansOfControlWithholdsDocuments": ("control_methods", "withholds_documents"),
    "meansOfControlOther": ("control_methods", "other"),
    "meansOfControlNotSpecified": ("control_methods", "unknown"),
    "meansFalsePromises": ("control_methods", "false_promises"),
    "meansDrugsAlcohol": ("control_methods", "substances"),
    "meansExcessiveWorkHours": ("control_methods", "excessive_hours"),
    "meansWithholdDocs": ("control_methods", "withholds_documents"),
}
_GROUPS: Final[Mapping[str, str]] = {
    "meansDebtBondageEarnings": "control_methods",
    "meansThreats": "control_methods",
    "meansAbusePsyPhySex": "control_methods",
    "meansDenyBasicNeeds": "control_methods",
}
_REPEATED: Final = ("concatenated", "issexandlabour", "recruiterrelationship", "datasource", "majoritystatusatexploit")


def reader(title: str) -> Reader | None:
    """How to read a column of this title; None if the collaborative has no such column."""
    key = squeezed(title).replace("sectorof", "typeof", 1)
    if key in _READERS:
        return _READERS[key]
    return _ignore if key.endswith(_REPEATED) else None


def _ignore(_draft: Draft, _cell: str) -> None:
    """What another column says already."""


def _flag(name: str, code: str) -> Reader:
    def read(draft: Draft, cell: str) -> None:
        if _is_set(cell):
            draft.add(name, code)

    return read


def _group(title: str, name: str) -> Reader:
    def read(draft: Draft, cell: str) -> None:
        if _is_set(cell):
            draft.add(name, "other")
            draft.remarks.append(title)

    return read


def _is_set(cell: str) -> bool:
    if cell in {"1", "1.0"} or cell.casefold() == "true":
        return True
    if cell in {"0", "0.0"} or cell.casefold() == "false" or is_unknown(cell):
        return False
    raise CellRefused("flag")


def is_unknown(cell: str) -> bool:
    """Whether the cell says that nothing is known."""
    return not cell or cell.casefold() in UNKNOWN or cell.casefold() == "unknown"


def _year(draft: Draft, cell: str) -> None:
    """Only the year is known: it stands as its first day."""
    if is_unknown(cell):
        return
    digits = cell.removesuffix(".0")
    if not digits.isdecimal() or not OLDEST <= int(digits) <= date.today().year:  # noqa: DTZ011 -- a year is meant
        raise CellRefused("year")
    draft.registered_on = date(int(digits), 1, 1)


def _gender(draft: Draft, cell: str) -> None:
    if is_unknown(cell):
        return
    if cell.casefold().startswith("trans"):
        draft.answers["sex"] = "U"
        draft.remarks.append(cell)
        return
    draft.answers["sex"] = code_of(load().field("sex"), cell)


def _age(draft: Draft, cell: str) -> None:
    """A band stands as its youngest year; the band itself is kept as a remark."""
    if is_unknown(cell):
        return
    band = cell.replace("--", "-").replace("–", "-")
    if band not in load().lists["age_group_ctdc"]:
        raise CellRefused("age_band")
    draft.answers["age_at_registration"] = band.partition("-")[0].removesuffix("+")
    draft.remarks.append(f"ageBroad {cell}")


def _majority(draft: Draft, cell: str) -> None:
    if not is_unknown(cell):
        draft.majority = code_of(load().field("majority_status"), cell)


def _majority_at_entry(draft: Draft, cell: str) -> None:
    if not is_unknown(cell):
        draft.answers["majority_at_entry"] = code_of(load().field("majority_at_entry"), cell)


def _country(draft: Draft, cell: str) -> None:
    if not is_unknown(cell):
        draft.answers["exploitation_country"] = code_of(load().field("exploitation_country"), cell)


def _months(draft: Draft, cell: str) -> None:
    """Bands such as `0--12 (0-1 yr)`."""
    if is_unknown(cell):
        return
    band = cell.partition(" ")[0].replace("--", "-")
    draft.answers["exploitation_duration_band"] = code_of(load().field("exploitation_duration_band"), band)


_READERS: Final[Mapping[str, Reader]] = {
    SIGN: _year,
    "gender": _gender,
    "agebroad": _age,
    "majoritystatus": _majority,
    "majorityentry": _majority_at_entry,
    "countryofexploitation": _country,
    "traffickmonths": _months,
    **{squeezed(title): _flag(*meant) for title, meant in _FLAGS.items()},
    **{squeezed(title): _group(title, name) for title, name in _GROUPS.items()},
}
