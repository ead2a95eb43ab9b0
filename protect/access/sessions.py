"""Browser sessions: begun at sign-in, found by the hash of the cookie, over after rest, age or revocation."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from protect.access.actor import SIGNS_IN, Actor, acting_role
from protect.access.keyring import duty, wrap
from protect.access.models import BrowserSession, Member
from protect.access.runtime import Runtime
from protect.store.errors import translate_errors
from protect.vault.identity import Identity
from protect.vault.session import new_token, token_hash
from protect.vault.tree import CompartmentKey

TOUCH = timedelta(minutes=1)
LONGEST_TOKEN = 64


@dataclass(frozen=True)
class Found:
    """What a cookie stands for: a live actor, or only whose session it was."""

    actor: Actor | None
    owner_id: UUID | None


def find(runtime: Runtime, token: str | None) -> Found:
    """Who is behind the cookie. A session that was at rest too long is ended here; activity is noted once a minute."""
    if not token or len(token) > LONGEST_TOKEN:
        return Found(None, None)
    proof = token_hash(token)
    with translate_errors(), runtime.session() as db:
        row = db.execute(
            select(BrowserSession, Member)
            .join(Member, Member.id == BrowserSession.member_id)
            .where(BrowserSession.token_hash == _kept(proof))
        ).one_or_none()
    if row is None:
        return Found(None, None)
    session, member = row
    now = runtime.clock()
    if not _is_live(session, member, now, runtime.settings.idle_minutes):
        _forget(runtime, session, now)
        return Found(None, member.id)
    if now - session.seen_at >= TOUCH:
        _touch(runtime, session.id, now)
    return Found(_actor(member, session.id, proof), member.id)


def begin(db: Session, runtime: Runtime, member: Member, identity: Identity, keys: Iterable[CompartmentKey]) -> str:
    """A new session of the member, the only one from now on; its cookie value. Part of the caller's transaction."""
    now, token = runtime.clock(), new_token()
    end_all(db, member.id, now)
    row = BrowserSession(
        id=uuid4(),
        token_hash=_kept(token_hash(token)),
        member_id=member.id,
        agency_id=member.agency_id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=runtime.settings.session_hours),
    )
    row.keys = wrap(token, runtime.secrets.session, row, duty(member), identity, keys)
    db.add(row)
    db.flush()
    return token


def end_all(db: Session, member_id: UUID, now: datetime) -> None:
    """End every session of the member; their wrapped keys are deleted with them."""
    live = (BrowserSession.member_id == member_id) & or_(
        BrowserSession.ended_at.is_(None), BrowserSession.keys.is_not(None)
    )
    db.execute(update(BrowserSession).where(live).values(ended_at=now, keys=None))


def _kept(proof: bytes) -> bytes:
    """What the table keeps. The database is shown the hash of the cookie, and keeps only the hash of that hash."""
    return hashlib.sha256(proof).digest()


def _actor(member: Member, session_id: UUID, proof: bytes) -> Actor:
    role = acting_role(member)
    return Actor(member.id, member.agency_id, member.unit_id, role, member.display_name, session_id, proof)


def _is_live(session: BrowserSession, member: Member, now: datetime, idle_minutes: int) -> bool:
    at_rest = now - session.seen_at
    return (
        session.ended_at is None
        and now < session.expires_at
        and at_rest < timedelta(minutes=idle_minutes)
        and member.status in SIGNS_IN
    )


def _forget(runtime: Runtime, session: BrowserSession, now: datetime) -> None:
    if session.ended_at is None or session.keys is not None:
        with runtime.unit_of_work() as db:
            ended = update(BrowserSession).where(BrowserSession.id == session.id)
            db.execute(ended.values(ended_at=now, keys=None))


def _touch(runtime: Runtime, session_id: UUID, now: datetime) -> None:
    with runtime.unit_of_work() as db:
        db.execute(update(BrowserSession).where(BrowserSession.id == session_id).values(seen_at=now))
