"""Short-lived notes that a page carries for the server, readable by the server only."""

import base64
import binascii

from protect.access.runtime import Runtime
from protect.vault import server
from protect.vault.errors import CiphertextRejected


def seal_note(runtime: Runtime, purpose: str, plaintext: bytes) -> str:
    """The note as text that a hidden field can carry."""
    return base64.urlsafe_b64encode(server.seal_note(runtime.secrets.session, purpose, "", plaintext)).decode()


def open_note(runtime: Runtime, purpose: str, text: str) -> bytes | None:
    """The note again; None when it was not sealed here for this purpose."""
    try:
        return server.open_note(runtime.secrets.session, purpose, "", base64.urlsafe_b64decode(text.encode()))
    except (CiphertextRejected, binascii.Error, ValueError):
        return None
