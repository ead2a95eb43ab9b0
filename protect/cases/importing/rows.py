"""One row becomes one case to open: its cells, what several of them decide together, and the consent it tells of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from protect.cases.actions_intake import IntakeAnswers
from protect.cases.cells import from_text
from protect.cases.consents import RECORDING, STATISTICS, ConsentAnswers, ConsentRefused, check
from protect.cases.identification import computed
from protect.cases.importing.codes import code_of
from protect.cases.importing.columns import Plan
from protect.cases.importing.draft import Draft
from protect.cases.importing.files import Row
from protect.cases.importing.problems import CellRefused, Problem
from protect.vocab import ValueProblem, load

STATUS: Final = "active"
SEX_OF_GENDER: Final = {"feminine": "F", "masculine": "M"}
# Forms that forced labour may turn out to be on a closer look.
NARROWER: Final = frozenset({"forced_begging", "forced_criminality", "domestic_servitude", "child_labour"})
STANDARD_INFORMATION: Final = (  # the seven points that the standard's consent consists of
    "interview_purpose", "data_use", "research_use", "access_right", "retention", "withdrawal", "voluntary",
)  # fmt: skip
LONGEST_REMARK: Final = 4000
ON_THE_WAY: Final = frozenset({"transit", "border", "harbouring"})  # the standard has one name for the three
KEPT_STAGES: Final = frozenset({"recruitment", "exploitation"})


@dataclass(frozen=True)
class Custom:
    """What a file leaves open and its importer decides. `legal_basis` is the ground of records without a consent."""

    country: str
    today: date
    legal_basis: str = ""


@dataclass(frozen=True)
class Read:
    """A row that can become a case. `silent` says that a child's consent was told without who gave it."""

    intake: IntakeAnswers
    canonical: bytes
    silent: bool = False


def read_row(row: Row, plan: Plan, custom: Custom) -> Read | list[Problem]:
    """The case that a row tells of, or everything that is wrong with it."""
    draft, problems = Draft(), _long(row, plan)
    for column in plan.columns:
        cell = from_text(row.cells[column.index].strip()) if column.index < len(row.cells) else ""
        try:
            if cell:
                column.read(draft, cell)
        except (CellRefused, ValueProblem) as error:
            problems.append(Problem(row.line, column.title, error.key, "" if column.private else cell[:40]))
    if problems:
        return problems
    try:
        return _finish(draft, custom)
    except CellRefused as error:
        return [Problem(row.line, error.column, error.key)]
    except ConsentRefused as error:
        return [Problem(row.line, "con_Consent", f"consent_{error.problem}")]


def _long(row: Row, plan: Plan) -> list[Problem]:
    """A row with more cells than titles: an answer with a separator in it that was not quoted."""
    surplus = any(cell.strip() for cell in row.cells[plan.width :])
    return [Problem(row.line, "", "too_many_cells")] if surplus else []


def _finish(draft: Draft, custom: Custom) -> Read:
    _places(draft, custom.country)
    answers = {**draft.answers, **_decided(draft)}
    answers |= {name: " ".join(sorted(codes)) for name, codes in draft.codes.items() if codes}
    if not answers:
        raise CellRefused("nothing_read")
    consents, silent = _consents(draft, answers, custom)
    intake = IntakeAnswers(answers, draft.registered_on, None, draft.status or STATUS, consents)
    return Read(intake, _canonical(intake), silent)


def _decided(draft: Draft) -> dict[str, str]:
    """What follows from other columns; a column of its own always goes before."""
    decided = {}
    purposes = draft.codes.get("tip_purpose", set())
    if purposes and "exploitation_main" not in draft.answers:
        decided["exploitation_main"] = _main(purposes)
    if "sex" not in draft.answers and "gender_identity" in draft.answers:
        decided["sex"] = SEX_OF_GENDER.get(draft.answers["gender_identity"], "U")
    if draft.majority == "child" and not {"birth_date", "age_at_registration"} & draft.answers.keys():
        decided["age_assessment_status"] = "presumed_child"
    if draft.remarks:
        note = [draft.answers.get("case_note", ""), *draft.remarks]
        decided["case_note"] = "\n".join(filter(None, note))[:LONGEST_REMARK]
    return decided


