"""Second factors: whether a code or a passkey proves who somebody is, each once."""

import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from protect.access import slots
from protect.access.factor_seals import Holder, open_factor, seal_factor
from protect.access.gate import Gate
from protect.access.models import DoneOnce
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
from protect.auth import passkeys, totp
from protect.auth.actions_attempts import count_guess, take_back_guess, take_step
from protect.auth.actions_notices import notify
from protect.auth.models import Factor
from protect.store.sealed import Sealed

CHALLENGE: Final = "passkey.v1"
CHALLENGE_SECONDS: Final = 600
USED: Final = "factor:use recovery"
NOBODY: Final = UUID(int=0)
_NO_SEED: Final = "A" * 32
_NO_CHECK: Final = bytes(32)
_USUAL: Final = {"totp": 1, "passkey": 1, "recovery": slots.RECOVERY_CODES}  # how many factors of a kind people have


class FactorRefused(Exception):
    """The second factor is not right: nothing tells which or why."""


@dataclass(frozen=True)
class Proof:
    """Six digits or a recovery code; or a passkey's answer with the sealed challenge of the page."""

    code: str = ""
    assertion: str = ""
    challenge: str = ""
    prf: str = field(default="", repr=False)  # what the passkey made of the salt, where it can


@dataclass(frozen=True)
class Asked:
    """What a page carries so that a browser can answer with a passkey: sealed challenge, and options as JSON."""

    challenge: str
    options: str


class Kept(NamedTuple):
    """A factor as its row keeps it. It is read without the work that an object of the table costs for each row."""

    id: UUID
    member_id: UUID
    kind: str
    secret: Sealed
    slot: Sealed | None
    last: int


AnyFactor = TypeVar("AnyFactor", Factor, Kept)


@dataclass(frozen=True)
class Fit:
    """A factor that the proof fits, not used yet."""

    factor: Kept
    last: int = 0  # the step or the counter that it proves
    challenge: bytes = b""


def ask_passkey(gate: Gate, runtime: Runtime) -> Asked:
    """A fresh challenge for a passkey of whoever it is."""
    sealed, challenge = new_challenge(gate, runtime)
    return Asked(sealed, passkeys.request_options(passkeys.Site.of(gate.settings.public_url), challenge))


def prove(gate: Gate, runtime: Runtime, member_id: UUID, proof: Proof) -> str:
    """Use the proof up, once; the kind of the factor: totp, passkey or recovery. Raises FactorRefused."""
    fit = examine(gate, runtime, member_id, proof)
    if fit is None:
        raise FactorRefused
    return use(gate, fit)


def examine(
    gate: Gate, runtime: Runtime, member_id: UUID | None, proof: Proof, *, right: bool = True
) -> Fit | None:  # fmt: skip
    """The member's factor that the proof fits; None without one, at the same work. Nothing is used up.

    Six digits are counted as a guess unless they fit, where what was asked for beside them was `right`.
    """
    owner = member_id or NOBODY
    if proof.assertion:
        return _passkey(gate, runtime, _kept(gate, runtime, owner, "passkey"), proof)
    if slots.is_recovery_code(proof.code):
        return _recovery(runtime, owner, _kept(gate, runtime, owner, "recovery"), proof.code)
    at = gate.now()
    may_guess = count_guess(runtime, owner, at, right=right)  # before the look: of many at one time none is more
    fit = _totp(gate, runtime, _kept(gate, runtime, owner, "totp"), "".join(proof.code.split()))
    if fit is None or not may_guess:
        return None
    if right:
        take_back_guess(runtime, owner, at)
    return fit


def use(gate: Gate, fit: Fit) -> str:
    """Accept what fits; its kind. Of two at one time only the first is accepted: the other raises FactorRefused."""
    factor = fit.factor
    if factor.kind == "recovery":
        done: ReturningDelete[tuple[UUID]] | ReturningUpdate[tuple[UUID]]
        done = delete(Factor).where(Factor.id == factor.id).returning(Factor.id)
    else:
        later = Factor.last < fit.last
        if factor.kind == "passkey":
            spend(gate, factor.member_id, fit.challenge)
            later |= (Factor.last == 0) & (literal(fit.last) == 0)  # many passkeys do not count
        accepted = update(Factor).where(Factor.id == factor.id, later).values(last=fit.last, used_at=gate.now())
        done = accepted.returning(Factor.id)
    if gate.db.execute(done.execution_options(synchronize_session=False)).one_or_none() is None:
        raise FactorRefused
    if factor.kind == "totp" and not take_step(gate.runtime, factor.id, fit.last, gate.now()):
        raise FactorRefused
    if factor.kind == "recovery":
        notify(gate.db, factor.member_id, USED, gate.now())  # who copied the paper is seen
    return factor.kind


