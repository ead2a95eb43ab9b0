"""Browser sessions: begun at sign-in, found by the hash of the cookie, over after rest, age or revocation."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, or_, select, true, update
from sqlalchemy.orm import Session

from protect.access.actor import SIGNS_IN, Actor, acting_role
from protect.access.models import BrowserSession, Member
from protect.access.runtime import Runtime
from protect.access.session_keys import SHRED_KIND, duty_now, new_step_key, wrap_all
from protect.store.errors import translate_errors
from protect.vault.identity import Identity
from protect.vault.session import new_token, token_hash
from protect.vault.tree import CompartmentKey

TOUCH: Final = timedelta(minutes=1)
LISTED: Final = timedelta(days=30)
LONGEST_TOKEN: Final = 64
TRIES: Final = 5  # wrong second factors in a row; then the passphrase is asked too
_CLOSED: Final = {"open_keys": None, "open_until": None}
_EMPTY: Final = {"keys": None, "asleep": None, **_CLOSED}


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
            .where(BrowserSession.token_hash == kept(proof))
        ).one_or_none()
    if row is None:
        return Found(None, None)
    session, member = row
    now = runtime.clock()
    if not _is_live(session, member, now, runtime.settings.idle_minutes):
        _forget(runtime, session, now)
        return Found(None, member.id)
    _keep_up(runtime, session, now)
    return Found(_actor(member, session, proof, now, runtime.settings.idle_minutes), member.id)


def begin(
    db: Session, runtime: Runtime, member: Member, identity: Identity, keys: Iterable[CompartmentKey], device: str = ""
) -> str:
    """A new session of the member and its cookie's value; the oldest end, so that there are no more than allowed.

    Part of the caller's transaction. Two of one member that begin at one time take turns; the lock lets rows that name
    the member be added, as each of them may have added some already.
    """
    now, token = runtime.clock(), new_token()
    db.execute(select(Member.id).where(Member.id == member.id).with_for_update(key_share=True))
    mine = (BrowserSession.member_id == member.id) & BrowserSession.ended_at.is_(None)
    live = db.scalars(select(BrowserSession.id).where(mine).order_by(BrowserSession.created_at.desc())).all()
    _end(db, BrowserSession.id.in_(live[runtime.settings.sessions_each - 1 :]), now)
    row = BrowserSession(
        id=uuid4(),
        token_hash=kept(token_hash(token)),
        member_id=member.id,
        agency_id=member.agency_id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=runtime.settings.session_hours),
        device=device,
        step_key=True,
    )
    new_step_key(runtime, row.id)
    wrap_all(runtime, token, row, identity, duty_now(db, member), keys)
    db.add(row)
    db.flush()
    return token


def end_all(db: Session, member_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """End every session of the member, or all but one; their wrapped keys are deleted with them."""
    mine = BrowserSession.member_id == member_id
    _end(db, mine if but is None else mine & (BrowserSession.id != but), now)


def end_one(db: Session, member_id: UUID, session_id: UUID, now: datetime) -> bool:
    """End one session of the member; False when the member has no such live session."""
    return _end(db, (BrowserSession.member_id == member_id) & (BrowserSession.id == session_id), now) > 0


def end_everybody(db: Session, now: datetime) -> None:
    """End every session there is; their wrapped keys are deleted with them."""
    _end(db, true(), now)


def close(db: Session, session_id: UUID) -> None:
    """Delete the quick keys of a session before their time."""
    db.execute(update(BrowserSession).where(BrowserSession.id == session_id).values(**_CLOSED))


def of_member(db: Session, member_id: UUID, now: datetime) -> Sequence[BrowserSession]:
    """The sessions of a member in the last month, the newest first."""
    recent = BrowserSession.created_at > now - LISTED
    order = BrowserSession.created_at.desc()
    return db.scalars(select(BrowserSession).where(BrowserSession.member_id == member_id, recent).order_by(order)).all()


def count_try(runtime: Runtime, session_id: UUID) -> int | None:
    """Count a second factor before it is looked at, in every worker together: how many in a row, None beyond TRIES.

    It is counted where nobody who writes to the database forgets it. None, too, for a session without its key: one that
    was ended and put back must not tell whether a code is right.
    """
    tries = runtime.shred.count_try(SHRED_KIND, str(session_id), runtime.clock())
    here = runtime.shred.get(SHRED_KIND, str(session_id)) is not None  # asked second: who tidies forgets second
    return tries if here and tries <= TRIES else None


def shut(runtime: Runtime, session_id: UUID) -> None:
    """Destroy the session's own key: no second factor opens it again, whatever becomes of its row."""
    runtime.shred.destroy(SHRED_KIND, str(session_id))


