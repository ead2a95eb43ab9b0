"""Becoming a member: a one-time code is redeemed for an identity that only the new passphrase opens."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from protect.access import founding, identities, slots
from protect.access.beginning import make_own_keys
from protect.access.gate import Gate
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
from protect.auth import qr, totp
from protect.auth.actions_factors_add import add_recovery, add_totp
from protect.auth.models import Credential
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
class Chosen:
    """What a person who enrols takes along: six words, a code generator, recovery codes."""

    passphrase: str = field(repr=False)
    seed: str = field(repr=False)
    recovery: tuple[str, ...] = field(repr=False)
    step: int = 0  # of the code that was typed to show that the generator works; 0 before


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
    chosen = Chosen(**{**given["chosen"], "recovery": tuple(given["chosen"]["recovery"])})
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


def _sealed(runtime: Runtime, made: Draft) -> str:
    return seal_note(runtime, DRAFT, json.dumps(asdict(made)).encode())


def words_match(passphrase: str, typed: tuple[str, str]) -> bool:
    """Whether the typed words are the asked ones of the passphrase, however they are capitalised."""
    words = passphrase.split()
    return all(words[at - 1] == word.strip().casefold() for at, word in zip(ASKED, typed, strict=True))


def enrol(gate: Gate, runtime: Runtime, code: str, chosen: Chosen) -> str:
    """Redeem the code: identity, certificate, factors, and the keys that the agency has not yet. The sign-in name.

    Raises NotFound when the code is unknown, used or late.
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
    add_totp(gate.db, runtime, member.id, chosen.seed, chosen.step)
    add_recovery(gate.db, runtime, member.id, master, chosen.recovery)
    if member.status == "active":  # else registrars certify first
        make_own_keys(gate.db, runtime, identity, member)
    gate.record_member(member, "member:enrol")
    return member.sign_in_name
