"""One's own second factors: seeing them, adding one, taking one away.

Each change asks for a fresh second factor and, in the same request, for the passphrase: the first is the session's, and
so also of whoever copied its cookie.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from protect.access import slots
from protect.access.errors import NotFound
from protect.access.factor_seals import user_handle
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
from protect.auth import passkeys, qr, totp
from protect.auth.actions_factors import Asked, FactorRefused, Proof, new_challenge, opened, read_challenge, spend
from protect.auth.actions_factors_add import add_passkey, add_recovery, add_totp
from protect.auth.actions_notices import notify
from protect.auth.actions_passphrase import require_phrase
from protect.auth.models import Factor

DRAFT: Final = "factor-draft.v1"
DRAFT_SECONDS: Final = 1800
LEAST: Final = 2
ADD, RENEW, REMOVE = "factor:add", "factor:renew", "factor:remove"


class LastFactors(Exception):
    """Without this one there would be fewer than two ways to prove who somebody is."""


@dataclass(frozen=True)
class OwnFactor:
    """A code generator or a passkey, as its owner sees it."""

    id: UUID
    kind: str
    added: datetime
    used: datetime | None
    opens: bool  # a passkey that needs no passphrase


@dataclass(frozen=True)
class OwnFactors:
    """What the actor signs in with; the recovery codes together count as one."""

    devices: tuple[OwnFactor, ...]
    codes_left: int

    @property
    def ways(self) -> int:
        """How many there are."""
        return len(self.devices) + bool(self.codes_left)

    @property
    def needs_codes(self) -> bool:
        """Whether too few would be left after the last recovery code: one code is no second way for long."""
        return len(self.devices) + (self.codes_left > 1) < LEAST

    @property
    def may_remove(self) -> bool:
        """Whether enough is left without one of them."""
        return self.ways > LEAST


@dataclass(frozen=True)
class NewGenerator:
    """A code generator to be: its picture, its seed in groups, and the sealed draft of the page."""

    picture: str
    seed: str
    draft: str


def own_factors(gate: Gate) -> OwnFactors:
    """The actor's factors, the oldest first."""
    rows = _rows(gate)
    devices = (
        OwnFactor(row.id, row.kind, row.created_at, row.used_at, row.slot is not None)
        for row in rows
        if row.kind != "recovery"
    )
    return OwnFactors(tuple(devices), sum(row.kind == "recovery" for row in rows))


def holds_keys_without_passkey(gate: Gate) -> bool:
    """Whether a code typed into a false page would hand keys to whoever runs it: only a passkey knows the true page."""
    return bool(gate.keyring.granted) and not any(one.kind == "passkey" for one in own_factors(gate).devices)


def new_generator(gate: Gate, runtime: Runtime, sealed: str = "") -> NewGenerator:
    """A fresh seed, or that of a draft; nothing is kept before a code of it was typed."""
    gate.require_fresh()
    seed = _read(gate, runtime, "totp", sealed) or totp.new_seed()
    address = totp.address(seed, _name(gate), gate.settings.product_name)
    return NewGenerator(qr.picture(address), totp.in_groups(seed), _sealed(gate, runtime, "totp", seed))


def add_generator(gate: Gate, runtime: Runtime, sealed: str, typed: str, phrase: str) -> None:
    """Add the code generator of a draft. Raises FactorRefused when the code is wrong or the draft is too old.

    Raises what `require_phrase` does, as all do that change something.
    """
    require_phrase(gate, runtime, phrase, ADD)
    seed = _read(gate, runtime, "totp", sealed)
    now = totp.step_at(gate.now().timestamp())
    step = totp.fitting_step(seed, "".join(typed.split()), now, 0) if seed else None
    if seed is None or step is None:
        raise FactorRefused
    add_totp(gate.db, runtime, gate.member.member_id, seed, step)
    _changed(gate, ADD, "totp")


def ask_new_passkey(gate: Gate, runtime: Runtime) -> Asked:
    """What the browser needs to make a passkey; one that is registered already is not made again."""
    gate.require_fresh()
    member_id = gate.member.member_id
    known = [parts[0] for _row, parts in opened(runtime, _rows(gate), "passkey")]
    sealed, challenge = new_challenge(gate, runtime)
    owner = passkeys.Owner(_name(gate), user_handle(runtime, member_id))
    site = passkeys.Site.of(gate.settings.public_url)
    return Asked(sealed, passkeys.creation_options(site, gate.settings.product_name, owner, known, challenge))


