"""The keys of one session: opened at sign-in, wrapped under the cookie, dropped as soon as their grant is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self
from uuid import UUID

from sqlalchemy import and_, bindparam, select, tuple_
from sqlalchemy.orm import Session

from protect.access.actor import Actor, acting_role
from protect.access.errors import CompartmentLocked, SignInRequired
from protect.access.granted import opened
from protect.access.models import BrowserSession, KeyGrant, Member
from protect.access.trust import Trust
from protect.store.sealed import Sealed
from protect.vault import dropbox, hpke, session
from protect.vault.encoding import lp, text, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.identity import Identity
from protect.vault.shards import search_key
from protect.vault.signing import SigningKey
from protect.vault.tree import CompartmentKey

_PARTS = 7
_STILL_GRANTED: Final = (  # one object, because every request asks it
    select(BrowserSession.keys, KeyGrant.compartment, KeyGrant.version)
    .outerjoin(KeyGrant, and_(KeyGrant.recipient_id == bindparam("member_id"), KeyGrant.revoked_at.is_(None)))
    .where(BrowserSession.id == bindparam("session_id"))
)


@dataclass(frozen=True)
class Keyring:
    """An identity and the keys of each compartment that a live grant gives it."""

    db: Session
    identity: Identity
    agency_id: UUID
    keys: tuple[CompartmentKey, ...]

    @classmethod
    def of_session(cls, db: Session, actor: Actor, token: str | None, server_secret: bytes) -> Self:
        """The keys wrapped in the actor's session row, less those whose grant was revoked meanwhile."""
        wrapped, live = _wrapped_keys(db, actor)
        if token is None or wrapped is None:
            raise SignInRequired
        secrets = session.unwrap(token, server_secret, str(actor.session_id), str(actor.member_id), wrapped.blob)
        identity, begun, keys = _unpack(str(actor.member_id), str(actor.agency_id), secrets)
        if begun != duty(actor):  # somebody gave the member another role or unit in the table
            raise CiphertextRejected(Reason.CONTEXT)
        kept = tuple(key for key in keys if (key.name, key.version) in live)
        return cls(db, identity, actor.agency_id, (*kept, *_renewed(db, identity, actor, keys, live)))

    @cached_property
    def trust(self) -> Trust:
        """What this identity believes of others."""
        return Trust(self.db, self.identity, self.agency_id)

    def holds(self, compartment: str) -> bool:
        """Whether any version of the compartment's key is here."""
        return (compartment, None) in self._by_name

    def key(self, compartment: str, version: int | None = None) -> CompartmentKey:
        """The key of the compartment, newest without `version`; CompartmentLocked if it is not here."""
        found = self._by_name.get((compartment, version))
        if found is None:
            raise CompartmentLocked(compartment)
        return found

    def versions(self, compartment: str) -> tuple[CompartmentKey, ...]:
        """Every version of the compartment's key that is here, newest first."""
        fitting = [key for key in self.keys if key.name == compartment]
        return tuple(sorted(fitting, key=lambda key: -key.version))

    def dropbox(self, compartment: str) -> KeyPair:
        """The drop-box of the compartment; CompartmentLocked if its key is not here."""
        return dropbox.key_pair(self.key(compartment))

    def dropboxes(self, compartment: str) -> Iterator[KeyPair]:
        """The drop-boxes of every version that is here, newest first: while a key is renewed there are two."""
        self.key(compartment)
        return (dropbox.key_pair(key) for key in self.versions(compartment))

    @cached_property
    def _by_name(self) -> dict[tuple[str, int | None], CompartmentKey]:
        """Each key by name and version, and the newest of a name without one."""
        rising = sorted(self.keys, key=lambda key: key.version)
        return {(key.name, version): key for key in rising for version in (key.version, None)}

    @cached_property
    def search_keys(self) -> tuple[bytes, ...]:
        """The keys of the agency's search shards, newest first: blocks are sealed with the first."""
        self.key("identity")
        return tuple(search_key(key) for key in self.versions("identity"))


def duty(who: Actor | Member) -> bytes:
    """In which role and unit somebody acts."""
    role = who.role if isinstance(who, Actor) else acting_role(who)
    return lp(role, str(who.unit_id or ""))


def wrap(
    token: str,
    server_secret: bytes,
    row: BrowserSession,
    who: bytes,
    identity: Identity,
    keys: Iterable[CompartmentKey],
) -> Sealed:
    """The session's secrets as its row keeps them: only the cookie and the server secret together open them.

    They stay those of the role and the unit, `who`, in which the session began.
    """
    packed = _pack(identity, who, keys)
    return Sealed(session.wrap(token, server_secret, str(row.id), str(row.member_id), packed))


def _renewed(
    db: Session, identity: Identity, actor: Actor, begun: Iterable[CompartmentKey], live: set[tuple[str, int]]
) -> list[CompartmentKey]:
    """Versions granted since the session began, of the keys that it has: somebody renewed a key meanwhile."""
    newest: dict[str, int] = {}
    for key in begun:
        newest[key.name] = max(key.version, newest.get(key.name, 0))
    later = [(name, version) for name, version in live if name in newest and version > newest[name]]
    if not later:
        return []
    granted = and_(KeyGrant.recipient_id == actor.member_id, KeyGrant.revoked_at.is_(None))
    wanted = tuple_(KeyGrant.compartment, KeyGrant.version).in_(later)
    rows = db.scalars(select(KeyGrant).where(granted, wanted)).all()
    return opened(Trust(db, identity, actor.agency_id), identity, rows)


def _wrapped_keys(db: Session, actor: Actor) -> tuple[Sealed | None, set[tuple[str, int]]]:
    """What the session row wraps, and name and version of each key that is still granted: in one trip."""
    rows = db.execute(_STILL_GRANTED, {"member_id": actor.member_id, "session_id": actor.session_id}).all()
    return (rows[0].keys if rows else None), {(row.compartment, row.version) for row in rows}


def _pack(identity: Identity, who: bytes, keys: Iterable[CompartmentKey]) -> bytes:
    rows = [lp(key.key, key.name, str(key.version)) for key in keys]
    return lp(
        identity.hpke.private,
        identity.signing.private,
        identity.anchor,
        identity.directory,
        identity.checkpoint,
        who,
        lp(*rows),
    )


def _unpack(member_id: str, agency_id: str, packed: bytes) -> tuple[Identity, bytes, list[CompartmentKey]]:
    parts = unlp(packed)
    if len(parts) != _PARTS:
        raise CiphertextRejected(Reason.FORMAT)
    private, signing, anchor, directory, checkpoint, who, rows = parts
    identity = Identity(member_id, hpke.from_private(private), SigningKey(signing), anchor, directory, checkpoint)
    keys = []
    for row in unlp(rows):
        key, name, version = unlp(row)
        keys.append(CompartmentKey(key, agency_id, text(name), int(version)))
    return identity, who, keys
