"""Erasing a closed case for good, once a second person agreed: what is sealed, its keys, what is kept beside it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from protect.access import approvals
from protect.access.approvals import ERASURE, Wanted
from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.access.models import EmergencyOpening
from protect.access.models_approval import Approval
from protect.cases import actions_approvals
from protect.cases.actions_approvals import AT_ONCE, Deed
from protect.cases.actions_approvals_list import view
from protect.cases.actions_compartments import NAMED_BY, compartments_of
from protect.cases.actions_search import remove_from_search
from protect.cases.approvals import ApprovalView
from protect.cases.facts import CLOSED, ERASED
from protect.cases.models import CaseFile, Consent

PURPOSE: Final = "erasure"


class NotErasable(Conflict):
    """The case is not what can be erased; `why` says which.

    `open`: it is not closed. `referral`: the person is still being referred. `changed`: it is not what was asked about.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Beside:
    """What another slice keeps of a case: whether it is still at work, emptying it, and at the very end the keys."""

    is_live: Callable[[Gate, uuid.UUID], bool]
    erase: Callable[[Gate, uuid.UUID], None]
    destroy: Callable[[Gate, uuid.UUID], None]


beside: Final[list[Beside]] = []  # the composition root says who keeps something


@dataclass(frozen=True)
class ErasableCase:
    """A case that somebody wants to be erased; `blocked` says why it cannot be, as NotErasable does."""

    id: uuid.UUID
    code: str
    blocked: str


@dataclass(frozen=True)
class ErasedCase:
    """What is left of a case: its code, when it was opened, and who had it erased."""

    code: str
    opened_at: datetime
    approval: ApprovalView | None


def before(gate: Gate, case_id: uuid.UUID) -> ErasableCase:
    """The case and whether it can be erased, for who is about to ask: StepUpRequired."""
    row = gate.find(CaseFile, case_id, "case:erase")
    gate.require_fresh()
    return ErasableCase(row.id, row.code, _blocked(gate, row))


def ask(gate: Gate, case_id: uuid.UUID, reason: str, why: str, once: uuid.UUID | None = None) -> uuid.UUID:
    """Ask that a case is erased. Raises NotErasable, AlreadyAsked, StepUpRequired."""
    row = gate.find(CaseFile, case_id, "case:erase", lock=True)
    _require_erasable(gate, row)
    return actions_approvals.ask(gate, Wanted(ERASURE, row.id, row.unit_id, 1, reason), why, once)


def erased(gate: Gate, case_id: uuid.UUID) -> ErasedCase:
    """What is left of a case that was erased."""
    row = gate.find(CaseFile, case_id, "case:open")
    mine = (Approval.case_id == row.id, Approval.kind == ERASURE, Approval.done_at.is_not(None))
    found = gate.db.scalars(select(Approval).where(*mine).order_by(Approval.done_at.desc()).limit(1)).first()
    return ErasedCase(row.code, row.opened_at, view(gate, found) if found else None)


def _require(gate: Gate, approval: Approval) -> None:
    """Hold the case, so that nobody writes to it or refers the person meanwhile. Raises NotErasable."""
    case = _case(gate, approval)
    _require_erasable(gate, case)
    if case.updated_at > approval.asked_at:  # opened again and closed again, perhaps: nobody asked about this
        raise NotErasable("changed")
    gate.holds(NAMED_BY)  # the name is taken out of the search: whoever agrees can open that


def _erase(gate: Gate, approval: Approval) -> None:
    """Erase what is kept of the case. That it begins is an entry before, that it was done is one with the writes.

    Keys outside the database go last: there is no way back, so everything else has succeeded by then.
    """
    case = _case(gate, approval)
    opening = gate.opening("case:erase", [Ref("case", case.id)], fields=(), purpose=PURPOSE)
    for kept in beside:
        kept.erase(gate, case.id)
    remove_from_search(gate, case, opening)
    _delete_sealed(gate, case.id)
    _empty(gate, case)
    approvals.finish(gate, approval)
    gate.record("case:erased", Ref("case", case.id), purpose=PURPOSE, generation=case.version)
    for kept in beside:
        kept.destroy(gate, case.id)


def _case(gate: Gate, approval: Approval) -> CaseFile:
    if approval.case_id is None:  # the table refuses it
        raise Conflict("approval")
    return gate.find(CaseFile, approval.case_id, "case:erase", lock=True)


def _require_erasable(gate: Gate, case: CaseFile) -> None:
    blocked = _blocked(gate, case)
    if blocked:
        raise NotErasable(blocked)


def _blocked(gate: Gate, case: CaseFile) -> str:
    if case.status not in CLOSED:
        return "open"
    return "referral" if any(kept.is_live(gate, case.id) for kept in beside) else ""


def _delete_sealed(gate: Gate, case_id: uuid.UUID) -> None:
    """Compartments with their data keys, each recorded as gone; consents; reasons of emergencies, which end."""
    for part in compartments_of(gate, [case_id]):
        gate.db.delete(part)
    gate.db.flush()
    gate.db.execute(delete(Consent).where(Consent.case_id == case_id))
    now = gate.now()
    for opening in gate.db.scalars(select(EmergencyOpening).where(EmergencyOpening.case_id == case_id)):
        opening.why = None
        opening.ended_by = opening.ended_by or gate.member.member_id
        opening.ended_at = opening.ended_at or now


def _empty(gate: Gate, case: CaseFile) -> None:
    """Leave code, office and dates, so that counts hold; nothing links it to a record or to a file any more."""
    case.status, case.urgent, case.administrative, case.import_key = ERASED, False, {}, None
    case.person_code, case.coded_ref = uuid.uuid4(), uuid.uuid4()
    case.version += 1
    case.updated_at = gate.now()


AT_ONCE[ERASURE] = Deed(_require, _erase)
