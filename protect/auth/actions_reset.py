"""A member who lost passphrase and recovery codes begins anew: new code, new identity, certified and supplied again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from protect.access import departures, resets
from protect.access.errors import LastHolder
from protect.access.gate import Gate, Ref
from protect.access.models import Member
from protect.access.models_recovery import MemberReset
from protect.access.office import Office
from protect.auth.actions_notices import notify
from protect.auth.models import Credential, Factor, LostForm, Notice
from protect.directory.actions_members import INVITATION_LIFE, Invited, act, find, look

ASK = "member:reset-ask"


@dataclass(frozen=True)
class ResetView:
    """Where a new beginning of a member stands, and what stands in its way."""

    member_id: UUID
    display_name: str
    role: str
    active: bool
    myself: bool
    registrar: bool
    lost: tuple[str, ...]  # keys that would be lost for ever
    asked_by: str
    due_at: datetime | None
    is_due: bool


def show(gate: Gate, member_id: UUID) -> ResetView:
    """One member of one's own agency. Raises NotFound."""
    office = look(gate)
    member = find(gate, member_id, "member:change")
    row = resets.open_reset(gate.db, member.id)
    return ResetView(
        member_id=member.id, display_name=member.display_name, role=member.role, active=member.status == "active",
        myself=member.id == office.me, registrar=str(member.id) in office.authority.roll.registrars,
        lost=_lost(office, member), asked_by=_asker(gate, row), due_at=row.due_at if row else None,
        is_due=row is not None and row.due_at <= gate.now(),
    )  # fmt: skip


def ask(gate: Gate, member_id: UUID) -> datetime:
    """Ask for it; from when on it can be done. The member is told at the next sign-in, which ends it.

    Raises NotYourself, RegistrarSeated, LastHolder, Conflict, NotFound.
    """
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    row = resets.ask(office, member, timedelta(hours=gate.settings.cooling_off_hours))
    notify(gate.db, member.id, ASK, gate.now())
    gate.record(ASK, Ref("member", member.id))
    return row.due_at


def withdraw(gate: Gate, member_id: UUID) -> None:
    """Take it back. Raises Conflict, NotFound."""
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    resets.withdraw(office, member)
    gate.record("member:reset-withdraw", Ref("member", member.id))


def complete(gate: Gate, member_id: UUID) -> Invited:
    """End the old identity and give a code for a new one. Raises as `ask`, and Conflict before the time."""
    office = act(gate, "member:change")
    member = find(gate, member_id, "member:change", lock=True)
    resets.complete(office, member)
    for kept in (Credential, Factor, Notice, LostForm):
        gate.db.execute(delete(kept).where(kept.member_id == member.id))
    expires = gate.now() + INVITATION_LIFE
    code = office.issue_code(member, expires)
    gate.record("member:reset", Ref("member", member.id))
    return Invited(member.id, member.display_name, member.sign_in_name, member.role, code, expires)


def _lost(office: Office, member: Member) -> tuple[str, ...]:
    try:
        departures.require_recoverable(office, member.id)
    except LastHolder as error:
        return error.compartments
    return ()


def _asker(gate: Gate, row: MemberReset | None) -> str:
    return gate.db.get_one(Member, row.asked_by).display_name if row else ""
