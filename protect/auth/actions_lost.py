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
MOST: Final = 5  # of one member: somebody works in a few tabs, and nobody fills the table
PURPOSE: Final = "lost-form.v1"
LARGEST: Final = 256 * 1024


@dataclass(frozen=True)
class FoundForm:
    """A form that was interrupted: where it was sent, and its fields as pairs."""

    id: UUID
    path: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Owner:
    """Whose form is kept, and what the owner's browser was told of the own key while the session lived."""

    id: UUID
    pinned: str


def keep(
    runtime: Runtime, owner: Owner, path: str, fields: Sequence[tuple[str, str]], again: UUID | None = None
) -> bool:
    """Keep the form for the owner, for a day; False when it is too large. Nobody but the owner can read it again.

    It takes the place of `again`, which was sent and met the end once more. Others of the owner stay, up to MOST.
    Raises NotReady and KeyReplaced.
    """
    plain = json.dumps([path, fields], ensure_ascii=False).encode()
    if len(plain) > LARGEST:
        return False
    now = runtime.clock()
    with runtime.unit_of_work() as db:
        mine = LostForm.member_id == owner.id
        db.execute(delete(LostForm).where((mine & (LostForm.id == again)) | (LostForm.created_at < now - KEPT)))
        newest = select(LostForm.id).where(mine).order_by(LostForm.created_at.desc(), LostForm.id).limit(MOST - 1)
        db.execute(delete(LostForm).where(mine, LostForm.id.not_in(newest)))
        typed = Sealed(seal_letter(db, owner.id, PURPOSE, plain, pinned=owner.pinned))
        db.add(LostForm(member_id=owner.id, typed=typed, created_at=now))
    return True


def waits(gate: Gate, member_id: UUID) -> bool:
    """Tell whether a form of somebody who signs in was interrupted in the last day."""
    recent = LostForm.created_at > gate.now() - KEPT
    return bool(gate.db.scalar(select(exists().where(LostForm.member_id == member_id, recent))))


def found(gate: Gate) -> tuple[FoundForm, ...]:
    """The actor's interrupted forms of the last day, the newest first. StepUpRequired while they cannot be read."""
    recent = (LostForm.member_id == gate.member.member_id) & (LostForm.created_at > gate.now() - KEPT)
    rows = gate.db.scalars(select(LostForm).where(recent).order_by(LostForm.created_at.desc(), LostForm.id)).all()
    return tuple(_opened(gate, row) for row in rows)


def _opened(gate: Gate, row: LostForm) -> FoundForm:
    path, fields = json.loads(open_letter(gate.keyring.awake, PURPOSE, row.typed.blob))
    return FoundForm(row.id, path, tuple((name, value) for name, value in fields))


def drop(gate: Gate, form_id: UUID) -> None:
    """Forget one of them; of anybody else's, and of what is gone already, nothing is touched."""
    gate.db.execute(delete(LostForm).where(LostForm.member_id == gate.member.member_id, LostForm.id == form_id))
    gate.record("lost-form:drop", Ref("member", gate.member.member_id))
