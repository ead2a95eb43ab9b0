"""Session secrets: what a signed-in person has opened, wrapped under a cookie that the server never stores."""

import hashlib
import secrets as random

from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive
from protect.vault.encoding import encoded, lp

_LABEL = "session.v1"


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


def _key(token: str, server_secret: bytes, session_id: str, user_id: str) -> bytes:
    return derive(encoded(token), _LABEL, session_id, user_id, salt=server_secret)
