"""The passphrase from inside a session: asked before the ways to sign in change, and replaced where somebody saw it."""

import json
from typing import Final
from uuid import UUID

from protect.access import identities, sessions, slots
from protect.access.gate import Gate
from protect.access.notes import open_note, seal_note
from protect.access.runtime import Runtime
from protect.auth.actions_attempts import count_failure, keyed, require_patience
from protect.auth.actions_notices import notify
from protect.auth.models import Credential
from protect.store.sealed import Sealed

DRAFT: Final = "new-phrase.v1"
DRAFT_SECONDS: Final = 1800
ACTION: Final = "passphrase:change"


class PhraseRefused(Exception):
    """The passphrase that was typed is not the one in use."""


def require_phrase(gate: Gate, runtime: Runtime, typed: str, action: str) -> bytes:
    """The user master key, for who proved a second factor and types the passphrase in use, which no cookie has.

    The key comes out of what was typed: without it there is none for another slot. Raises StepUpRequired, PhraseRefused
    after the failure was counted, and TooManyAttempts: a session that was left open lets nobody try passphrases.
    """
    gate.require_fresh()
    member_id = gate.member.member_id
    attempt = (keyed(runtime, "phrase", str(member_id)), keyed(runtime, "phrase", str(member_id)))
    require_patience(gate, attempt)
    credential = gate.db.get_one(Credential, member_id)
    stretched = identities.stretch(typed, credential.salt, runtime.secrets.versions("pepper"), str(member_id))
    if not identities.matches(stretched, credential.verifier_hash):
        count_failure(runtime, attempt)
        gate.record_refused(action)
        raise PhraseRefused
    return identities.unlock_master(credential.slot.blob, stretched, str(member_id))


def draw(gate: Gate, runtime: Runtime, typed: str) -> tuple[str, str]:
    """A fresh passphrase and the sealed draft of the page, for who types the one in use; nothing has changed yet.

    Raises StepUpRequired, PhraseRefused and TooManyAttempts.
    """
    require_phrase(gate, runtime, typed, ACTION)
    credential = gate.db.get_one(Credential, gate.member.member_id)
    passphrase = identities.new_passphrase(gate.locale)
    until = int(gate.now().timestamp()) + DRAFT_SECONDS
    kept = json.dumps([str(gate.member.session_id), credential.salt.hex(), passphrase, until]).encode()
    return passphrase, seal_note(runtime, DRAFT, kept)


def read_draft(gate: Gate, runtime: Runtime, sealed: str) -> str | None:
    """The passphrase drawn in this session; None when the draft is not ours, or too old, or another one came after."""
    plain = open_note(runtime, DRAFT, sealed)
    if plain is None:
        return None
    session_id, salt, passphrase, until = json.loads(plain)
    credential = gate.db.get_one(Credential, gate.member.member_id)
    own = UUID(session_id) == gate.member.session_id and bytes.fromhex(salt) == credential.salt
    return str(passphrase) if own and gate.now().timestamp() < until else None


def change(gate: Gate, runtime: Runtime, passphrase: str) -> None:
    """Let it take the place of the one in use. The identity stays; every other session ends. Raises StepUpRequired."""
    gate.require_fresh()
    member_id = gate.member.member_id
    credential = gate.db.get_one(Credential, member_id, with_for_update=True)
    put(credential, slots.master_of(gate.keyring.awake, credential.master.blob), passphrase, runtime.secrets.pepper)
    sessions.end_all(gate.db, member_id, gate.now(), but=gate.member.session_id)
    notify(gate.db, member_id, ACTION, gate.now())
    gate.record(ACTION)


def put(credential: Credential, master: bytes, passphrase: str, pepper: bytes) -> None:
    """Let a passphrase open the account. Raises CiphertextRejected, with the old way as it was, for another's key."""
    user_id = str(credential.member_id)
    identities.unlock(master, credential.identity.blob, user_id)  # it must open before the old way is closed
    made = identities.relock(master, user_id, passphrase, pepper)
    credential.salt, credential.verifier_hash, credential.slot = made.salt, made.verifier_hash, Sealed(made.slot)
