"""What referrals keep of a case that is erased: requests and packages are emptied, and their keys destroyed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from protect.access.gate import Gate, Ref
from protect.cases.actions_erasure import PURPOSE, Beside
from protect.referrals import facts, lifecycle
from protect.referrals.actions_follow import NOTHING
from protect.referrals.actions_rows import package_of
from protect.referrals.models import Referral
from protect.store.sealed import Sealed

EMPTY: Final = Sealed(b"")


def _is_live(gate: Gate, case_id: UUID) -> bool:
    live = exists().where(_sent(gate, case_id), Referral.status.in_(lifecycle.OPEN))
    return bool(gate.db.scalar(select(live)))


def _erase(gate: Gate, case_id: UUID) -> None:
    """Services that something was transmitted to see it gone, as after a withdrawal, and are to say that they know."""
    for row in _referrals(gate, case_id):
        package = package_of(gate, row.id)
        if package is not None:
            package.wrapped_key, package.content, package.fields = EMPTY, EMPTY, []
            if package.destroyed_at is None:
                package.destroyed_at = gate.now()
                gate.record("referral:recall", Ref("referral", row.id), purpose=PURPOSE)
        row.request = gate.seals.drop(row.to_agency_id, "inbox", facts.context(row.id, "inbox"), NOTHING)
        row.sender_copy = gate.seals.drop(row.agency_id, "coded", facts.context(row.id, "sender"), NOTHING)
        row.consent_id = None
        row.version += 1
    gate.db.flush()


def _destroy(gate: Gate, case_id: UUID) -> None:
    gate.db.flush()
    for row in _referrals(gate, case_id):
        gate.seals.shred(row.id)


def _referrals(gate: Gate, case_id: UUID) -> Sequence[Referral]:
    return gate.db.scalars(select(Referral).where(_sent(gate, case_id)).with_for_update()).all()


def _sent(gate: Gate, case_id: UUID) -> ColumnElement[bool]:
    return (Referral.agency_id == gate.member.agency_id) & (Referral.case_id == case_id)


REFERRALS: Final = Beside(_is_live, _erase, _destroy)
