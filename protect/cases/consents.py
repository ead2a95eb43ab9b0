"""What a consent is worth: the rules of giving it, and its state at a moment, from append-only rows."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

SHARING: Final = frozenset({"share_referral", "share_law_enforcement", "share_foreign_partner"})
RECORDING: Final = "data_processing"
STATISTICS: Final = "research_statistics"
GUARDIANS: Final = frozenset({"parent", "guardian", "caregiver"})  # who may have an interest of their own
CONSENT: Final = "consent"  # the legal basis; any other one is a ground without consent
REFUSALS: Final = frozenset({"refused", "not_asked"})


class ConsentRefused(Exception):
    """A consent cannot stand as it was recorded; `field` says where and `problem` why (a code of `PROBLEMS`)."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True)
class ConsentAnswers:
    """What is recorded of one consent, for one purpose and one recipient."""

    scope: str
    status: str
    given_by: str
    mode: str
    language: str
    legal_basis: str = CONSENT
    child_assent: str = ""
    recipient_service_id: uuid.UUID | None = None
    classes: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()  # fields of these classes that are not to be shared
    information: tuple[str, ...] = ()
    restrictions: str = ""
    valid_until: datetime | None = None


@dataclass(frozen=True)
class ConsentRecord:
    """One consent as it stands at the moment it was read."""

    id: uuid.UUID
    scope: str
    status: str  # effective: given, refused, withdrawn, expired, not_asked, not_possible
    given_by: str
    child_assent: str
    mode: str
    language: str
    legal_basis: str
    recipient_agency_id: uuid.UUID | None
    recipient_service_id: uuid.UUID | None
    classes: tuple[str, ...]
    fields: tuple[str, ...]
    information: tuple[str, ...]
    valid_until: datetime | None
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    restrictions: str | None = None  # None where it is locked or was not asked

    @property
    def stands(self) -> bool:
        """Whether something may be done on the strength of it."""
        return stands(self.status, self.legal_basis)


def stands(status: str, legal_basis: str) -> bool:
    """Whether something may be done: it was given, or could not be asked and rests on another legal ground."""
    return status == "given" or (status == "not_possible" and legal_basis != CONSENT)


def check(answers: ConsentAnswers, *, child: bool, guardian_conflict: bool) -> None:
    """Raise ConsentRefused unless the consent is informed, specific and given by somebody who may give it."""
    if answers.scope in SHARING and answers.recipient_service_id is None:
        raise ConsentRefused("recipient_service_id", "recipient")
    if answers.scope in SHARING and not answers.classes:
        raise ConsentRefused("consent_data_categories", "classes")
    if answers.status == "given":
        _check_given(answers, child=child, guardian_conflict=guardian_conflict)
    elif answers.status == "not_possible" and answers.legal_basis == CONSENT:
        raise ConsentRefused("legal_basis", "ground")


def _check_given(answers: ConsentAnswers, *, child: bool, guardian_conflict: bool) -> None:
    if not answers.information:
        raise ConsentRefused("information_given", "informed")
    if answers.legal_basis != CONSENT:
        return
    if answers.given_by in GUARDIANS and guardian_conflict:
        raise ConsentRefused("consent_given_by", "conflict")
    if answers.given_by == "none" or (child and answers.given_by == "person"):
        raise ConsentRefused("consent_given_by", "guardian" if child else "giver")
    if not child and answers.given_by in GUARDIANS:
        raise ConsentRefused("consent_given_by", "adult")
    if child and not answers.child_assent:
        raise ConsentRefused("child_assent", "assent")


def status_at(now: datetime, recorded: str, valid_until: datetime | None, withdrawn_at: datetime | None) -> str:
    """The state of a consent at a moment: a withdrawal or the end of its time overrides what was recorded."""
    if withdrawn_at is not None:
        return "withdrawn"
    ended = valid_until is not None and valid_until <= now
    return "expired" if ended and recorded not in REFUSALS else recorded


def granted(consents: Iterable[ConsentRecord], scope: str) -> bool:
    """Whether the latest word on a scope without recipient is a consent that stands."""
    latest = max(
        (consent for consent in consents if consent.scope == scope), key=lambda one: one.recorded_at, default=None
    )
    return latest is not None and latest.stands


def shared_fields(
    candidates: Iterable[tuple[str, str]], classes: Collection[str], withheld: Collection[str]
) -> tuple[str, ...]:
    """Names of the fields that may be shared, from (name, compartment) of all that may travel at all."""
    return tuple(sorted(name for name, compartment in candidates if compartment in classes and name not in withheld))
