"""Session secrets: what a signed-in person has opened, wrapped under a cookie that the server never stores."""

import hashlib
import secrets as random
from collections.abc import Sequence

from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive, require_key
from protect.vault.encoding import encoded, lp

_LABEL = "session.v1"
_STEP_LABEL = "session-step.v1"


def new_token() -> str:
    """Return a cookie value of 256 random bits."""
    return random.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what the session row stores of the cookie."""
    return hashlib.sha256(encoded(token)).digest()


def wrap(token: str, server_secret: bytes, session_id: str, user_id: str, secrets: bytes) -> bytes:
    """Return the secrets of one session, opened only by its cookie and the server secret together."""
    key = _key(token, server_secret, session_id, user_id)
    return seal_box(key, lp(_LABEL, session_id, user_id), secrets)


def unwrap(token: str, server_secret: bytes, session_id: str, user_id: str, blob: bytes) -> bytes:
    """Return the secrets of exactly this session of this user, else refuse."""
    key = _key(token, server_secret, session_id, user_id)
    return open_box(key, lp(_LABEL, session_id, user_id), blob)


def wrap_step(token: str, server_secret: bytes, step_key: bytes, place: Sequence[str], secrets: bytes) -> bytes:
    """Return what only a second factor opens again: cookie, server secret and a key that is kept elsewhere together.

    `place` says of which session and user, which of its parts, and until when.
    """
    return seal_box(_step_key(token, server_secret, step_key, place), lp(_STEP_LABEL, *place), secrets)


def unwrap_step(token: str, server_secret: bytes, step_key: bytes, place: Sequence[str], blob: bytes) -> bytes:
    """Return what was wrapped for exactly this place, else refuse."""
    return open_box(_step_key(token, server_secret, step_key, place), lp(_STEP_LABEL, *place), blob)


def _step_key(token: str, server_secret: bytes, step_key: bytes, place: Sequence[str]) -> bytes:
    material = lp(encoded(token), require_key(step_key))
    return derive(material, _STEP_LABEL, *place, salt=server_secret)


def _key(token: str, server_secret: bytes, session_id: str, user_id: str) -> bytes:
    return derive(encoded(token), _LABEL, session_id, user_id, salt=server_secret)
