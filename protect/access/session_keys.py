"""The secrets of a session as its row keeps them: some for its whole life, some for ten minutes after a second factor.

Three blobs. `keys` holds the signing key and the slow compartments. `open_keys` holds the quick ones and the private
half of the identity until `open_until`. `asleep` holds that half alone, for a later step-up. The last two need, besides
the cookie and the server secret, a key in the shred store, which no backup has and which is destroyed with the session.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.actor import Actor, acting_role
from protect.access.ends import count_of
from protect.access.models import BrowserSession, Member
from protect.access.runtime import Runtime
from protect.store.sealed import Sealed
from protect.vault import hpke, session
from protect.vault.encoding import lp, text, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.identity import Identity
from protect.vault.signing import SigningKey
from protect.vault.tree import CompartmentKey, new_key

QUICK: Final = frozenset({"identity", "contact", "protection"})  # closed again ten minutes after a second factor
OPEN_FOR: Final = timedelta(minutes=10)
SHRED_KIND: Final = "session"
_PARTS: Final = 7
_OPEN, _ASLEEP = "open", "asleep"


class Stored(NamedTuple):
    """What the row of a session has, as far as its secrets go."""

    session_id: UUID
    member_id: UUID
    agency_id: UUID
    keys: Sealed
    open_keys: Sealed | None
    open_until: datetime | None


@dataclass(frozen=True)
class Secrets:
    """An opened session. Without `open_until` its identity has no private half, and no quick key is here."""

    identity: Identity
    who: bytes
    keys: tuple[CompartmentKey, ...]
    open_until: datetime | None = None


def duty(who: Actor | Member, ended: int) -> bytes:
    """In which role and unit somebody acts, and how often an access of theirs was ended by signature.

    A session stays that of the role and unit in which it began, and one more end is its own, whatever the tables say.
    """
    role = who.role if isinstance(who, Actor) else acting_role(who)
    return lp(role, str(who.unit_id or ""), str(ended))


def duty_now(db: Session, member: Member) -> bytes:
    """The same for a session that begins, or is opened again."""
    return duty(member, db.scalars(select(count_of(member.id))).one())


def new_step_key(runtime: Runtime, session_id: UUID) -> None:
    """Make the session's own key in the shred store."""
    runtime.shred.put(SHRED_KIND, str(session_id), new_key())


def wrap_all(
    runtime: Runtime, token: str, row: BrowserSession, identity: Identity, who: bytes, keys: Iterable[CompartmentKey]
) -> None:
    """Put the secrets into the row under this cookie, the quick ones until ten minutes from now."""
    keys, until = tuple(keys), runtime.clock() + OPEN_FOR
    slow = _pack_slow(identity, who, (key for key in keys if key.name not in QUICK))
    quick = lp(identity.hpke.private, _pack_keys(key for key in keys if key.name in QUICK))
    wrapped = session.wrap(token, runtime.secrets.session, str(row.id), str(row.member_id), slow)
    step, secret = _step_key(runtime, row.id), runtime.secrets.session
    row.keys, row.open_until = Sealed(wrapped), until
    row.open_keys = Sealed(session.wrap_step(token, secret, step, _place(row.id, row.member_id, _OPEN, until), quick))
    place = _place(row.id, row.member_id, _ASLEEP, None)
    row.asleep = Sealed(session.wrap_step(token, secret, step, place, identity.hpke.private))


def open_secrets(runtime: Runtime, token: str, stored: Stored) -> Secrets:
    """What of the session is open now. Raises CiphertextRejected if anything was touched, moved or put back."""
    names = (str(stored.session_id), str(stored.member_id))
    slow = _unpack_slow(stored, session.unwrap(token, runtime.secrets.session, *names, stored.keys.blob))
    until = stored.open_until
    if stored.open_keys is None or until is None or until <= runtime.clock():
        return slow
    place = _place(stored.session_id, stored.member_id, _OPEN, until)
    step = _step_key(runtime, stored.session_id)
    parts = unlp(session.unwrap_step(token, runtime.secrets.session, step, place, stored.open_keys.blob))
    if len(parts) != len((_OPEN, _ASLEEP)):
        raise CiphertextRejected(Reason.FORMAT)
    quick = _unpack_keys(stored.agency_id, parts[1])
    return Secrets(_awake(slow.identity, parts[0]), slow.who, (*slow.keys, *quick), until)


def awaken(runtime: Runtime, token: str, row: BrowserSession) -> Identity:
    """The identity with its private half, for who has just proved a second factor."""
    if row.keys is None or row.asleep is None:
        raise CiphertextRejected(Reason.FORMAT)
    stored = Stored(row.id, row.member_id, row.agency_id, row.keys, None, None)
    slow = open_secrets(runtime, token, stored)
    place, step = _place(row.id, row.member_id, _ASLEEP, None), _step_key(runtime, row.id)
    private = session.unwrap_step(token, runtime.secrets.session, step, place, row.asleep.blob)
    return _awake(slow.identity, private)


def _awake(identity: Identity, private: bytes) -> Identity:
    pair = hpke.from_private(private)
    if pair.public != identity.hpke.public:
        raise CiphertextRejected(Reason.CONTEXT)
    return replace(identity, hpke=pair)


def _step_key(runtime: Runtime, session_id: UUID) -> bytes:
    found = runtime.shred.get(SHRED_KIND, str(session_id))
    if found is None:  # ended, or brought back from a backup
        raise CiphertextRejected(Reason.REVOKED)
    return found


def _place(session_id: UUID, member_id: UUID, part: str, until: datetime | None) -> tuple[str, ...]:
    return (str(session_id), str(member_id), part, until.astimezone(UTC).isoformat() if until else "")


def _pack_slow(identity: Identity, who: bytes, keys: Iterable[CompartmentKey]) -> bytes:
    return lp(
        identity.hpke.public,
        identity.signing.private,
        identity.anchor,
        identity.directory,
        identity.checkpoint,
        who,
        _pack_keys(keys),
    )


def _unpack_slow(stored: Stored, packed: bytes) -> Secrets:
    parts = unlp(packed)
    if len(parts) != _PARTS:
        raise CiphertextRejected(Reason.FORMAT)
    public, signing, anchor, directory, checkpoint, who, keys = parts
    pair = KeyPair(b"", public)
    identity = Identity(str(stored.member_id), pair, SigningKey(signing), anchor, directory, checkpoint)
    return Secrets(identity, who, tuple(_unpack_keys(stored.agency_id, keys)))


def _pack_keys(keys: Iterable[CompartmentKey]) -> bytes:
    return lp(*(lp(key.key, key.name, str(key.version)) for key in keys))


def _unpack_keys(agency_id: UUID, packed: bytes) -> list[CompartmentKey]:
    keys = []
    for row in unlp(packed):
        key, name, version = unlp(row)
        keys.append(CompartmentKey(key, str(agency_id), text(name), int(version)))
    return keys
