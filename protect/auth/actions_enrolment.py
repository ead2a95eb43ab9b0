"""Becoming a member: a one-time code is redeemed for an identity that only the new passphrase opens."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from protect.access import founding, identities, slots
from protect.access.beginning import make_own_keys
from protect.access.errors import Conflict
from protect.access.factor_seals import user_handle
from protect.access.gate import Gate
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
from protect.auth import passkeys, qr, totp
from protect.auth.actions_factors import Asked, FactorRefused, Proof, new_challenge, read_challenge, spend
from protect.auth.actions_factors_add import add_passkey, add_recovery, add_totp
from protect.auth.models import Credential
from protect.auth.passkeys import NewPasskey
from protect.directory.actions import agency_names
from protect.store.sealed import Sealed

DRAFT: Final = "enrol-draft.v1"
DRAFT_SECONDS: Final = 1800
ASKED: Final = (2, 5)  # which words are typed again, counted from one


@dataclass(frozen=True)
class InvitationShown:
    """What the invited person sees before enrolling."""

    display_name: str
    sign_in_name: str
    role: str
    agency: str


@dataclass(frozen=True)
class MadePasskey:
    """A passkey that the browser of a person who enrols made; `secret` is what opens the account, where it gave it."""

    credential_id: str
    public_key: str
    counter: int
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Chosen:
    """What a person who enrols takes along: six words, a code generator or a passkey, recovery codes."""

    passphrase: str = field(repr=False)
    seed: str = field(repr=False)
    recovery: tuple[str, ...] = field(repr=False)
    step: int = 0  # of the code that was typed to show that the generator works; 0 before
    passkey: MadePasskey | None = None  # in the place of the generator

    @property
    def is_proved(self) -> bool:
        """Whether the second factor was seen to work."""
        return bool(self.step or self.passkey)


@dataclass(frozen=True)
class Draft:
    """An enrolment under way: it lives sealed in the page itself and nowhere on the server."""

    code: str = field(repr=False)
    until: int
    chosen: Chosen


def look_up(gate: Gate, code: str) -> InvitationShown:
    """Whom the code invites. Raises NotFound."""
    row, member = founding.look_up(gate.db, code, gate.now())
    agency = agency_names(gate, [row.agency_id])[row.agency_id]
    return InvitationShown(member.display_name, member.sign_in_name, member.role, agency)


def choose(language: str) -> Chosen:
    """Fresh words, seed and codes."""
    return Chosen(identities.new_passphrase(language), totp.new_seed(), slots.new_recovery_codes())


def draft(gate: Gate, runtime: Runtime, code: str) -> tuple[Chosen, str]:
    """What the invited person takes along, and the sealed draft for the page of the next step. Raises NotFound."""
    founding.look_up(gate.db, code, gate.now())
    made = Draft(code, int(gate.now().timestamp()) + DRAFT_SECONDS, choose(gate.locale))
    return made.chosen, _sealed(runtime, made)


def read_draft(gate: Gate, runtime: Runtime, sealed: str) -> Draft | None:
    """The draft again; None when it is not ours or its half hour is over."""
    plain = open_note(runtime, DRAFT, sealed)
    if plain is None:
        return None
    given = json.loads(plain)
    parts, passkey = given["chosen"], given["chosen"]["passkey"]
    made = MadePasskey(**passkey) if passkey else None
    chosen = Chosen(**{**parts, "recovery": tuple(parts["recovery"]), "passkey": made})
    found = Draft(given["code"], given["until"], chosen)
    return found if gate.now().timestamp() < found.until else None


def generator(gate: Gate, found: Draft) -> tuple[str, str]:
    """The picture that a code generator reads, and the seed for typing it. Raises NotFound."""
    _row, member = founding.look_up(gate.db, found.code, gate.now())
    seed = found.chosen.seed
    return qr.picture(totp.address(seed, member.sign_in_name, gate.settings.product_name)), totp.in_groups(seed)


def with_code(gate: Gate, runtime: Runtime, found: Draft, typed: str) -> str | None:
    """The draft sealed anew, once a code of the generator was typed; None while it is wrong."""
    now = totp.step_at(gate.now().timestamp())
    step = totp.fitting_step(found.chosen.seed, "".join(typed.split()), now, 0)
    return _sealed(runtime, replace(found, chosen=replace(found.chosen, step=step))) if step else None


def ask_passkey(gate: Gate, runtime: Runtime, found: Draft) -> Asked:
    """What the browser needs to make a passkey for the person who enrols. Raises NotFound."""
    _row, member = founding.look_up(gate.db, found.code, gate.now())
    sealed, challenge = new_challenge(gate, runtime)
    owner = passkeys.Owner(member.sign_in_name, user_handle(runtime, member.id))
    site = passkeys.Site.of(gate.settings.public_url)
    return Asked(sealed, passkeys.creation_options(site, gate.settings.product_name, owner, (), challenge))


def with_passkey(gate: Gate, runtime: Runtime, found: Draft, answer: Proof) -> str | None:
    """The draft sealed anew with the passkey that the browser made, once; None when its answer is not right."""
    _row, member = founding.look_up(gate.db, found.code, gate.now())
    challenge = read_challenge(gate, runtime, answer.challenge)
    if challenge is None:
        return None
    try:
        made = passkeys.made(passkeys.Site.of(gate.settings.public_url), answer.assertion, challenge)
        spend(gate, member.id, challenge)
    except (passkeys.PasskeyRefused, FactorRefused):
        return None
    secret = passkeys.read_prf(answer.prf) or b""
    kept = MadePasskey(made.credential_id.hex(), made.public_key.hex(), made.counter, secret.hex())
    return _sealed(runtime, replace(found, chosen=replace(found.chosen, passkey=kept)))


def _sealed(runtime: Runtime, made: Draft) -> str:
    return seal_note(runtime, DRAFT, json.dumps(asdict(made)).encode())


def words_match(passphrase: str, typed: tuple[str, str]) -> bool:
    """Whether the typed words are the asked ones of the passphrase, however they are capitalised."""
    words = passphrase.split()
    return all(words[at - 1] == word.strip().casefold() for at, word in zip(ASKED, typed, strict=True))


def enrol(gate: Gate, runtime: Runtime, code: str, chosen: Chosen) -> str:
    """Redeem the code: identity, certificate, factors, and the keys that the agency has not yet. The sign-in name.

    Raises NotFound when the code is unknown, used or late, and Conflict when the passkey is somebody's already.
    """
    identity, member = founding.redeem(gate.db, code, gate.now())
    locked, master = identities.lock(identity, chosen.passphrase, runtime.secrets.pepper)
    gate.db.add(
        Credential(
            member_id=member.id,
            salt=locked.passphrase.salt,
            verifier_hash=locked.passphrase.verifier_hash,
            slot=Sealed(locked.passphrase.slot),
            identity=Sealed(locked.identity),
            master=Sealed(locked.master),
        )
    )
    _add_second(gate, runtime, member.id, chosen, master)
    add_recovery(gate.db, runtime, member.id, master, chosen.recovery)
    if member.status == "active":  # else registrars certify first
        make_own_keys(gate.db, runtime, identity, member)
    gate.record_member(member, "member:enrol")
    return member.sign_in_name


def _add_second(gate: Gate, runtime: Runtime, member_id: UUID, chosen: Chosen, master: bytes) -> None:
    """Keep the passkey, or else the code generator."""
    if chosen.passkey is None:
        add_totp(gate.db, runtime, member_id, chosen.seed, chosen.step)
        return
    kept = chosen.passkey
    made = NewPasskey(bytes.fromhex(kept.credential_id), bytes.fromhex(kept.public_key), kept.counter)
    secret = bytes.fromhex(kept.secret)
    try:
        with gate.db.begin_nested():
            add_passkey(gate.db, runtime, member_id, made, (master, secret) if secret else None)
    except IntegrityError:
        raise Conflict("passkey") from None