def add_new_passkey(gate: Gate, runtime: Runtime, answer: Proof, phrase: str) -> None:
    """Add the passkey that the browser made. Where it gave a secret, it opens the account without the passphrase.

    Raises FactorRefused.
    """
    master = require_phrase(gate, runtime, phrase, ADD)
    member_id, challenge = gate.member.member_id, read_challenge(gate, runtime, answer.challenge)
    if challenge is None:
        raise FactorRefused
    try:
        made = passkeys.made(passkeys.Site.of(gate.settings.public_url), answer.assertion, challenge)
    except passkeys.PasskeyRefused:
        raise FactorRefused from None
    spend(gate, member_id, challenge)
    secret = passkeys.read_prf(answer.prf)
    try:
        with gate.db.begin_nested():
            add_passkey(gate.db, runtime, member_id, made, (master, secret) if secret else None)
    except IntegrityError:  # it is somebody's already
        raise FactorRefused from None
    _changed(gate, ADD, "passkey")


def new_codes(gate: Gate, runtime: Runtime, sealed: str = "") -> tuple[tuple[str, ...], str]:
    """Fresh recovery codes, or those of a draft, and the sealed draft of the page; the old ones are good meanwhile."""
    gate.require_fresh()
    drawn = _read(gate, runtime, "recovery", sealed)
    codes = tuple(drawn.split()) if drawn else slots.new_recovery_codes()
    return codes, _sealed(gate, runtime, "recovery", " ".join(codes))


def renew_codes(gate: Gate, runtime: Runtime, sealed: str, phrase: str) -> None:
    """Put the codes of a draft in the place of all others. Raises FactorRefused when it is too old."""
    gate.require_fresh()
    codes = _read(gate, runtime, "recovery", sealed)
    if codes is None:
        raise FactorRefused  # before the passphrase: the page does not come back with other codes
    master = require_phrase(gate, runtime, phrase, RENEW)
    member_id = gate.member.member_id
    _rows(gate, lock=True)
    gate.db.execute(delete(Factor).where(Factor.member_id == member_id, Factor.kind == "recovery"))
    add_recovery(gate.db, runtime, member_id, master, codes.split())
    _changed(gate, RENEW, "recovery")


def find_factor(gate: Gate, factor_id: UUID) -> OwnFactor:
    """One of the actor's devices. Raises NotFound."""
    found = next((one for one in own_factors(gate).devices if one.id == factor_id), None)
    if found is None:
        raise NotFound("factor")
    return found


def remove_factor(gate: Gate, runtime: Runtime, factor_id: UUID, phrase: str) -> None:
    """Take a device away. Raises NotFound, and LastFactors when too few would be left."""
    require_phrase(gate, runtime, phrase, REMOVE)
    _rows(gate, lock=True)  # of two at one time the second sees what the first left
    factor = find_factor(gate, factor_id)
    if not own_factors(gate).may_remove:
        raise LastFactors
    gate.db.execute(delete(Factor).where(Factor.id == factor.id))
    _changed(gate, REMOVE, factor.kind)


def _rows(gate: Gate, *, lock: bool = False) -> list[Factor]:
    """The actor's rows. The lock is on the member, so that it also holds what is added meanwhile."""
    if lock:
        gate.db.execute(select(Member.id).where(Member.id == gate.member.member_id).with_for_update())
    mine = select(Factor).where(Factor.member_id == gate.member.member_id).order_by(Factor.created_at, Factor.id)
    return list(gate.db.scalars(mine.execution_options(populate_existing=True)))


def _name(gate: Gate) -> str:
    return gate.db.get_one(Member, gate.member.member_id).sign_in_name


def _changed(gate: Gate, action: str, kind: str) -> None:
    """Enter it into the trail, and tell the member."""
    gate.record(action)
    notify(gate.db, gate.member.member_id, f"{action} {kind}", gate.now())


def _sealed(gate: Gate, runtime: Runtime, kind: str, secret: str) -> str:
    parts = [str(gate.member.member_id), kind, secret, int(gate.now().timestamp()) + DRAFT_SECONDS]
    return seal_note(runtime, DRAFT, json.dumps(parts).encode())


def _read(gate: Gate, runtime: Runtime, kind: str, sealed: str) -> str | None:
    """The secret of a draft; None when it is not the actor's, of another kind, or too old."""
    plain = open_note(runtime, DRAFT, sealed)
    parts: Sequence[str | int] = json.loads(plain) if plain else ("", "", "", 0)
    owner, found, secret, until = parts
    good = owner == str(gate.member.member_id) and found == kind and gate.now().timestamp() < float(until)
    return str(secret) if good else None
