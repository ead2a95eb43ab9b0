"""Signing in and out: one answer for every failure, one Argon2id for every attempt."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select

from protect.access import identities, resets, sessions, slots, trail_pins
from protect.access.actor import SIGNS_IN
from protect.access.beginning import opened_keys
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.runtime import Runtime
from protect.auth import actions_peppers, passkeys
from protect.auth.actions_attempts import TooManyAttempts, Tried, count_failure, require_patience, tried
from protect.auth.actions_factors import NOBODY, FactorRefused, Fit, Proof, examine, use
from protect.auth.actions_notices import notify
from protect.auth.models import Credential

__all__ = ["Entered", "Proof", "SignInRefused", "SignedIn", "TooManyAttempts", "sign_in", "sign_out"]

RESET_STOPPED: Final = "member:reset-stop"
_NO_HASH: Final = bytes(32)


class SignInRefused(Exception):
    """Unknown, wrong, suspended, not enrolled: nothing tells which."""


@dataclass(frozen=True)
class Entered:
    """What somebody entered to sign in: the passphrase may be empty where a passkey opens the identity."""

    name: str
    passphrase: str = field(repr=False)
    proof: Proof
    device: str = ""  # as its owner will know it again


@dataclass(frozen=True)
class SignedIn:
    """A new session: the value of its cookie, and whose it is."""

    token: str
    member_id: UUID


def sign_in(gate: Gate, runtime: Runtime, entered: Entered, address: str) -> SignedIn:
    """Begin a session. Raises SignInRefused or TooManyAttempts after the failure was recorded."""
    name = entered.name.strip().casefold()
    attempt = tried(runtime, name, address)
    require_patience(gate, attempt)
    member, credential = look_up(gate, name)
    owner = member.id if member else NOBODY
    salt = credential.salt if credential else attempt[0][: identities.SALT_BYTES]
    stretched = identities.stretch(entered.passphrase, salt, runtime.secrets.versions("pepper"), str(owner))
    right = identities.matches(stretched, credential.verifier_hash if credential else _NO_HASH)
    fit = examine(gate, runtime, owner, entered.proof, right=right)
    if not (member and credential and member.status in SIGNS_IN and fit):
        raise _refused(gate, runtime, attempt)
    slot = credential.slot.blob
    master = identities.unlock_master(slot, stretched, str(owner)) if right else _by_passkey(fit, entered)
    if not (master and used(gate, fit)):
        raise _refused(gate, runtime, attempt)
    identity = identities.unlock(master, credential.identity.blob, str(owner))
    keys = opened_keys(gate.db, runtime, identity, member)
    still_here(gate, member)
    trail_pins.pin_checkpoint(gate, member, credential, identity, master)
    if right:
        actions_peppers.renew(credential, stretched, str(owner))
    token = sessions.begin(gate.db, runtime, member, identity, keys, entered.device)
    gate.record_member(member, "session:begin")
    return SignedIn(token, member.id)


def still_here(gate: Gate, member: Member) -> None:
    """Whoever proves to be able to sign in has lost nothing: what registrars asked for this person ends."""
    if resets.still_here(gate.db, member.id, gate.now()):
        notify(gate.db, member.id, RESET_STOPPED, gate.now())
        gate.record_member(member, RESET_STOPPED)


def sign_out(gate: Gate) -> None:
    """End the actor's session and delete its wrapped keys; a visitor has nothing to end."""
    if gate.actor is not None:
        sessions.end_one(gate.db, gate.actor.member_id, gate.actor.session_id, gate.now())
        gate.record("session:end")


def look_up(gate: Gate, name: str) -> tuple[Member | None, Credential | None]:
    """Member and credential of a sign-in name, as far as there are."""
    row = gate.db.execute(
        select(Member, Credential)
        .outerjoin(Credential, Credential.member_id == Member.id)
        .where(Member.sign_in_name == name)
    ).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def used(gate: Gate, fit: Fit) -> bool:
    """Use the factor up; False when somebody else was faster."""
    try:
        use(gate, fit)
    except FactorRefused:
        return False
    return True


def _by_passkey(fit: Fit, entered: Entered) -> bytes | None:
    """The user master key, from a passkey that needs no passphrase; a wrong passphrase is not forgiven."""
    secret = passkeys.read_prf(entered.proof.prf)
    if entered.passphrase or secret is None or fit.factor.kind != "passkey" or fit.factor.slot is None:
        return None
    return slots.open_passkey(fit.factor.slot.blob, str(fit.factor.member_id), fit.factor.id, secret)


def _refused(gate: Gate, runtime: Runtime, attempt: Tried) -> SignInRefused:
    """Count the failure and enter it into the trail; what is to be raised."""
    count_failure(runtime, attempt)
    gate.record_refused("session:begin")
    return SignInRefused()
