"""Step-up: what was closed is opened again for somebody who has just proved a second factor, under a new cookie."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access import sessions
from protect.access.actor import SIGNS_IN, Actor
from protect.access.beginning import opened_keys
from protect.access.errors import SignInRequired
from protect.access.models import BrowserSession, Member
from protect.access.runtime import Runtime
from protect.access.session_keys import QUICK, SHRED_KIND, awaken, duty_now, wrap_all
from protect.vault.session import new_token, token_hash


def open_again(db: Session, runtime: Runtime, actor: Actor, token: str) -> str:
    """Open every live grant of the actor again; the new cookie's value. The old cookie is nobody's from then on.

    Raises SignInRequired when the session ended or got another cookie meanwhile, and CiphertextRejected if it or a
    grant was touched.
    """
    row, member = _locked(db, actor)
    identity = awaken(runtime, token, row)
    keys = opened_keys(db, runtime, identity, member)
    renewed = new_token()
    row.token_hash = sessions.kept(token_hash(renewed))
    wrap_all(runtime, renewed, row, identity, duty_now(db, member), keys)
    db.flush()
    runtime.shred.forget_tries(SHRED_KIND, str(row.id))
    return renewed


def touches_quick(gate: Any) -> bool:
    """Whether this request read, or is about to take, what closes ten minutes after a second factor."""
    return "keyring" in vars(gate) and not QUICK.isdisjoint(gate.keyring.asked)


def _locked(db: Session, actor: Actor) -> tuple[BrowserSession, Member]:
    """The session as it stands now, in nobody else's hands, and whose it is.

    The membership is held before the session, as by whoever ends both: two who took them the other way round would
    wait for each other, and one of them would be a suspension.
    """
    db.execute(select(Member.id).where(Member.id == actor.member_id).with_for_update(key_share=True))
    own = (BrowserSession.id == actor.session_id) & (BrowserSession.token_hash == sessions.kept(actor.session_hash))
    found = db.execute(
        select(BrowserSession, Member)
        .join(Member, Member.id == BrowserSession.member_id)
        .where(own, BrowserSession.ended_at.is_(None), Member.status.in_(SIGNS_IN))
        .with_for_update(of=BrowserSession)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise SignInRequired
    return found[0], found[1]
