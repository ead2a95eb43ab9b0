"""One's own sessions: opening again with a second factor, closing early, seeing all of them and ending some."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from protect.access import sessions
from protect.access.errors import NotFound, SignInRequired
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.runtime import Runtime
from protect.auth.actions import still_here
from protect.auth.actions_factors import FactorRefused, Proof, prove

CONFIRM: Final = "session:confirm"


@dataclass(frozen=True)
class OwnSession:
    """A session as its owner knows it; nothing says from where it came."""

    id: UUID
    device: str
    begun: datetime
    seen: datetime
    ended: datetime | None
    current: bool


def confirm(gate: Gate, runtime: Runtime, proof: Proof) -> str:
    """Open again what had closed, for ten minutes; the session's new cookie. Recorded, whichever way it goes.

    Raises FactorRefused, and SignInRequired when the session is over: it ends with the fifth refusal in a row.
    """
    tries = sessions.count_try(runtime, gate.member.session_id)
    if tries is None:
        raise SignInRequired
    try:
        prove(gate, runtime, gate.member.member_id, proof)
    except FactorRefused:
        if tries == sessions.TRIES:
            sessions.shut(runtime, gate.member.session_id)  # before anything that who writes to the database can stop
        gate.record_refused(CONFIRM)
        if tries == sessions.TRIES:
            _end_now(gate, runtime)
            raise SignInRequired from None
        raise
    token = gate.open_again()
    gate.record(CONFIRM)
    still_here(gate, gate.db.get_one(Member, gate.member.member_id))
    return token


def close(gate: Gate) -> None:
    """Close at once what the second factor had opened."""
    sessions.close(gate.db, gate.member.session_id)
    gate.record("session:close")


def own_sessions(gate: Gate) -> tuple[OwnSession, ...]:
    """The actor's sessions of the last month: those that live, then the newest of the others."""
    rows = sessions.of_member(gate.db, gate.member.member_id, gate.now())
    shown = (
        OwnSession(row.id, row.device, row.created_at, row.seen_at, row.ended_at, row.id == gate.member.session_id)
        for row in rows
    )
    return tuple(sorted(shown, key=lambda one: (not one.current, one.ended is not None)))


def end_session(gate: Gate, session_id: UUID) -> None:
    """End one of one's own sessions, wherever it is. NotFound for anything else."""
    if not sessions.end_one(gate.db, gate.member.member_id, session_id, gate.now()):
        raise NotFound("session")
    gate.record("session:revoke")


def end_others(gate: Gate) -> None:
    """End all one's sessions but this one."""
    sessions.end_all(gate.db, gate.member.member_id, gate.now(), but=gate.member.session_id)
    gate.record("session:revoke")


def _end_now(gate: Gate, runtime: Runtime) -> None:
    """End this session in a transaction of its own: the refusal that follows undoes the gate's."""
    with runtime.unit_of_work() as db:
        sessions.end_one(db, gate.member.member_id, gate.member.session_id, gate.now())
