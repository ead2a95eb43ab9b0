"""What the server hands out and takes back within minutes, sealed under its own secret: it opens no case data."""

from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive
from protect.vault.encoding import lp


def seal_note(server_secret: bytes, purpose: str, context: str | bytes, plaintext: bytes) -> bytes:
    """Return `plaintext` sealed for one purpose and context, a versioned label such as ``enrol-draft.v1``."""
    return seal_box(derive(server_secret, purpose), lp(purpose, context), plaintext)


def open_note(server_secret: bytes, purpose: str, context: str | bytes, blob: bytes) -> bytes:
    """Return what was sealed for exactly this purpose and context, else refuse."""
    return open_box(derive(server_secret, purpose), lp(purpose, context), blob)