def tidy(runtime: Runtime, now: datetime) -> None:
    """End what is over, close what was open for its ten minutes, and destroy the keys of ended sessions."""
    at_rest = BrowserSession.seen_at <= now - timedelta(minutes=runtime.settings.idle_minutes)
    with runtime.unit_of_work() as db:
        over = BrowserSession.ended_at.is_(None) & or_(at_rest, BrowserSession.expires_at <= now)
        _end(db, BrowserSession.id.in_(_unlocked(db, over)), now)
        due = _unlocked(db, BrowserSession.open_until <= now)
        db.execute(update(BrowserSession).where(BrowserSession.id.in_(due)).values(**_CLOSED))
        ended = _unlocked(db, BrowserSession.ended_at.is_not(None) & BrowserSession.step_key)
        for session_id in ended:
            runtime.shred.destroy(SHRED_KIND, str(session_id))
            runtime.shred.forget_tries(SHRED_KIND, str(session_id))
        db.execute(update(BrowserSession).where(BrowserSession.id.in_(ended)).values(step_key=False))
        old = BrowserSession.ended_at < now - LISTED
        db.execute(delete(BrowserSession).where(old & BrowserSession.step_key.is_(False)))


def kept(proof: bytes) -> bytes:
    """What the table keeps. The database is shown the hash of the cookie, and keeps only the hash of that hash."""
    return hashlib.sha256(proof).digest()


def _end(db: Session, which: ColumnElement[bool], now: datetime) -> int:
    live = which & or_(BrowserSession.ended_at.is_(None), BrowserSession.keys.is_not(None))
    ended = update(BrowserSession).where(live).values(ended_at=now, **_EMPTY)
    return len(db.scalars(ended.returning(BrowserSession.id)).all())


def _unlocked(db: Session, which: ColumnElement[bool]) -> Sequence[UUID]:
    """The rows that nobody else is busy with: who tidies never waits for another who does."""
    return db.scalars(select(BrowserSession.id).where(which).with_for_update(skip_locked=True)).all()


def _actor(member: Member, session: BrowserSession, proof: bytes, now: datetime, idle_minutes: int) -> Actor:
    until = session.open_until if session.open_until and session.open_until > now else None
    who = (member.id, member.agency_id, member.unit_id, acting_role(member), member.display_name)
    seen = now if now - session.seen_at >= TOUCH else session.seen_at
    ends_at = min(seen + timedelta(minutes=idle_minutes), session.expires_at)
    return Actor(*who, session.id, proof, until, ends_at=ends_at)


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
            _end(db, BrowserSession.id == session.id, now)


def _keep_up(runtime: Runtime, session: BrowserSession, now: datetime) -> None:
    """Note the activity, and tidy; at once where this very session has something open beyond its time."""
    beyond = session.open_until is not None and session.open_until <= now
    if now - session.seen_at >= TOUCH:
        with runtime.unit_of_work() as db:
            db.execute(update(BrowserSession).where(BrowserSession.id == session.id).values(seen_at=now))
        beyond = True
    if beyond:
        tidy(runtime, now)
