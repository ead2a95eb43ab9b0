"""Becoming a member: a one-time code is redeemed for an identity that only the new passphrase opens."""

import json
from dataclasses import dataclass
from typing import Final

from protect.access import founding, identities
from protect.access.beginning import make_own_keys
from protect.access.gate import Gate
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
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
class Draft:
    """An enrolment under way: it lives sealed in the page itself and nowhere on the server."""

    code: str
    passphrase: str
    until: int


def look_up(gate: Gate, code: str) -> InvitationShown:
    """Whom the code invites. Raises NotFound."""
    row, member = founding.look_up(gate.db, code, gate.now())
    agency = agency_names(gate, [row.agency_id])[row.agency_id]
    return InvitationShown(member.display_name, member.sign_in_name, member.role, agency)


def draft(gate: Gate, runtime: Runtime, code: str) -> tuple[str, str]:
    """A fresh passphrase, and the sealed draft that the page carries to the next step. Raises NotFound."""
    founding.look_up(gate.db, code, gate.now())
    passphrase = identities.new_passphrase(gate.locale)
    until = int(gate.now().timestamp()) + DRAFT_SECONDS
    plain = json.dumps([code, passphrase, until]).encode()
    return passphrase, seal_note(runtime, DRAFT, plain)


def read_draft(gate: Gate, runtime: Runtime, sealed: str) -> Draft | None:
    """The draft again; None when it is not ours or its half hour is over."""
    plain = open_note(runtime, DRAFT, sealed)
    if plain is None:
        return None
    found = Draft(*json.loads(plain))
    return found if gate.now().timestamp() < found.until else None


def words_match(found: Draft, typed: tuple[str, str]) -> bool:
    """Whether the typed words are the asked ones of the passphrase, however they are capitalised."""
    words = found.passphrase.split()
    return all(words[at - 1] == word.strip().casefold() for at, word in zip(ASKED, typed, strict=True))


def enrol(gate: Gate, runtime: Runtime, code: str, passphrase: str) -> str:
    """Redeem the code: identity, certificate, and the keys that the agency does not have yet. The sign-in name.

    Raises NotFound when the code is unknown, used or late.
    """
    identity, member = founding.redeem(gate.db, code, gate.now())
    locked = identities.lock(identity, passphrase, runtime.secrets.pepper)
    gate.db.add(
        Credential(
            member_id=member.id,
            salt=locked.salt,
            verifier_hash=locked.verifier_hash,
            slot=Sealed(locked.slot),
            identity=Sealed(locked.identity),
        )
    )
    if member.status == "active":  # else registrars certify first
        make_own_keys(gate.db, runtime, identity, member)
    gate.record_member(member, "member:enrol")
    return member.sign_in_name
