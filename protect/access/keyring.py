"""The keys of one session: opened at sign-in, wrapped under the cookie, dropped as soon as their grant is."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Self
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from protect.access.actor import Actor
from protect.access.errors import CompartmentLocked, SignInRequired, StepUpRequired
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
        BrowserSession.keys, BrowserSession.open_keys, BrowserSession.open_until, KeyGrant.compartment, KeyGrant.version
    )
    .outerjoin(KeyGrant, and_(KeyGrant.recipient_id == bindparam("member_id"), KeyGrant.revoked_at.is_(None)))
    .where(BrowserSession.id == bindparam("session_id"))
)


@dataclass(frozen=True)
class Keyring:
    """An identity and the newest key of each compartment that a live grant gives it and that is open now.

    `closed` are the compartments that are granted and want a second factor again; `open_until` is empty with them.
    """

    db: Session
    identity: Identity
    agency_id: UUID
    keys: tuple[CompartmentKey, ...]
    closed: frozenset[str] = frozenset()
    open_until: datetime | None = None

    @classmethod
    def of_session(cls, db: Session, actor: Actor, token: str | None, runtime: Runtime) -> Self:
        """The keys wrapped in the actor's session row, less those whose grant was revoked meanwhile."""
        stored, live = _stored(db, actor)
        if token is None or stored is None:
            raise SignInRequired
        found = open_secrets(runtime, token, stored)
        if found.who != duty(actor):  # somebody gave the member another role or unit in the table
            raise CiphertextRejected(Reason.CONTEXT)
        keys = tuple(key for key in found.keys if (key.name, key.version) in live)
        closed = {name for name, _version in live} & QUICK - {key.name for key in keys}
        return cls(db, found.identity, actor.agency_id, keys, frozenset(closed), found.open_until)

    @cached_property
    def trust(self) -> Trust:
        """What this identity believes of others."""
        return Trust(self.db, self.identity, self.agency_id)

    @property
    def awake(self) -> Identity:
        """The identity with its private half; StepUpRequired once that is asleep."""
        if not self.identity.hpke.private:
            raise StepUpRequired
        return self.identity

    def holds(self, compartment: str) -> bool:
        """Whether any version of the compartment's key is here."""
        return (compartment, None) in self._by_name

    def is_granted(self, compartment: str) -> bool:
        """Whether the compartment is this session's, open or closed for now."""
        return self.holds(compartment) or compartment in self.closed

    def key(self, compartment: str, version: int | None = None) -> CompartmentKey:
        """The key of the compartment, newest without `version`.

        Raises StepUpRequired while it is closed and CompartmentLocked if it is not this session's.
        """
        found = self._by_name.get((compartment, version))
        if found is None:
            raise StepUpRequired(compartment) if compartment in self.closed else CompartmentLocked(compartment)
        return found

    def dropbox(self, compartment: str) -> KeyPair:
        """The drop-box of the compartment; raises as `key` does."""
        return dropbox.key_pair(self.key(compartment))

    @cached_property
    def _by_name(self) -> dict[tuple[str, int | None], CompartmentKey]:
        """Each key by name and version, and the newest of a name without one."""
        rising = sorted(self.keys, key=lambda key: key.version)
        return {(key.name, version): key for key in rising for version in (key.version, None)}

    @cached_property
    def search_key(self) -> bytes:
        """The key of the agency's search shards."""
        return search_key(self.key("identity"))


def _stored(db: Session, actor: Actor) -> tuple[Stored | None, set[tuple[str, int]]]:
    """What the session row wraps, and name and version of each key that is still granted: in one trip."""
    rows = db.execute(_STILL_GRANTED, {"member_id": actor.member_id, "session_id": actor.session_id}).all()
    if not rows or rows[0].keys is None:
        return None, set()
    kept = rows[0]
    place = (actor.session_id, actor.member_id, actor.agency_id)
    stored = Stored(*place, kept.keys, kept.open_keys, kept.open_until)
    return stored, {(row.compartment, row.version) for row in rows if row.compartment}
