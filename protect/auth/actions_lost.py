"""What was typed when a session ended: sealed to its owner's public key, given back after the next sign-in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select

from protect.access.gate import Gate, Ref
from protect.access.letters import open_letter, seal_letter
from protect.access.runtime import Runtime
from protect.auth.models import LostForm
from protect.store.sealed import Sealed

KEPT: Final = timedelta(hours=24)
PURPOSE: Final = "lost-form.v1"
LARGEST: Final = 256 * 1024


@dataclass(frozen=True)
class FoundForm:
    """A form that was interrupted: where it was sent, and its fields as pairs."""

    id: UUID
    path: str
    fields: tuple[tuple[str, str], ...]


def keep(runtime: Runtime, owner_id: UUID, pinned: str, path: str, fields: Sequence[tuple[str, str]]) -> bool:
    """Keep the form for the owner, for a day; False when it is too large. Nobody but the owner can read it again.

    `pinned` is what the owner's browser was told while the session lived. Raises NotReady and KeyReplaced.
    """
    plain = json.dumps([path, fields], ensure_ascii=False).encode()
    if len(plain) > LARGEST:
        return False
    now = runtime.clock()
    with runtime.unit_of_work() as db:
        db.execute(delete(LostForm).where((LostForm.member_id == owner_id) | (LostForm.created_at < now - KEPT)))
        typed = Sealed(seal_letter(db, owner_id, PURPOSE, plain, pinned=pinned))
        db.add(LostForm(member_id=owner_id, typed=typed, created_at=now))
    return True


def waits(gate: Gate, member_id: UUID) -> bool:
    """Tell whether a form of somebody who signs in was interrupted in the last day."""
    recent = LostForm.created_at > gate.now() - KEPT
    return bool(gate.db.scalar(select(exists().where(LostForm.member_id == member_id, recent))))


def found(gate: Gate) -> FoundForm | None:
    """The actor's interrupted form, if there is one from the last day. StepUpRequired while it cannot be read."""
    row = gate.db.scalar(select(LostForm).where(LostForm.member_id == gate.member.member_id))
    if row is None or gate.now() - row.created_at > KEPT:
        return None
    path, fields = json.loads(open_letter(gate.keyring.awake, PURPOSE, row.typed.blob))
    return FoundForm(row.id, path, tuple((name, value) for name, value in fields))


def drop(gate: Gate) -> None:
    """Forget it."""
    gate.db.execute(delete(LostForm).where(LostForm.member_id == gate.member.member_id))
    gate.record("lost-form:drop", Ref("member", gate.member.member_id))