def _main(purposes: set[str]) -> str:
    """One form, so that tables add up: the only one, the narrower of two, or several together."""
    narrowed = purposes - {"forced_labour"} if purposes & NARROWER else purposes
    narrowed = narrowed - {"other"} or narrowed
    return next(iter(narrowed)) if len(narrowed) == 1 else "mixed"


def _places(draft: Draft, home: str) -> None:
    """Countries and provinces of events go where their stage says; without a stage they are of the exploitation.

    A province counts only inside the country: elsewhere the list has no code for it.
    """
    stages = draft.stages or ["exploitation"] * max(len(draft.countries), len(draft.provinces))
    for name, places in (("hte_Country", draft.countries), ("hte_State", draft.provinces)):
        if len(places) not in {0, len(stages)}:
            raise CellRefused("uneven_events", name)
    for at, stage in enumerate(stages):
        country = draft.countries[at] if draft.countries else ""
        province = draft.provinces[at] if draft.provinces and country in {"", home} else ""
        if country and stage in ON_THE_WAY:
            draft.add("transit_countries", country)
        elif stage in KEPT_STAGES:
            _place(draft, stage, country, province)
    if draft.residence and draft.answers.get("current_country", home) == home:
        draft.answers["current_province"] = _province("prs_MailingState", draft.residence)


def _place(draft: Draft, stage: str, country: str, province: str) -> None:
    """Where it happened, as far as that is told."""
    if country:
        draft.answers[f"{stage}_country"] = country
    if province:
        draft.answers[f"{stage}_province"] = _province("hte_State", province)


def _province(column: str, written: str) -> str:
    try:
        return code_of(load().field("current_province"), written)
    except CellRefused as error:
        raise CellRefused(error.key, column) from None


def _consents(draft: Draft, answers: Mapping[str, str], custom: Custom) -> tuple[tuple[ConsentAnswers, ...], bool]:
    """To keep the file and to be counted, as the standard's consent covers both; and whether a child's was left out."""
    facts = computed(answers, draft.registered_on or custom.today, load().lists["age_group"].codes())
    child = facts["majority_status"] != "adult"
    told = draft.consent
    giver = told.get("consent_given_by", "") or ("none" if child else "person")
    if draft.agreed and child and not (giver != "none" and told.get("child_assent")):
        return (), True
    if draft.agreed:
        made = tuple(_given(scope, draft, answers, giver) for scope in (RECORDING, STATISTICS))
    elif draft.agreed is None and (told.get("legal_basis") or custom.legal_basis):
        basis = told.get("legal_basis") or custom.legal_basis
        made = tuple(
            ConsentAnswers(scope, "not_possible", "none", "oral", "unknown", legal_basis=basis)
            for scope in (RECORDING, STATISTICS)
        )
    else:
        made = ()
    for consent in made:
        check(consent, child=child, guardian_conflict=answers.get("guardian_conflict") == "yes")
    return made, False


def _given(scope: str, draft: Draft, answers: Mapping[str, str], giver: str) -> ConsentAnswers:
    """Where the record does not say how it was given, the form that proves least is taken."""
    told = draft.consent
    return ConsentAnswers(
        scope, "given", giver, told.get("consent_mode") or "oral", answers.get("primary_language", "unknown"),
        child_assent=told.get("child_assent", ""),
        information=tuple(told.get("information_given", "").split()) or STANDARD_INFORMATION,
    )  # fmt: skip


def _canonical(intake: IntakeAnswers) -> bytes:
    """The row as it compares with itself in another encoding, order of columns or spelling of codes."""
    day = intake.registered_on.isoformat() if intake.registered_on else ""
    consents = [[consent.scope, consent.status, consent.given_by, consent.legal_basis] for consent in intake.consents]
    return json.dumps([sorted(intake.values.items()), day, intake.status, consents], separators=(",", ":")).encode()
