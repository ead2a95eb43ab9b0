"""A lost passphrase: a recovery code opens the same identity, and a new passphrase takes the place of the old."""

import json
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from protect.access import identities, sessions, slots
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
from protect.auth.actions import look_up, used
from protect.auth.actions_attempts import Tried, count_failure, require_patience, tried
from protect.auth.actions_factors import NOBODY, Fit, Proof, examine
from protect.auth.actions_notices import notify
from protect.auth.actions_passphrase import put
from protect.auth.models import Credential

DRAFT: Final = "lost-phrase.v1"
DRAFT_SECONDS: Final = 1800
ACTION: Final = "passphrase:renew"


class RecoveryRefused(Exception):
    """Name, recovery code or second factor is wrong, or the account is not open: nothing tells which."""


@dataclass(frozen=True)
class Claim:
    """Who says to have lost the passphrase: a recovery code, and another factor besides."""

    name: str
    code: str = field(repr=False)
    proof: Proof


@dataclass(frozen=True)
class Renewal:
    """A recovery under way, sealed in the page: the second factor was proved, the code is used at the end."""

    member_id: UUID
    code: str = field(repr=False)
    passphrase: str = field(repr=False)


def begin(gate: Gate, runtime: Runtime, claim: Claim, address: str) -> tuple[str, str]:
    """A fresh passphrase and the sealed draft, for who proves both factors; like signing in it costs one Argon2id.

    Raises RecoveryRefused or TooManyAttempts after the failure was recorded.
    """
    name = claim.name.strip().casefold()
    attempt = tried(runtime, name, address)
    require_patience(gate, attempt)
    member, credential = look_up(gate, name)
    owner = member.id if member else NOBODY
    salt = credential.salt if credential else attempt[0][: identities.SALT_BYTES]
    identities.stretch(claim.code, salt, runtime.secrets.versions("pepper"), str(owner))
    first = examine(gate, runtime, owner, Proof(code=claim.code), right=False)
    second = examine(gate, runtime, owner, claim.proof, right=first is not None and first.factor.kind == "recovery")
    if not (member and credential and member.status == "active" and _both(first, second) and second):
        raise _refused(gate, runtime, attempt)
    if not used(gate, second):
        raise _refused(gate, runtime, attempt)
    gate.record_member(member, "passphrase:recover")
    passphrase = identities.new_passphrase(gate.locale)
    until = int(gate.now().timestamp()) + DRAFT_SECONDS
    plain = json.dumps([str(owner), claim.code, passphrase, until]).encode()
    return passphrase, seal_note(runtime, DRAFT, plain)


def read_draft(gate: Gate, runtime: Runtime, sealed: str) -> Renewal | None:
    """The recovery under way; None when it is not ours or its half hour is over."""
    plain = open_note(runtime, DRAFT, sealed)
    if plain is None:
        return None
    owner, code, passphrase, until = json.loads(plain)
    return Renewal(UUID(owner), code, passphrase) if gate.now().timestamp() < until else None


def renew(gate: Gate, runtime: Runtime, renewal: Renewal) -> None:
    """Use the code up: the passphrase is the new one, the identity the same, and every session ends.

    Raises RecoveryRefused when the code was used meanwhile or the member is no longer active.
    """
    member, credential = gate.db.get(Member, renewal.member_id), gate.db.get(Credential, renewal.member_id)
    fit = examine(gate, runtime, renewal.member_id, Proof(code=renewal.code))
    if not (member and credential and member.status == "active" and fit and fit.factor.slot and used(gate, fit)):
        raise RecoveryRefused
    user_id = str(member.id)
    master = slots.open_recovery(fit.factor.slot.blob, user_id, fit.factor.id, renewal.code)
    put(credential, master, renewal.passphrase, runtime.secrets.pepper)
    sessions.end_all(gate.db, member.id, gate.now())
    notify(gate.db, member.id, ACTION, gate.now())
    gate.record_member(member, ACTION)


def _both(first: Fit | None, second: Fit | None) -> bool:
    """Two different factors, of which the first is a recovery code."""
    if first is None or second is None:
        return False
    return first.factor.kind == "recovery" and first.factor.id != second.factor.id


def _refused(gate: Gate, runtime: Runtime, attempt: Tried) -> RecoveryRefused:
    count_failure(runtime, attempt)
    gate.record_refused("passphrase:recover")
    return RecoveryRefused()