def new_challenge(gate: Gate, runtime: Runtime) -> tuple[str, bytes]:
    """A random challenge: sealed for a page, good for ten minutes, and as it is."""
    challenge = secrets.token_bytes(passkeys.CHALLENGE_BYTES)
    until = int(gate.now().timestamp()) + CHALLENGE_SECONDS
    return seal_note(runtime, CHALLENGE, json.dumps([challenge.hex(), until]).encode()), challenge


def read_challenge(gate: Gate, runtime: Runtime, sealed: str) -> bytes | None:
    """The challenge of a page; None when it is not ours or its time is over."""
    plain = open_note(runtime, CHALLENGE, sealed)
    if plain is None:
        return None
    challenge, until = json.loads(plain)
    return bytes.fromhex(challenge) if gate.now().timestamp() < until else None


def holder(factor: Factor | Kept) -> Holder:
    """Whose the factor is."""
    return Holder(factor.kind, factor.member_id, factor.id)


def opened(runtime: Runtime, found: list[AnyFactor], kind: str) -> list[tuple[AnyFactor, tuple[bytes, ...]]]:
    """The factors of one kind with their secrets; a row that was touched is left out."""
    secret = ((one, open_factor(runtime, holder(one), one.secret.blob)) for one in found if one.kind == kind)
    return [(one, parts) for one, parts in secret if parts is not None]


def _kept(gate: Gate, runtime: Runtime, owner: UUID, kind: str) -> list[Kept]:
    """The member's factors of one kind. Who has fewer than people have, or is nobody, costs the work of the others."""
    columns = (Factor.id, Factor.member_id, Factor.kind, Factor.secret, Factor.slot, Factor.last)
    rows = gate.db.execute(select(*columns).where(Factor.member_id == owner, Factor.kind == kind))
    found = [Kept(*row) for row in rows]
    for _ in range(_USUAL[kind] - len(found)):
        seal_factor(runtime, Holder(kind, owner, NOBODY), _NO_CHECK)  # sealing costs what opening does
    return found


def _totp(gate: Gate, runtime: Runtime, found: list[Kept], typed: str) -> Fit | None:
    now, fit = totp.step_at(gate.now().timestamp()), None
    seeds: list[tuple[Kept | None, str]] = [(one, seed.decode()) for one, (seed,) in opened(runtime, found, "totp")]
    for factor, seed in seeds or [(None, _NO_SEED)]:
        step = totp.fitting_step(seed, typed, now, factor.last if factor else 0)
        if factor is not None and step is not None:
            fit = Fit(factor, step)
    return fit


def _recovery(runtime: Runtime, owner: UUID, found: list[Kept], typed: str) -> Fit | None:
    check, fit = slots.recovery_check(typed, str(owner)), None
    for factor, (kept,) in opened(runtime, found, "recovery"):
        if hmac.compare_digest(check, kept):
            fit = Fit(factor)
    return fit


def _passkey(gate: Gate, runtime: Runtime, found: list[Kept], proof: Proof) -> Fit | None:
    challenge = read_challenge(gate, runtime, proof.challenge)
    credential, whose = passkeys.claimed(proof.assertion)
    known = [
        (one, public_key)
        for one, (kept, public_key, owner) in opened(runtime, found, "passkey")
        if kept == credential and whose in {b"", owner}
    ]
    factor, public_key = known[0] if known else (None, passkeys.NOBODY)
    site = passkeys.Site.of(gate.settings.public_url)
    last = factor.last if factor else 0
    try:
        counter = passkeys.counter_of(site, proof.assertion, challenge or _NO_CHECK, public_key, last)
    except passkeys.PasskeyRefused:
        return None
    if factor is None or challenge is None:
        return None
    return Fit(factor, counter, challenge)


def spend(gate: Gate, member_id: UUID, challenge: bytes) -> None:
    """Accept a challenge once. Raises FactorRefused the second time."""
    row = insert(DoneOnce).values(member_id=member_id, key=UUID(bytes=challenge[:16]), outcome="passkey")
    if gate.db.execute(row.on_conflict_do_nothing().returning(DoneOnce.key)).one_or_none() is None:
        raise FactorRefused
