"""The keys of one session: opened at sign-in, wrapped under the cookie, dropped as soon as their grant is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Final, Self
from uuid import UUID

from sqlalchemy import and_, bindparam, select, tuple_
from sqlalchemy.orm import Session

from protect.access.actor import Actor
from protect.access.ends import count_of
from protect.access.errors import CompartmentLocked, SignInRequired, StepUpRequired
from protect.access.granted import opened
from protect.access.models import BrowserSession, KeyGrant
from protect.access.runtime import Runtime
from protect.access.session_keys import QUICK, Stored, duty, open_secrets
from protect.access.trust import Trust
from protect.vault import dropbox
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.identity import Identity
from protect.vault.shards import search_key
from protect.vault.tree import CompartmentKey

_STILL_GRANTED: Final = (  # one object, because every request asks it
    select(
        BrowserSession.keys,
        BrowserSession.open_keys,
        BrowserSession.open_until,
        KeyGrant.compartment,
        KeyGrant.version,
        count_of(bindparam("member_id")).label("ended"),
    )
    .outerjoin(KeyGrant, and_(KeyGrant.recipient_id == bindparam("member_id"), KeyGrant.revoked_at.is_(None)))
    .where(BrowserSession.id == bindparam("session_id"))
)


@dataclass(frozen=True)
class Keyring:
    """An identity and the keys of each compartment that a live grant gives it and that are open now.

    `granted` are name and version of every live grant. `closed` are the compartments whose newest key is granted and
    wants a second factor again, because its ten minutes are over or because it was renewed meanwhile; `open_until` is
    empty with them. `asked` are the compartments whose key was asked for so far.
    """

    db: Session
    identity: Identity
    agency_id: UUID
    keys: tuple[CompartmentKey, ...]
    granted: frozenset[tuple[str, int]] = frozenset()
    closed: frozenset[str] = frozenset()
    open_until: datetime | None = None
    asked: set[str] = field(default_factory=set, compare=False)

    @classmethod
    def of_session(cls, db: Session, actor: Actor, token: str | None, runtime: Runtime) -> Self:
        """The keys wrapped in the actor's session row, less those whose grant was revoked meanwhile."""
        stored, live, ended = _stored(db, actor)
        if token is None or stored is None:
            raise SignInRequired
        found = open_secrets(runtime, token, stored)
        if found.who != duty(actor, ended):  # another role or unit was put into the table, or an ended session back
            raise CiphertextRejected(Reason.CONTEXT)
        begun = _newest((key.name, key.version) for key in found.keys)
        later = {(name, version) for name, version in live if version > begun.get(name, version)}
        keys = [key for key in found.keys if (key.name, key.version) in live]
        keys += _renewed(db, found.identity, actor, later) if found.open_until else []
        here = {(key.name, key.version) for key in keys}
        closed = {name for name, version in _newest(live).items() if (name, version) in _wanting(live, later) - here}
        granted = frozenset(live)
        return cls(db, found.identity, actor.agency_id, tuple(keys), granted, frozenset(closed), found.open_until)

    @cached_property
    def trust(self) -> Trust:
        """What this identity believes of others."""
        return Trust(self.db, self.identity, self.agency_id)

    def forget_trust(self) -> None:
        """Ask anew what stands: who upholds a statement and then enters its trail needs to see that it is upheld."""
        vars(self).pop("trust", None)

    @property
    def awake(self) -> Identity:
        """The identity with its private half; StepUpRequired once that is asleep."""
        if not self.identity.hpke.private:
            raise StepUpRequired
        return self.identity

    def holds(self, compartment: str) -> bool:
        """Whether the newest key of the compartment that is granted is here."""
        return (compartment, None) in self._by_name

    def is_granted(self, compartment: str) -> bool:
        """Whether the compartment is this session's, open or closed for now."""
        return self.holds(compartment) or compartment in self.closed

    def key(self, compartment: str, version: int | None = None) -> CompartmentKey:
        """The key of the compartment, newest without `version`.

        Raises StepUpRequired while it is closed and CompartmentLocked if it is not this session's.
        """
        self.asked.add(compartment)
        found = self._by_name.get((compartment, version))
        if found is None:
            raise StepUpRequired(compartment) if compartment in self.closed else CompartmentLocked(compartment)
        return found

    def versions(self, compartment: str) -> tuple[CompartmentKey, ...]:
        """Every version of the compartment's key that is here, newest first."""
        fitting = [key for key in self.keys if key.name == compartment]
        return tuple(sorted(fitting, key=lambda key: -key.version))

    def dropbox(self, compartment: str) -> KeyPair:
        """The drop-box of the compartment; raises as `key` does."""
        return dropbox.key_pair(self.key(compartment))

    def known(self, compartment: str) -> frozenset[int]:
        """The versions of the key that this session has or could open with a second factor."""
        if compartment not in self.closed:
            return frozenset(key.version for key in self.versions(compartment))
        return frozenset(version for name, version in self.granted if name == compartment)

    def dropboxes(self, compartment: str) -> Iterator[KeyPair]:
        """The drop-boxes of every version that is here, newest first: while a key is renewed there are two."""
        self.key(compartment)
        return (dropbox.key_pair(key) for key in self.versions(compartment))

    @cached_property
    def _by_name(self) -> dict[tuple[str, int | None], CompartmentKey]:
        """Each key by name and version, and the newest of a name without one: nothing is sealed with an older one."""
        rising = sorted(self.keys, key=lambda key: key.version)
        found = {(key.name, version): key for key in rising for version in (key.version, None)}
        return {place: key for place, key in found.items() if place[1] is not None or key.name not in self.closed}

    @cached_property
    def search_keys(self) -> tuple[bytes, ...]:
        """The keys of the agency's search shards, newest first: blocks are sealed with the first."""
        self.key("identity")
        return tuple(search_key(key) for key in self.versions("identity"))


def _newest(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The newest version of each name."""
    return dict(sorted(pairs, key=itemgetter(1)))


def _wanting(live: set[tuple[str, int]], later: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Which granted keys a second factor opens: the quick ones, and those that were renewed since the session began."""
    return {one for one in live if one[0] in QUICK} | later


def _renewed(db: Session, identity: Identity, actor: Actor, later: set[tuple[str, int]]) -> list[CompartmentKey]:
    """Versions granted since the session began, of the keys that it has: somebody renewed a key meanwhile."""
    if not later:
        return []
    granted = and_(KeyGrant.recipient_id == actor.member_id, KeyGrant.revoked_at.is_(None))
    wanted = tuple_(KeyGrant.compartment, KeyGrant.version).in_(later)
    rows = db.scalars(select(KeyGrant).where(granted, wanted)).all()
    return opened(Trust(db, identity, actor.agency_id), identity, rows)


def _stored(db: Session, actor: Actor) -> tuple[Stored | None, set[tuple[str, int]], int]:
    """What the session row wraps, name and version of each key still granted, and the actor's ends: in one trip."""
    rows = db.execute(_STILL_GRANTED, {"member_id": actor.member_id, "session_id": actor.session_id}).all()
    if not rows or rows[0].keys is None:
        return None, set(), 0
    kept = rows[0]
    place = (actor.session_id, actor.member_id, actor.agency_id)
    stored = Stored(*place, kept.keys, kept.open_keys, kept.open_until)
    return stored, {(row.compartment, row.version) for row in rows if row.compartment}, kept.ended
