"""Keeping new second factors: the seed of a code generator, recovery codes, a passkey."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from protect.access import slots
from protect.access.factor_seals import Holder, handle_of, seal_factor, user_handle
from protect.access.runtime import Runtime
from protect.auth.models import Factor
from protect.auth.passkeys import NewPasskey
from protect.store.sealed import Sealed


def add_totp(db: Session, runtime: Runtime, member_id: UUID, seed: str, step: int) -> None:
    """A code generator, whose code of that step was just typed and is used up."""
    row_id = uuid4()
    secret = Sealed(seal_factor(runtime, Holder("totp", member_id, row_id), seed.encode()))
    made_at = runtime.clock()
    db.add(Factor(id=row_id, member_id=member_id, kind="totp", secret=secret, last=step, created_at=made_at))


def add_recovery(db: Session, runtime: Runtime, member_id: UUID, master: bytes, codes: Iterable[str]) -> None:
    """Recovery codes: each proves its owner once, and opens the user master key."""
    user_id = str(member_id)
    for code in codes:
        row_id = uuid4()
        check = slots.recovery_check(code, user_id)
        secret = Sealed(seal_factor(runtime, Holder("recovery", member_id, row_id), check))
        slot = Sealed(slots.recovery_slot(master, user_id, row_id, code))
        row = Factor(id=row_id, member_id=member_id, kind="recovery", secret=secret, slot=slot)
        row.created_at = runtime.clock()
        db.add(row)


def add_passkey(
    db: Session, runtime: Runtime, member_id: UUID, made: NewPasskey, opens: tuple[bytes, bytes] | None
) -> None:
    """A passkey; `opens` is the user master key and the passkey's secret that shall open it."""
    row_id, whose = uuid4(), user_handle(runtime, member_id)
    holder = Holder("passkey", member_id, row_id)
    secret = Sealed(seal_factor(runtime, holder, made.credential_id, made.public_key, whose))
    row = Factor(id=row_id, member_id=member_id, kind="passkey", secret=secret, last=made.counter)
    row.handle, row.created_at = handle_of(runtime.secrets.totp, made.credential_id), runtime.clock()
    if opens is not None:
        row.slot = Sealed(slots.passkey_slot(opens[0], str(member_id), row_id, opens[1]))
    db.add(row)
