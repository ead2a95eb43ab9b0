"""Further ways to the user master key: recovery codes, and the secret that a passkey makes."""

from typing import Final
from uuid import UUID

from protect.vault import codes, identity
from protect.vault.errors import CiphertextRejected
from protect.vault.identity import Identity

RECOVERY_CODES: Final = 4


def new_recovery_codes() -> tuple[str, ...]:
    """Fresh codes of 128 bits."""
    return tuple(codes.new_code() for _ in range(RECOVERY_CODES))


def is_recovery_code(typed: str) -> bool:
    """Whether it has the shape of one."""
    try:
        codes.read_code(typed)
    except CiphertextRejected:
        return False
    return True


def recovery_check(code: str, user_id: str) -> bytes:
    """By what the code is recognised; it says nothing of the slot key."""
    return codes.recovery_check(code, user_id)


def recovery_slot(master: bytes, user_id: str, factor_id: UUID, code: str) -> bytes:
    """The master key as the code opens it."""
    return identity.wrap_slot(codes.recovery_key(code, user_id), user_id, f"recovery:{factor_id}", master)


def open_recovery(slot: bytes, user_id: str, factor_id: UUID, code: str) -> bytes:
    """The master key again; CiphertextRejected if it is not this code's."""
    return identity.open_slot(codes.recovery_key(code, user_id), user_id, f"recovery:{factor_id}", slot)


def passkey_slot(master: bytes, user_id: str, factor_id: UUID, prf: bytes) -> bytes:
    """The master key as the passkey's secret opens it."""
    return identity.wrap_slot(identity.passkey_key(prf, user_id), user_id, f"passkey:{factor_id}", master)


def open_passkey(slot: bytes, user_id: str, factor_id: UUID, prf: bytes) -> bytes | None:
    """The master key again; None if it is not this secret's."""
    try:
        return identity.open_slot(identity.passkey_key(prf, user_id), user_id, f"passkey:{factor_id}", slot)
    except CiphertextRejected:
        return None


def master_of(who: Identity, copy: bytes) -> bytes:
    """The master key of somebody whose identity is open, for one more slot."""
    return identity.master_of(who, copy)
