"""Signing in and out: one answer for every failure, one Argon2id for every attempt."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select

from protect.access import identities, sessions, trail_pins
from protect.access.actor import SIGNS_IN
from protect.access.beginning import opened_keys
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.runtime import Runtime
from protect.auth.models import Attempt, Credential

WINDOW: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=1)
PAIR_LIMIT: Final = 5  # one account from one address
ADDRESS_LIMIT: Final = 30  # any accounts from one address; nobody elsewhere is locked out by it
_NOBODY: Final = UUID(int=0)
_NO_HASH: Final = bytes(32)


class SignInRefused(Exception):
    """Unknown, wrong, suspended, not enrolled: nothing tells which."""


class TooManyAttempts(Exception):
    """The address has tried too often; it may again in a quarter of an hour."""


@dataclass(frozen=True)
class SignedIn:
    """A new session: the value of its cookie, and whose it is."""

    token: str
    member_id: UUID


def sign_in(gate: Gate, runtime: Runtime, name: str, passphrase: str, address: str) -> SignedIn:
    """Begin a session. Raises SignInRefused or TooManyAttempts after the failure was recorded."""
    account = _keyed(runtime, "account", name.strip().casefold())
    source = _keyed(runtime, "address", address)
    if _exhausted(gate, account, source):
        raise TooManyAttempts
    member, credential = _look_up(gate, name.strip().casefold())
    salt = credential.salt if credential else account[: identities.SALT_BYTES]
    user_id = str(member.id if member else _NOBODY)
    stretched = identities.stretch(passphrase, salt, runtime.secrets.pepper, user_id)
    right = identities.matches(stretched, credential.verifier_hash if credential else _NO_HASH)
    if not (right and member and credential and member.status in SIGNS_IN):
        _record_failure(gate, runtime, account, source)
        raise SignInRefused
    identity = identities.unlock(credential.slot.blob, credential.identity.blob, stretched, user_id)
    keys = opened_keys(gate.db, runtime, identity, member)
    master = identities.unlock_master(credential.slot.blob, stretched, user_id)
    trail_pins.pin_checkpoint(gate, member, credential, identity, master)
    token = sessions.begin(gate.db, runtime, member, identity, keys)
    gate.record_member(member, "session:begin")
    return SignedIn(token, member.id)


def sign_out(gate: Gate) -> None:
    """End the actor's sessions and delete their wrapped keys; a visitor has nothing to end."""
    if gate.actor is not None:
        sessions.end_all(gate.db, gate.actor.member_id, gate.now())
        gate.record("session:end")


def _look_up(gate: Gate, name: str) -> tuple[Member | None, Credential | None]:
    row = gate.db.execute(
        select(Member, Credential)
        .outerjoin(Credential, Credential.member_id == Member.id)
        .where(Member.sign_in_name == name)
    ).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def _exhausted(gate: Gate, account: bytes, source: bytes) -> bool:
    from_here = (Attempt.address == source) & (Attempt.at > gate.now() - WINDOW)
    total, pair = gate.db.execute(
        select(func.count(), func.count().filter(Attempt.account == account)).select_from(Attempt).where(from_here)
    ).one()
    return bool(total >= ADDRESS_LIMIT or pair >= PAIR_LIMIT)


def _record_failure(gate: Gate, runtime: Runtime, account: bytes, source: bytes) -> None:
    """Count it and enter it into the trail, in a transaction of its own: the refusal that follows undoes the gate's."""
    now = gate.now()
    with runtime.unit_of_work() as db:
        db.add(Attempt(account=account, address=source, at=now))
        db.execute(delete(Attempt).where(Attempt.at < now - KEPT))
    gate.record_refused("session:begin")


def _keyed(runtime: Runtime, kind: str, value: str) -> bytes:
    """A hash that only this server can compute: the table of attempts is no list of names or addresses."""
    return hmac.digest(runtime.secrets.pepper, f"{kind}:{value}".encode(), "sha256")
